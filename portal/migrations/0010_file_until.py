from django.db import migrations, models


def taken_off(apps, schema_editor):
    """Which version took them off was not kept: no version has them, as before."""
    apps.get_model("portal", "ArticleFile").objects.filter(removed=True).update(until=0)


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0009_file_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='articlefile',
            name='until',
            field=models.PositiveIntegerField(null=True, verbose_name='至第几版'),
        ),
        migrations.RunPython(taken_off, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name='articlefile', name='article_file_newest'),
        migrations.RemoveField(model_name='articlefile', name='removed'),
        migrations.AddIndex(
            model_name='articlefile',
            index=models.Index(condition=models.Q(('kind', 'file')), fields=['created', 'key'], name='article_file_newest'),
        ),
    ]
