from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0013_match_facts_of_what_is_there")]

    operations = [
        migrations.AddField("applicationrevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("hostadmissionrevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("needrevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("unitadmissionrevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
    ]
