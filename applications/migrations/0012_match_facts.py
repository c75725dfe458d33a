import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_term_validity"), ("applications", "0011_target_host_unit")]

    operations = [
        migrations.AddField(
            "match", "chain",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.term",
                limit_choices_to={"kind": "chain"}, verbose_name="产业链",
            ),
        ),
        migrations.AddField(
            "match", "office",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation",
                verbose_name="所在地市机构",
            ),
        ),
        migrations.AddIndex("match", models.Index(fields=["office", "made_at", "id"], name="match_of_office")),
        migrations.AddIndex("match", models.Index(fields=["made_at", "id"], name="match_list")),
    ]
