from django.contrib import admin

from accounts.admin import Administered
from applications.models import Batch


@admin.register(Batch)
class BatchAdmin(Administered):
    """申报批次: when it opens and closes, and who runs it."""

    list_display = ("name", "year", "opens_at", "closes_at", "mends_until")
    list_filter = ("year",)
    search_fields = ("name",)
    fields = ("name", "year", "office", "opens_at", "closes_at", "mends_until", "min_days")
