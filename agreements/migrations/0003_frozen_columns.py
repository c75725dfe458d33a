from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_revision_seals")]

    operations = [
        migrations.AddField("agreement", "frozen_host", models.CharField(blank=True, editable=False, max_length=100, verbose_name="服务企业")),
    ]
