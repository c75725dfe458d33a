from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attachments', '0004_standing'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='long',
            field=models.BooleanField(default=False),
        ),
    ]
