import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_special_days"), ("applications", "0027_teams_own_unit")]

    operations = [
        migrations.AlterField(
            "teamform",
            "chains",
            models.ManyToManyField(blank=True, help_text="可多选", limit_choices_to={"active": True, "kind": "chain"}, related_name="+", to="accounts.term", verbose_name="团队依托农业科技产业链"),
        ),
        migrations.AlterField(
            "teamform",
            "target_city",
            models.ForeignKey(blank=True, limit_choices_to={"active": True, "level": "city"}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region", verbose_name="拟服务市（州）"),
        ),
        migrations.AlterField(
            "teamform",
            "target_county",
            models.ForeignKey(blank=True, limit_choices_to={"active": True, "level": "county"}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.region", verbose_name="拟服务县（市）"),
        ),
    ]
