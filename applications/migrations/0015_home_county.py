import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("applications", "0014_revision_seals"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="home_county",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region",
                verbose_name="所在县（市、区）",
            ),
        ),
    ]
