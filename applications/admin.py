from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from accounts.administered import Administered
from accounts.audit import Kind
from applications.models import Batch


@admin.register(Batch)
class BatchAdmin(Administered):
    """申报批次: when it opens and closes, and who runs it. What is allowed and seldom meant is said after saving."""

    kind = kind_new = Kind.BATCH
    list_display = ("name", "year", "standing", "opens_at", "closes_at", "mends_until")
    list_filter = ("year",)
    search_fields = ("name",)
    fields = ("name", "year", "office", "opens_at", "closes_at", "mends_until", "min_days")

    @admin.display(description="状态")
    def standing(self, batch: Batch) -> str:
        return batch.standing

    def save_model(self, request: HttpRequest, obj: Batch, form: forms.ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        for words in unusual(obj):
            self.message_user(request, words, messages.WARNING)


def unusual(batch: Batch) -> list[str]:
    """Sentences about dates that are allowed, and seldom meant."""
    words = []
    others = Batch.objects.exclude(pk=batch.pk).filter(opens_at__lt=batch.closes_at, closes_at__gt=batch.opens_at)
    for other in others:
        words.append(f"与「{other}」的申报时间有重叠：同时开放时，申请进入较晚开始的批次。")
    if batch.closes_at <= timezone.now():
        words.append("申报截止时间已过：这个批次不再接受提交审核。")
    submitted = batch.application_set.exclude(revision_number=0).count()
    if batch.opens_at > timezone.now() and submitted:
        words.append(f"申报尚未开始，但已有 {submitted} 份申请提交过，它们照常办理。")
    return words
