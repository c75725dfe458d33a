import accounts.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0025_frozen_columns_of_what_is_there")]

    operations = [
        migrations.AlterField(
            "unitadmission", "contact_phone", models.CharField(blank=True, max_length=20, validators=[accounts.validators.clean_phone], verbose_name="联系电话")
        ),
        migrations.AlterField(
            "unitadmission", "email", models.CharField(blank=True, max_length=100, validators=[accounts.validators.clean_email], verbose_name="邮箱")
        ),
    ]
