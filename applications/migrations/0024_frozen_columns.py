import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_special_days"), ("applications", "0023_titles")]

    operations = [
        migrations.AddField(
            "unitadmission",
            "frozen_nature",
            models.ForeignKey(editable=False, limit_choices_to={"kind": "unit_nature"}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.term", verbose_name="单位性质"),
        ),
    ]
