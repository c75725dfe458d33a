from typing import Any, ClassVar

from django import forms

from agreements.counters import COUNTERS
from agreements.documents import FIELDS, sections_of
from agreements.models import Agreement
from applications.forms import FactsFilter
from review.drafts import DraftForm


class AgreementForm(DraftForm):
    """服务协议 of a person or a team: the fields of its kind, and the effects that are counted."""

    class Meta:
        model = Agreement
        fields = FIELDS

    def __init__(self, *args: Any, instance: Agreement, **kwargs: Any) -> None:
        self.sections = sections_of(instance)
        super().__init__(*args, instance=instance, **kwargs)
        for key, label, unit in COUNTERS:
            self.fields[f"target_{key}"] = forms.IntegerField(
                label=f"{label}（{unit}）", min_value=0, max_value=1_000_000, required=False,
                initial=instance.targets.get(key, 0),
            )  # fmt: skip
        for name in set(FIELDS) - {name for _, names in self.sections for name in names}:
            del self.fields[name]

    def all_sections(self):
        return (*self.sections, ("量化指标", tuple(f"target_{key}" for key, _, _ in COUNTERS)))

    def clean(self) -> dict:
        super().clean()
        start, end = self.cleaned_data.get("service_start"), self.cleaned_data.get("service_end")
        if start and end and end < start:
            self.add_error("service_end", "服务结束日期不能早于开始日期。")
        return self.cleaned_data

    def values(self) -> dict:
        kept = {key: count for key, count in self.instance.targets.items() if f"target_{key}" in self.errors}
        targets = {key: self.cleaned_data.get(f"target_{key}") or 0 for key, _, _ in COUNTERS} | kept
        return super().values() | {"targets": targets}


class AgreementFilter(FactsFilter):
    name = forms.CharField(label="姓名", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    number = forms.CharField(label="协议编号", required=False, max_length=40)

    LASTING = (*FactsFilter.LASTING, "number")
    MAIN = ("name", "state", "number")
    field_order = MAIN
    LOOKUPS: ClassVar = {
        **FactsFilter.facts("application__"),
        "name": "application__applicant_name__startswith",
        "state": "state",
        "number": "number__startswith",
    }
