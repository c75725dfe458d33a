from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from accounts.administered import Administered
from accounts.audit import Kind
from applications.models import Batch

YEARS = range(2000, 2101)


class BatchForm(forms.ModelForm):
    """What can't be right is refused beside its field; what is only unusual is said after saving."""

    class Meta:
        model = Batch
        fields = ("name", "year", "office", "opens_at", "closes_at", "mends_until", "min_days")

    def clean_year(self) -> int:
        year = self.cleaned_data["year"]
        if year not in YEARS:
            raise forms.ValidationError(f"请填写 {YEARS[0]} 至 {YEARS[-1]} 之间的年份。")
        return year

    def clean_min_days(self) -> int:
        days = self.cleaned_data["min_days"]
        if not 1 <= days <= 366:
            raise forms.ValidationError("请填写 1 至 366 之间的天数。")
        return days

    def clean(self) -> dict[str, Any]:
        super().clean()
        opens, closes, mends = (self.cleaned_data.get(name) for name in ("opens_at", "closes_at", "mends_until"))
        if opens and closes and closes <= opens:
            self.add_error("closes_at", "申报截止必须晚于申报开始。")
        elif closes and mends and mends < closes:
            self.add_error("mends_until", "退回补正截止不能早于申报截止；与申报截止相同时可不填。")
        return self.cleaned_data


@admin.register(Batch)
class BatchAdmin(Administered):
    """申报批次: when it opens and closes, and who runs it."""

    kind = kind_new = Kind.BATCH
    form = BatchForm
    list_display = ("name", "year", "standing", "opens_at", "closes_at", "mends_until")
    list_filter = ("year",)
    search_fields = ("name",)

    @admin.display(description="状态")
    def standing(self, batch: Batch) -> str:
        if batch.is_open:
            return f"申报中，还有 {batch.days_left} 天" if batch.days_left else "今天截止"
        return "未开始" if batch.opens_at > timezone.now() else "已截止"

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
