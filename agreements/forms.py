from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms

from accounts.widgets import LongText
from agreements.counters import COUNTERS
from agreements.documents import FIELDS, SECTIONS
from agreements.models import Agreement
from review.filters import CaseFilter

LONG = ("speciality", "host_main_business", "service_need", "work_plan", "expected_targets")


class AgreementForm(forms.ModelForm):
    """服务协议. Gaps are told at 「提交」; what is wrong is said beside its field."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Agreement
        fields = FIELDS
        widgets = {
            **{name: LongText(attrs={"rows": 5}) for name in LONG},
            **{
                name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
                for name in ("service_start", "service_end")
            },
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        for key, label, unit in COUNTERS:
            self.fields[f"target_{key}"] = forms.IntegerField(
                label=f"{label}（{unit}）", min_value=0, max_value=1_000_000, required=False,
                initial=self.instance.targets.get(key, 0),
            )  # fmt: skip
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "version",
            *(Fieldset(title, *(Field(name) for name in names)) for title, names in SECTIONS),
            Fieldset("量化指标", *(Field(f"target_{key}") for key, _, _ in COUNTERS)),
        )

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        start, end = cleaned.get("service_start"), cleaned.get("service_end")
        if start and end and end < start:
            self.add_error("service_end", "服务结束日期不能早于开始日期。")
        return cleaned

    def values(self) -> dict:
        """The fields that are fit to be saved, wrong ones left out."""
        values = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        kept = {key: count for key, count in self.instance.targets.items() if f"target_{key}" in self.errors}
        values["targets"] = {key: self.cleaned_data.get(f"target_{key}") or 0 for key, _, _ in COUNTERS} | kept
        return values


class AgreementFilter(CaseFilter):
    name = forms.CharField(label="姓名", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    number = forms.CharField(label="协议编号", required=False, max_length=40)

    LASTING = ("name", "number")
    MAIN = ("name", "state", "number")
    LOOKUPS = {
        "name": "application__applicant_name__startswith",
        "state": "state",
        "number": "number__startswith",
    }
