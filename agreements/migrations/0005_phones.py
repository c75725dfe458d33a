import accounts.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_frozen_columns_of_what_is_there")]

    operations = [
        migrations.AlterField(
            "agreement", "host_phone", models.CharField(blank=True, max_length=20, validators=[accounts.validators.clean_phone], verbose_name="服务企业联系电话")
        ),
        migrations.AlterField(
            "agreement", "sender_phone", models.CharField(blank=True, max_length=20, validators=[accounts.validators.clean_phone], verbose_name="派出单位联系电话")
        ),
    ]
