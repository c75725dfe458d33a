import uuid

from django.conf import settings
from django.db import models

from accounts.fields import EncryptedCharField


class Issuance(models.Model):
    """Accounts to be issued together: read and checked first, issued by one confirmation, and then their one-time
    passwords, which are fetched once. Lines and passwords are encrypted, and go after a day."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    title = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    lines = EncryptedCharField()  # JSON, as they stand in the sheet
    passwords = EncryptedCharField(blank=True)  # JSON: the rows of the workbook
    confirmed_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.title
