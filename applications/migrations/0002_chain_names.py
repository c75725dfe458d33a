from django.db import migrations, models


def write_names(apps, schema_editor):
    application = apps.get_model("applications", "Application")
    cases = application.objects.filter(revision_number__gt=0).prefetch_related("chains")
    for case in cases.iterator(chunk_size=1000):
        case.chain_names = "、".join(term.name for term in case.chains.all())
        case.save(update_fields=["chain_names"])


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='chain_names',
            field=models.TextField(blank=True, verbose_name='农业科技产业链'),
        ),
        migrations.RunPython(write_names, migrations.RunPython.noop),
    ]
