from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_refused_access")]

    operations = [
        migrations.AddField("auditchain", "before", models.CharField(blank=True, max_length=20)),
        migrations.AddField("auditchain", "steps", models.PositiveIntegerField(default=0)),
    ]
