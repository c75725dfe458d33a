from functools import cached_property, partial

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms

from accounts.models import Region, Term
from accounts.widgets import LongText
from applications.documents import FORM_FIELDS, FORM_SECTIONS
from applications.models import Batch, PersonalForm
from review.filters import CaseFilter


class TermsField(forms.ModelMultipleChoiceField):
    def clean(self, value):
        """An id beyond what databases count to is in no list; Django would ask all the same, and fall over."""
        if beyond := next((pk for pk in value or () if len(str(pk)) > 18), None):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": beyond})
        return super().clean(value)


class PersonalFormForm(forms.ModelForm):
    """个人申请表. A draft may have gaps; what is wrong (too long, a strange county) is said beside its field."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = PersonalForm
        fields = FORM_FIELDS
        field_classes = {"chains": TermsField}
        widgets = {
            "chains": forms.CheckboxSelectMultiple,
            **{name: LongText(attrs={"rows": 6}) for name in ("introduction", "work_history", "planned_service")},
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["target_county"].queryset = Region.objects.filter(
            level=Region.Level.COUNTY, active=True
        ).select_related("parent")
        cities = {city.pk: city.name for city in self.fields["target_city"].queryset}
        counties = self.fields["target_county"]
        counties.choices = [("", "---------")] + [
            (name, [(county.pk, county.name) for county in counties.queryset if county.parent_id == pk])
            for pk, name in cities.items()
        ]
        counties.widget.attrs["data-cascade"] = "id_target_city"
        self.fields["target_city"].empty_label = counties.empty_label = "请选择"
        self.helper = FormHelper()
        self.helper.form_tag = self.helper.disable_csrf = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "version", *(Fieldset(title, *(Field(name) for name in names)) for title, names in FORM_SECTIONS)
        )

    def clean(self) -> dict:
        super().clean()
        cleaned = self.cleaned_data
        city, county = cleaned.get("target_city"), cleaned.get("target_county")
        if city and county and county.parent_id != city.pk:
            self.add_error("target_county", "所选县（市、区）不属于拟服务地市，请重新选择。")
        return cleaned

    def values(self) -> dict:
        """The fields that are fit to be saved, wrong ones left out."""
        return {name: self.cleaned_data[name] for name in FORM_FIELDS if name in self.cleaned_data}


class RegionChoices:
    """The choices of several selects, out of one query when the first of them is drawn."""

    @cached_property
    def rows(self) -> list[tuple[int, str, str]]:
        return list(Region.objects.values_list("pk", "name", "level"))

    def at(self, level: str) -> list[tuple[object, str]]:
        return [("", "全部"), *((pk, name) for pk, name, where in self.rows if where == level)]


class ApplicationFilter(CaseFilter):
    """Query conditions of every list of applications (manual: 审核记录)."""

    name = forms.CharField(label="姓名", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    target_city = forms.ModelChoiceField(None, label="意向服务市（州）", required=False, empty_label="全部")
    batch = forms.ModelChoiceField(Batch.objects.all(), label="申报批次", required=False, empty_label="全部")
    kind = forms.ChoiceField(label="类别", required=False)
    home_city = forms.ModelChoiceField(None, label="所在地市", required=False, empty_label="全部")
    target_county = forms.ModelChoiceField(None, label="意向服务县（市、区）", required=False, empty_label="全部")
    chain = forms.ModelChoiceField(
        Term.objects.filter(kind=Term.Kind.CHAIN), label="产业链", required=False, empty_label="全部"
    )
    since = forms.DateField(label="提交日期自", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    LASTING = ("name", "batch", "kind")
    MAIN = ("name", "state", "target_city")
    LOOKUPS = {
        "name": "applicant_name__startswith",
        "state": "state",
        "target_city": "target_city",
        "batch": "batch",
        "kind": "kind",
        "home_city": "home_city",
        "target_county": "target_county",
        "chain": "chains",
        "since": "submitted_at__date__gte",
        "until": "submitted_at__date__lte",
    }

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        self.fields["kind"].choices = [("", "全部"), *process.model.Kind.choices]
        choices, city, county = RegionChoices(), Region.Level.CITY, Region.Level.COUNTY
        for name, level in (("target_city", city), ("home_city", city), ("target_county", county)):
            self.fields[name].queryset = Region.objects.filter(level=level)
            self.fields[name].widget.choices = partial(choices.at, level)
