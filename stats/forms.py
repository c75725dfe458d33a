"""Query conditions of the statistics pages and of the lists behind their numbers."""

from typing import ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict

from accounts.models import Organisation, Region, Term
from applications import flow
from applications.forms import ChoosingFilter, FactsFilter, PublicNeedFilter, UnitFilter, chosen
from applications.models import Application, Batch, Participant
from review.filters import CaseFilter, Chip


class PeopleFilter(FactsFilter):
    """法人科技特派员: the people of teams. 专业类别 is each person's own, everything else the team's."""

    kind = None  # type: ignore[assignment]
    name = forms.CharField(label="姓名", required=False, max_length=50)
    part = forms.ChoiceField(label="身份", required=False, choices=[("", "全部"), *Participant.Part.choices])
    state = forms.ChoiceField(label="状态", required=False)

    MAIN = ("name", "part", "state")
    field_order = MAIN
    LASTING: ClassVar = ()
    LOOKUPS: ClassVar = {
        **{name: path for name, path in FactsFilter.facts("case__").items() if name != "kind"},
        "name": "name__startswith",
        "part": "part",
        "state": "case__state",
        "discipline": "discipline",
    }


class AdmittedFilter(UnitFilter):
    """Legal units that are admitted: their state is no question."""

    state = None  # type: ignore[assignment]
    MAIN = ("name", "nature", "home_city")
    LOOKUPS: ClassVar = {name: path for name, path in UnitFilter.LOOKUPS.items() if name != "state"}


class TeamFilter(ChoosingFilter):
    """Teams of a unit. Where a team stands is where its newest application does: `stats.lists.TEAMS` says which."""

    REGIONS: ClassVar = {"target_city": Region.Level.CITY}
    TERMS: ClassVar = {"chain": Term.Kind.CHAIN}
    PROGRESS: ClassVar = {
        "unsent": ("未提交审核", (flow.DRAFT,)),
        "judged": ("审核中", flow.JUDGED),
        "returned": ("已退回", (flow.RETURNED,)),
        "approved": ("审核成功", (flow.APPROVED,)),
    }
    STATES: ClassVar = [(stage.state, stage.label) for stage in flow.TEAM.stages]

    name = forms.CharField(label="团队名称", required=False, max_length=50)
    progress = forms.ChoiceField(
        label="进度", required=False, choices=[("", "全部"), *((key, label) for key, (label, _) in PROGRESS.items())]
    )
    target_city = chosen("意向服务市（州）")
    state = forms.ChoiceField(label="申请状态", required=False)
    chain = chosen("产业链")
    batch = forms.ModelChoiceField(Batch.objects.all(), label="申报批次", required=False, empty_label="全部")

    MAIN: ClassVar[tuple[str, ...]] = ("name", "progress", "target_city")
    EMPTY = ("target_city", "chain", "batch")
    LOOKUPS: ClassVar = {
        "name": "name__startswith", "state": "state", "target_city": "target_city", "batch": "batch",
        "progress": "", "chain": "",
    }  # fmt: skip

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        if "state" in self.fields:
            self.fields["state"].choices = [("", "全部"), *self.STATES]

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        links = Application.chains.through.objects.filter(application=OuterRef("application"))
        match name:
            case "progress":
                return Q(**{f"{prefix}state__in": cls.PROGRESS[str(value)][1]})
            case "chain":
                return Q(Exists(links.filter(term=value)))
            case "without" if value == "chain":
                return ~Q(Exists(links))
        return super().condition(name, value, prefix)


class DecisionFilter(CaseFilter):
    """What offices have decided: at which stage, by whom, in which batch."""

    stage = forms.ChoiceField(label="环节", required=False)
    batch = forms.ModelChoiceField(Batch.objects.all(), label="申报批次", required=False, empty_label="全部")
    office = forms.ModelChoiceField(
        Organisation.objects.all(), label="办理机构", required=False, widget=forms.HiddenInput
    )

    MAIN: ClassVar[tuple[str, ...]] = ("stage", "batch")
    LOOKUPS: ClassVar = {"stage": "from_state", "batch": "case__batch", "office": "organisation"}

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        labels = dict(process.states)
        stages = [(stage.state, labels[stage.state]) for stage in process.queues]
        self.fields["stage"].choices = [("", "全部"), *stages]


class ArchivingFilter(DecisionFilter):
    LOOKUPS: ClassVar = DecisionFilter.LOOKUPS | {"batch": "case__application__batch"}


class UnbatchedFilter(DecisionFilter):
    """Of units, which are of no batch."""

    batch = None  # type: ignore[assignment]
    MAIN = ("stage",)
    LOOKUPS: ClassVar = {name: path for name, path in DecisionFilter.LOOKUPS.items() if name != "batch"}


class Looked(CaseFilter):
    """What the numbers of a page are about, and the chosen way to look at them."""

    by = forms.ChoiceField(label="统计方式", required=False, widget=forms.HiddenInput)
    UNSAID: ClassVar[tuple[str, ...]] = ("by",)  # stands on the page in other ways than as a chip

    def __init__(self, data: QueryDict, *, process, conditions: tuple[str, ...], views: list[tuple[str, str]]) -> None:
        super().__init__(data, process=process)
        for name in set(self.LOOKUPS) - set(conditions):
            del self.fields[name]
        self.fields["by"].choices = views

    @property
    def view(self) -> str:
        """The chosen way to look at the numbers; the first one where none is."""
        return str(self.chosen().get("by") or self.fields["by"].choices[0][0])

    def given(self) -> dict[str, str]:
        """The conditions as an address has them."""
        return {name: self.data.get(name, "") for name in self.chosen() if name in self.LOOKUPS}

    def chips(self) -> list[Chip]:
        own = {str(self.fields[name].label) for name in self.UNSAID}
        return [chip for chip in super().chips() if chip.label not in own]

    def said(self) -> str:
        """What the numbers are about, for paper: 「所在地市：…」."""
        return "；".join(f"{chip.label}：{chip.text}" for chip in self.chips()) or "全部"


class StatisticsFilter(Looked, FactsFilter):
    """Without a word about the batch it is the one that is running, or ran last: within one batch a person is counted
    once. An empty `batch` asks for all of them, and so does looking at them by batch."""

    kind = None  # type: ignore[assignment]
    UNSAID = ("batch", "by")  # the batch is always asked

    MAIN = ("batch", "home_city", "target_city")
    field_order = MAIN
    LOOKUPS: ClassVar = {name: path for name, path in FactsFilter.facts().items() if name != "kind"}

    def __init__(self, data: QueryDict, **kwargs) -> None:
        self.told = "batch" in data
        if not self.told and data.get("by") != "batch":
            data = data.copy()
            data["batch"] = str(getattr(Batch.current() or Batch.objects.first(), "pk", ""))
        super().__init__(data, **kwargs)

    def query(self, **changes) -> str:
        if changes.get("by") == "batch":
            changes |= {"batch": None}
        whole = super().query(**changes)
        return whole if "batch" in self.chosen() or not self.told else "&".join(filter(None, ("batch=", whole)))

    def said(self) -> str:
        """With the batch."""
        batch = f"{self.fields['batch'].label}：{self.chosen().get('batch', '全部')}"
        return "；".join([batch, *(f"{chip.label}：{chip.text}" for chip in self.chips())])


class DockingFilter(Looked, PublicNeedFilter):
    """Of 服务对接: no batch."""

    MAIN = ("city", "county", "chain")


class TeamsFilter(Looked, TeamFilter):
    """Of 单位团队统计: all its teams, whenever they applied."""

    MAIN = ("target_city", "state", "chain")
    field_order = MAIN
