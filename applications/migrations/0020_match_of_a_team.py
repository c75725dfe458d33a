from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0019_need_search")]

    operations = [
        migrations.AddField(
            "match", "person_kind",
            models.CharField(
                "类别", max_length=8, choices=[("personal", "个人"), ("team", "法人")], default="personal"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "match", "team_name", models.CharField("团队名称", max_length=50, blank=True, default=""),
            preserve_default=False,
        ),
    ]
