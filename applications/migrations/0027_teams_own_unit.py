import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_special_days"), ("applications", "0026_unit_phone_and_email")]

    operations = [
        migrations.AlterField(
            "team",
            "unit",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="teams", to="accounts.organisation", verbose_name="所属单位"),
        ),
    ]
