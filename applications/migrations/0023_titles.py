from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0022_host_size")]

    operations = [
        migrations.AlterField(
            "match", "title", models.CharField(db_index=True, max_length=60, verbose_name="需求标题")
        ),
        migrations.AlterField(
            "need", "title", models.CharField(blank=True, db_index=True, max_length=60, verbose_name="需求标题")
        ),
    ]
