"""Searching in Chinese on PostgreSQL: groups of three letters under an index (review.search)."""

from django.db import migrations


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute(
            "CREATE INDEX publication_search ON portal_publication USING gin (search gin_trgm_ops)"
            " WHERE NOT withdrawn"
        )


def no_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS publication_search")


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0004_articles'),
    ]

    operations = [migrations.RunPython(index, no_index)]
