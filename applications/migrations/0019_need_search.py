"""Needs found by words: the column, the texts of what is there, and on PostgreSQL an index over groups of three letters."""

from django.db import migrations, models

from review.search import text_of

CHUNK = 1000


def fill(apps, schema_editor):
    """Out of the forms: of what is public they say what its revision says."""
    need = apps.get_model("applications", "Need")
    last = 0
    while rows := list(need.objects.filter(pk__gt=last).select_related("form").order_by("pk")[:CHUNK]):
        for row in rows:
            row.search = text_of(row.form.title, row.form.description)
        need.objects.bulk_update([row for row in rows if row.title], ["search"])
        last = rows[-1].pk


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute(
            "CREATE INDEX need_search ON applications_need USING gin (search gin_trgm_ops) WHERE state = 'published'"
        )


def no_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS need_search")


class Migration(migrations.Migration):
    atomic = False  # an index on a table whose rows the same transaction has changed is refused

    dependencies = [
        ('applications', '0018_sealed_sheets_of_what_is_there'),
    ]

    operations = [
        migrations.AddField(
            model_name='need',
            name='search',
            field=models.TextField(default='', editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(index, no_index),
    ]
