from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0010_file_until")]

    operations = [
        migrations.AddField("articlerevision", "seal", models.CharField(default="", max_length=64), preserve_default=False),
    ]
