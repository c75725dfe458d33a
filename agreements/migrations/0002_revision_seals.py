from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]

    operations = [
        migrations.AddField("agreementrevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
    ]
