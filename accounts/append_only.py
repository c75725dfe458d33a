"""Rows that are written once: history and the audit trail. The code has no way to change or delete them; on PostgreSQL
a trigger refuses it to everybody else's code, too."""

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

REFUSED = "These rows are append-only"

TRIGGER = """
CREATE OR REPLACE FUNCTION ktp_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER ktp_append_only BEFORE UPDATE OR DELETE ON "{table}"
FOR EACH ROW EXECUTE FUNCTION ktp_append_only();
"""


class AppendOnly(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError(REFUSED)

    def delete(self):
        raise TypeError(REFUSED)


def guard(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """For a migration: PostgreSQL itself refuses to change or delete a row of these tables."""
    if schema_editor.connection.vendor == "postgresql":
        for table in tables:
            schema_editor.execute(TRIGGER.format(table=table), params=None)


def unguard(schema_editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in tables:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS ktp_append_only ON "{table}"', params=None)
