"""Model fields that keep personal numbers encrypted in the database."""

from django.db import models

from accounts import crypto


class EncryptedCharField(models.TextField):
    """Text that is clear in Python and a Fernet token in the database. `max_length` bounds the clear text.

    It can't be filtered on: keep a `crypto.keyed_hash` beside it where equality is asked for.
    """

    def from_db_value(self, value, expression, connection):
        return crypto.decrypt(value) if value else value

    def get_prep_value(self, value):
        return crypto.encrypt(value) if value else value

    def formfield(self, **kwargs):
        from django import forms

        return super().formfield(**{"widget": forms.TextInput, **kwargs})
