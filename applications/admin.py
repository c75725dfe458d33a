from django.contrib import admin

from accounts.administered import Administered
from accounts.audit import Kind
from applications.models import Batch


@admin.register(Batch)
class BatchAdmin(Administered):
    """申报批次: when it opens and closes, and who runs it."""

    kind = kind_new = Kind.BATCH
    list_display = ("name", "year", "opens_at", "closes_at", "mends_until")
    list_filter = ("year",)
    search_fields = ("name",)
    fields = ("name", "year", "office", "opens_at", "closes_at", "mends_until", "min_days")
