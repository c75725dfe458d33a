from collections.abc import Mapping
from datetime import date
from functools import cached_property, partial
from typing import ClassVar

from django import forms
from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.forms.utils import flatatt
from django.urls import reverse
from django.utils import timezone

from accounts import validators
from accounts.forms.choices import LinkedRegions
from accounts.models import Organisation, Region, Term
from accounts.widgets import LongText
from applications import flow
from applications.documents import (
    FORM_SECTIONS,
    HOST_SECTIONS,
    NEED_SECTIONS,
    UNIT_SECTIONS,
    VILLAGE_SECTION,
    fields_of,
)
from applications.models import (
    Application,
    Batch,
    HostAdmission,
    Match,
    Membership,
    Need,
    NeedForm,
    PersonalForm,
    Team,
    TeamForm,
    UnitAdmission,
)
from applications.models.hosts import VILLAGE
from applications.models.needs import CONDITIONS
from applications.selectors import HOST_FAST
from review import search
from review.drafts import DraftForm
from review.filters import CaseFilter

TARGET = (("target_city", "target_county"),)


class TermsField(forms.ModelMultipleChoiceField):
    def clean(self, value):
        """An id beyond what databases count to is in no list; Django would ask all the same, and fall over."""
        if beyond := next((pk for pk in value or () if len(str(pk)) > 18), None):
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": beyond})
        return super().clean(value)


class SelectionFormForm(LinkedRegions, DraftForm):
    """What both kinds ask; host units are found by typing, and others may be written."""

    REGIONS = TARGET

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target_host"].widget.attrs["data-suggest"] = reverse("applications:hosts")


class PersonalFormForm(SelectionFormForm):
    """个人申请表."""

    sections = FORM_SECTIONS[PersonalForm]

    class Meta:
        model = PersonalForm
        fields = fields_of(PersonalForm)
        field_classes: ClassVar = {"chains": TermsField}


class TeamFormForm(SelectionFormForm):
    """团队申请表."""

    sections = FORM_SECTIONS[TeamForm]

    class Meta:
        model = TeamForm
        fields = fields_of(TeamForm)
        field_classes: ClassVar = {"chains": TermsField}


FORMS: dict[type, type[DraftForm]] = {PersonalForm: PersonalFormForm, TeamForm: TeamFormForm}


class UnitForm(LinkedRegions, DraftForm):
    """「填写机构信息」 of a legal unit."""

    REGIONS = (("city", "region"),)
    sections = UNIT_SECTIONS

    class Meta:
        model = UnitAdmission
        fields = tuple(name for _, names in UNIT_SECTIONS for name in names)

    def clean_credit_code(self) -> str:
        return free_code(self, Organisation.Kind.LEGAL_UNIT, "省科技厅")

    def clean_founded_on(self) -> date | None:
        founded = self.cleaned_data["founded_on"]
        if founded and founded > timezone.localdate():
            raise forms.ValidationError("成立日期不能晚于今天。", code="future")
        return founded


def free_code(form: forms.ModelForm, kind: str, office: str) -> str:
    """The code as it is written, if no other organisation of the kind has it."""
    code = form.cleaned_data["credit_code"].upper()
    twins = Organisation.objects.filter(kind=kind, credit_code=code)
    if code and twins.exclude(pk=form.instance.organisation_id).exists():
        raise forms.ValidationError(f"该统一社会信用代码已登记，如非本单位操作，请联系{office}。", code="taken")
    return code


class HostForm(LinkedRegions, DraftForm):
    """「填写机构信息」 of a 派驻单位; while it is confirmed, what says who it is stands fast."""

    REGIONS = (("city", "region"),)
    sections = HOST_SECTIONS

    class Meta:
        model = HostAdmission
        fields = tuple(name for _, names in HOST_SECTIONS for name in names)
        widgets = dict.fromkeys(("main_business", "tech_need", "industry", "remark"), LongText(attrs={"rows": 3}))

    def __init__(self, *args, instance: HostAdmission, **kwargs) -> None:
        super().__init__(*args, instance=instance, **kwargs)
        for name in HOST_FAST:
            self.fields[name].disabled = instance.confirmed
        village = self.helper.layout.fields[1 + HOST_SECTIONS.index(VILLAGE_SECTION)]  # `version` stands first
        village.flat_attrs += flatatt({"data-only-for": f"id_host_type:{VILLAGE}"})

    def clean_credit_code(self) -> str:
        return free_code(self, Organisation.Kind.HOST_UNIT, "所在地市科技局")


class NeedFormForm(LinkedRegions, DraftForm):
    """「填写需求」."""

    REGIONS = (("city", "county"),)
    sections = NEED_SECTIONS

    class Meta:
        model = NeedForm
        fields = tuple(name for _, names in NEED_SECTIONS for name in names)

    def clean(self) -> dict:
        super().clean()
        start, end = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "服务结束日期不能早于开始日期。")
        return self.cleaned_data


class TeamDetailsForm(forms.ModelForm):
    """「填写团队信息」: units are found by typing; only admitted ones can be chosen, beside the team's own."""

    class Meta:
        model = Team
        fields = ("unit", "name")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        admitted = Q(kind=Organisation.Kind.LEGAL_UNIT, active=True)
        self.fields["unit"].queryset = Organisation.objects.filter(admitted | Q(pk=self.instance.unit_id))
        self.fields["unit"].empty_label = "请选择"
        self.fields["unit"].error_messages["invalid_choice"] = "请选择已通过省科技厅审核的单位。"
        self.fields["unit"].widget.attrs["data-search"] = "输入单位名称查找"


class MembershipForm(forms.ModelForm):
    """所属单位及所属团队 of a member: teams stand under the names of their units."""

    class Meta:
        model = Membership
        fields = ("team",)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        field.queryset = Team.objects.filter(unit__active=True).select_related("unit", "leader")
        groups: dict[str, list] = {}
        for team in field.queryset.order_by("unit__name", "name"):
            groups.setdefault(team.unit.name, []).append((team.pk, f"{team.name}（负责人：{team.leader.real_name}）"))
        field.choices = [("", "请选择"), *groups.items()]
        field.label = "所属单位及所属团队"
        field.widget.attrs["data-search"] = "输入单位或团队名称查找"


class RemovalForm(forms.Form):
    reason = forms.CharField(label="移出原因", max_length=200)


class Choices:
    """The choices of several selects over one table, out of one query when the first of them is drawn."""

    def __init__(self, model: type[Region] | type[Term], sort: str, under: Combinable) -> None:
        self.model, self.sort, self.under = model, sort, under

    @cached_property
    def rows(self) -> list[tuple[int, str, str, str]]:
        return list(self.model.objects.values_list("pk", "name", self.sort, self.under))

    def of(self, sort: str) -> list[tuple[object, object]]:
        """Counties stand under the names of their cities."""
        groups: dict[str, list] = {}
        for pk, name, own, under in self.rows:
            if own == sort:
                groups.setdefault(under or "", []).append((pk, name))
        return [("", "全部"), *groups.pop("", []), *groups.items()]


def chosen(label: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(None, label=label, required=False, empty_label="全部")


class ChoosingFilter(CaseFilter):
    """Conditions that are chosen: fields made by `chosen` over REGIONS {field: level} and TERMS {field: kind}.

    A county follows its city, as in the forms; of a city and a county elsewhere the county is refused.
    """

    REGIONS: ClassVar[Mapping[str, str]] = {}
    TERMS: ClassVar[Mapping[str, str]] = {}
    LINKED = (("city", "county"), ("home_city", "home_county"), ("target_city", "target_county"))

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        regions, terms = Choices(Region, "level", F("parent__name")), Choices(Term, "kind", Value(""))
        for choices, sorts in ((regions, self.REGIONS), (terms, self.TERMS)):
            for name, sort in sorts.items():
                if name in self.fields:
                    self.fields[name].queryset = choices.model.objects.filter(**{choices.sort: sort})
                    self.fields[name].widget.choices = partial(choices.of, sort)
        for city, county in self.LINKED:
            if county in self.fields:
                self.fields[county].widget.attrs["data-cascade"] = self[city].id_for_label

    def clean(self) -> dict:
        super().clean()
        for city, county in self.LINKED:
            chosen, within = self.cleaned_data.get(city), self.cleaned_data.get(county)
            if chosen and within and within.parent_id != chosen.pk:
                self.add_error(county, f"{within}不属于{chosen}，请重新选择。")
        return self.cleaned_data


class FactsFilter(ChoosingFilter):
    """Conditions on what an application repeats of its form, for every list whose rows lead to one.

    `facts("case__")` are the look-ups of such a list.
    """

    REGIONS: ClassVar = {
        "home_city": Region.Level.CITY, "home_county": Region.Level.COUNTY,
        "target_city": Region.Level.CITY, "target_county": Region.Level.COUNTY,
    }  # fmt: skip
    TERMS: ClassVar = {
        "chain": Term.Kind.CHAIN, "discipline": Term.Kind.DISCIPLINE, "nature": Term.Kind.UNIT_NATURE
    }  # fmt: skip
    LASTING: ClassVar[tuple[str, ...]] = ("name", "batch", "kind")
    EMPTY = ("home_city", "home_county", "target_city", "target_county", "chain", "discipline", "nature")

    target_city = chosen("意向服务市（州）")
    batch = forms.ModelChoiceField(Batch.objects.all(), label="申报批次", required=False, empty_label="全部")
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Application.Kind.choices])
    home_city = chosen("所在地市")
    home_county = chosen("所在县（市、区）")
    target_county = chosen("意向服务县（市、区）")
    chain = chosen("产业链")
    discipline = chosen("专业类别")
    nature = chosen("单位性质")

    @staticmethod
    def facts(prefix: str = "") -> dict[str, str]:
        same = ("batch", "kind", "home_city", "home_county", "target_city", "target_county", "discipline")
        return {name: prefix + name for name in same} | {
            "chain": f"{prefix}chains", "nature": f"{prefix}unit_nature",
        }  # fmt: skip


class SealedFilter(FactsFilter):
    """Query conditions of 审核附件."""

    name = forms.CharField(label="姓名", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)

    MAIN = ("name", "state", "home_city")
    field_order = MAIN
    LOOKUPS: ClassVar = {
        **FactsFilter.facts("application__"), "name": "application__applicant_name__startswith", "state": "state",
    }  # fmt: skip


class ApplicationFilter(FactsFilter):
    """Query conditions of every list of applications (manual: 审核记录)."""

    name = forms.CharField(label="姓名", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    reached = forms.ChoiceField(label="已到环节", required=False)
    since = forms.DateField(label="提交日期自", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="至", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    MAIN = ("name", "state", "target_city")
    field_order = MAIN
    LOOKUPS: ClassVar = {
        **FactsFilter.facts(),
        "name": "applicant_name__startswith",
        "state": "state",
        "since": "submitted_at__date__gte",
        "until": "submitted_at__date__lte",
    }

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        on_path = {stage.state for stage in process.flows[0].path}
        stages = [(state, label) for state, label in process.states if state in on_path]
        self.fields["reached"].choices = [("", "全部"), *stages]

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        """A case that was returned has reached the stage it was returned from."""
        if name != "reached":
            return super().condition(name, value, prefix)
        states = [stage.state for stage in flow.PERSONAL.path]
        onward = states[states.index(str(value)) :]
        return Q(**{f"{prefix}state__in": onward}) | Q(**{f"{prefix}returned_from__in": onward})


class UnitFilter(ChoosingFilter):
    REGIONS: ClassVar = {"home_city": Region.Level.CITY, "home_county": Region.Level.COUNTY}

    name = forms.CharField(label="单位名称", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    nature = forms.ModelChoiceField(
        Term.objects.filter(kind=Term.Kind.UNIT_NATURE), label="单位性质", required=False, empty_label="全部"
    )
    home_city = chosen("所在地市")
    home_county = chosen("所在县（市、区）")

    MAIN = ("name", "state", "nature")
    EMPTY = ("nature", "home_city", "home_county")
    LOOKUPS: ClassVar = {
        "name": "organisation__name__startswith",
        "state": "state",
        "nature": "frozen_nature",
        "home_city": "organisation__location__parent",
        "home_county": "organisation__location",
    }


class HostFilter(CaseFilter):
    name = forms.CharField(label="单位名称", required=False, max_length=50)
    state = forms.ChoiceField(label="状态", required=False)
    kind_name = forms.ChoiceField(label="单位类型", required=False)

    MAIN = ("name", "state", "kind_name")
    LOOKUPS: ClassVar = {"name": "organisation__name__startswith", "state": "state", "kind_name": "kind_name"}

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        names = Term.objects.filter(kind=Term.Kind.HOST_TYPE).values_list("name", flat=True)
        self.fields["kind_name"].choices = lambda: [("", "全部"), *((name, name) for name in names)]


class PublicNeedFilter(ChoosingFilter):
    """What the public list of 需求 may be narrowed by."""

    REGIONS: ClassVar = {"city": Region.Level.CITY, "county": Region.Level.COUNTY}
    TERMS: ClassVar = {"chain": Term.Kind.CHAIN, "discipline": Term.Kind.DISCIPLINE, "kind": Term.Kind.NEED_KIND}

    city = chosen("服务地市")
    county = chosen("服务县（市、区）")
    chain = chosen("产业链")
    discipline = chosen("专业领域")
    kind = chosen("需求类别")

    MAIN: ClassVar[tuple[str, ...]] = ("city", "county", "chain")
    LOOKUPS: ClassVar = {name: name for name in CONDITIONS}


class NeedSearch(PublicNeedFilter):
    """The same, and words of title and description. They are no condition like the others: `docking.ways_to_find`."""

    MAIN = ("q", "city", "county", "chain")

    def __init__(self, data) -> None:
        super().__init__(data, process=None)
        # by this name it is a method of the class
        self.fields["q"] = forms.CharField(label="关键词", required=False, max_length=search.MAX_SEARCH)
        self.order_fields(self.MAIN)

    def clean_q(self) -> str:
        words = self.cleaned_data["q"]
        if words and not search.parts_of(words):
            raise forms.ValidationError("请输入文字或数字。")
        return words

    @property
    def words(self) -> str:
        return str(self.chosen().get("q", ""))

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        return Q() if name == "q" else super().condition(name, value, prefix)


class NeedFilter(PublicNeedFilter):
    """Query conditions of a city's and the province's lists of 需求."""

    title = forms.CharField(label="需求标题", required=False, max_length=60)
    state = forms.ChoiceField(label="状态", required=False)
    host = forms.CharField(label="派驻单位", required=False, max_length=50)
    answered = forms.ChoiceField(
        label="响应", required=False, choices=(("", "全部"), ("1", "已有响应"), ("0", "还没有"))
    )

    MAIN = ("title", "state", "chain")
    field_order = MAIN
    EMPTY = CONDITIONS
    LASTING = ("host",)
    LOOKUPS: ClassVar = PublicNeedFilter.LOOKUPS | {
        "title": "title__startswith", "state": "state", "host": "host__name__startswith",
        "answered": "first_answer_at__isnull",
    }  # fmt: skip

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        return super().condition(name, value == "0" if name == "answered" else value, prefix)


class MatchFilter(ChoosingFilter):
    """Query conditions of a city's and the province's list of 响应与邀请."""

    REGIONS = PublicNeedFilter.REGIONS
    TERMS: ClassVar = {"chain": Term.Kind.CHAIN}

    title = forms.CharField(label="需求标题", required=False, max_length=60)
    answer = forms.ChoiceField(label="状态", required=False, choices=(("", "全部"), *Match.Answer.choices))
    way = forms.ChoiceField(
        label="方式", required=False, choices=(("", "全部"), ("offer", "响应"), ("invitation", "邀请"))
    )
    person_kind = forms.ChoiceField(
        label="科技特派员类别", required=False, choices=(("", "全部"), *Application.Kind.choices)
    )
    host = forms.CharField(label="派驻单位", required=False, max_length=50)
    city = chosen("服务地市")
    county = chosen("服务县（市、区）")
    chain = chosen("产业链")

    MAIN = ("title", "answer", "chain")
    field_order = MAIN
    EMPTY = ("chain",)
    LOOKUPS: ClassVar = {
        "title": "title__startswith", "answer": "answer", "way": "invited", "host": "host__name__startswith",
        "city": "county__parent", "county": "county", "chain": "chain", "person_kind": "person_kind",
    }  # fmt: skip

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        return super().condition(name, value == "invitation" if name == "way" else value, prefix)


class SpecialistFilter(FactsFilter):
    """Query conditions of the list of selected people, as host units have it."""

    name = forms.CharField(label="姓名", required=False, max_length=50)
    unit = forms.CharField(label="单位", required=False, max_length=100)

    need = forms.ModelChoiceField(None, label="为需求", required=False, widget=forms.HiddenInput)  # by links alone

    MAIN = ("discipline", "chain", "target_city")
    field_order = (*MAIN, "name", "unit")
    LOOKUPS: ClassVar = FactsFilter.facts() | {"name": "applicant_name__startswith", "unit": "unit_name__startswith"}

    def __init__(self, data, *, process, needs: QuerySet[Need] | None = None) -> None:
        super().__init__(data, process=process)
        self.fields["need"].queryset = Need.objects.none() if needs is None else needs

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        """For whose sake somebody is looked for narrows no list: who fits it stands above."""
        return Q() if name == "need" else super().condition(name, value, prefix)


def words(label: str, help_text: str, *, required: bool = True) -> forms.CharField:
    """What one side of a 对接 says to the other."""
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=500, validators=[validators.clean_text],
        widget=LongText(attrs={"rows": 4, "maxlength": 500}), error_messages={"required": "请填写，对方会看到。"},
    )  # fmt: skip


class OfferForm(forms.Form):
    """「我能帮助」."""

    words = words("我能帮助", "写明能做什么、什么时候能到。对方接受之后，双方才看到彼此的联系方式")


class InvitationForm(forms.Form):
    """「邀请」: to one of one's own public needs."""

    need = forms.ModelChoiceField(None, label="需求", empty_label="请选择")
    words = words("邀请的话", "写明希望解决的问题。对方接受之后，双方才看到彼此的联系方式")

    def __init__(self, *args, needs, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = needs
        self.fields["need"].error_messages |= {"required": "请选择需求。", "invalid_choice": "请选择一条公开的需求。"}


class ReplyForm(forms.Form):
    words = words("答复", "谢绝时须写明原因；对方会看到", required=False)
