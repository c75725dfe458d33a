"""Lists that are counted: one scope, one set of conditions and one address for a number and for the rows behind it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.models import Region, User
from agreements.process import ARCHIVING
from applications import flow
from applications.forms import MatchFilter, SpecialistFilter
from applications.models import Application, Match, Membership, Participant, Team, UnitAdmission
from applications.needs.process import NEEDS
from applications.process import ADMISSION, SELECTION
from attachments.workbook import DATE, NUMBER
from review.deadlines import working_days_between
from review.filters import CaseFilter
from review.models import Step
from review.registry import Column, Process, day_of, name_of
from review.selectors import current
from stats.forms import (
    AdmittedFilter,
    ArchivingFilter,
    DecisionFilter,
    PeopleFilter,
    TeamFilter,
    UnbatchedFilter,
)

Conditions = dict[str, str]


@dataclass(frozen=True)
class Link:
    """Several values for each row of a list: those in `value` of the rows of `table` whose `of` is that row's own."""

    table: type[Model]
    of: str
    value: str


@lru_cache(4096)
def _pair(name: str, value: str) -> str:
    """A table has thousands of addresses of few parts."""
    return urlencode({name: value})


@dataclass(frozen=True, eq=False)
class Listing:
    """`rows` is what a person may see of it; `prefix` leads from a row to what the look-ups of `filters` speak of.

    `fixed` conditions stand in every link; `deaf`: conditions that are none of its business (a unit is of no batch);
    `links` lead to the values of conditions that no column of a row tells.
    """

    key: str
    permission: str
    filters: type[CaseFilter]
    process: Process
    rows: Callable[[User], QuerySet]
    prefix: str = ""
    url_name: str = "stats:list"
    fixed: Conditions = field(default_factory=dict)
    deaf: tuple[str, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)

    def hears(self, name: str) -> bool:
        return name in self.filters.base_fields and name not in self.deaf

    def path(self, name: str) -> str:
        """What to group by for a condition."""
        return self.prefix + self.filters.LOOKUPS[name]

    def q(self, conditions: Conditions, prefix: str | None = None) -> Q:
        """Of a row, or of another that leads to it by `prefix`."""
        prefix = self.prefix if prefix is None else prefix
        asked = ((name, value) for name, value in conditions.items() if self.hears(name))
        return Q(*(self.filters.condition(name, value, prefix) for name, value in asked))

    @cached_property
    def address(self) -> str:
        return reverse(self.url_name, args=(self.key,))

    def url(self, conditions: Conditions) -> str:
        asked = {name: value for name, value in conditions.items() if self.hears(name)}
        query = "&".join(_pair(name, value) for name, value in (self.fixed | asked).items())
        return self.address + (f"?{query}" if query else "")


def _recorded(process: Process) -> Listing:
    """审核记录 of a process, of the versions that live."""
    return Listing(
        process.code, process.model.records_permission(), process.filters, process,
        lambda user: current(process, user), "case__", "review:records", {"current": "1"},
    )  # fmt: skip


RECORDS, AGREEMENTS, NEEDED = _recorded(SELECTION), _recorded(ARCHIVING), _recorded(NEEDS)
ADMISSIONS = _recorded(ADMISSION)


@dataclass(frozen=True, eq=False)
class Page(Listing):
    """A list that has no page elsewhere. `keys` order it, newest first; `link(row)` opens what a row is about."""

    title: str = ""
    lead: str = ""
    columns: tuple[Column, ...] = ()
    keys: tuple[str, str] = ("at", "id")
    related: tuple[str, ...] = ()
    prefetch: tuple[str, ...] = ()
    link: Callable[[Any, User], str] = lambda row, user: ""
    read_beside: Callable[[Sequence[Any]], None] = lambda rows: None  # what its rows show and the query has not
    empty: str = ""
    above: str = "stats:overview"  # the page whose numbers lead to it; empty: the menu does

    @property
    def screen_columns(self) -> list[Column]:
        return [column for column in self.columns if column.screen]


def _case(process: Process, pk: int) -> str:
    return reverse("review:case", args=(process.code, pk))


def place_of(region: Region | None) -> str:
    return region.full_name if region else ""


def _people(user: User) -> QuerySet:
    """Of the teams whose application a person may see, in the version that lives."""
    seen = current(SELECTION, user).filter(case=OuterRef("case"))
    return Participant.objects.filter(Exists(seen)).defer("id_number", "mobile")


PEOPLE = Page(
    "people", "applications.view_records", PeopleFilter, SELECTION, _people,
    title="法人科技特派员", lead="团队负责人和成员，以提交审核时的名单为准。",
    columns=(
        Column("name", "姓名", lambda row: row.name, 12),
        Column("part", "身份", lambda row: row.get_part_display(), 8),
        Column("discipline", "专业类别", lambda row: name_of(row.discipline), 12),
        Column("team", "团队", lambda row: row.case.team_name, 28),
        Column("unit", "单位", lambda row: row.case.unit_name, 28),
        Column("target_city", "意向服务市（州）", lambda row: name_of(row.case.target_city), 14),
        Column("batch", "申报批次", lambda row: row.case.batch.name, 20),
        Column("state", "状态", lambda row: row.case.state_label, 12),
    ),
    related=("discipline", "case__target_city", "case__batch"),
    link=lambda row, user: _case(SELECTION, row.case_id),
    empty="团队提交审核、申请到达本机构之后，它的负责人和成员列在这里。",
)  # fmt: skip


def _selected(place: str) -> Callable[[User], QuerySet]:
    """Who has been selected and comes from (`home_city`), or goes to (`target_city`), a city that this person acts
    for, whichever desks judged them: a result is no secret, an application is."""

    def rows(user: User) -> QuerySet:
        cities = {desk.region_id for desk in user.desks if desk.region_id}
        found = Application.objects.filter(state=flow.APPROVED, **{f"{place}__in": cities})
        return found.annotate(known=_known(user, "pk"))

    return rows


def _selected_people(place: str) -> Callable[[User], QuerySet]:
    def rows(user: User) -> QuerySet:
        found = Participant.objects.filter(Exists(_selected(place)(user).filter(pk=OuterRef("case"))))
        return found.annotate(known=_known(user, "case")).defer("id_number", "mobile")

    return rows


def _known(user: User, case: str) -> Exists:
    """Whether it has come to a desk of theirs, so that they may open it."""
    handlings = Application.related("handlings").objects
    return Exists(handlings.filter(case=OuterRef(case), organisation__in=user.desk_ids))


SENT = Page(
    "sent", "applications.view_records", SpecialistFilter, SELECTION, _selected("home_city"),
    title="本市派出的科技特派员", lead="所在地为本市的个人和本市法人单位的团队，只列审核成功的。",
    columns=(
        Column("name", "姓名", lambda row: row.applicant_name, 12),
        Column("kind", "类别", lambda row: row.get_kind_display(), 8),
        Column("unit", "单位", lambda row: row.unit_name, 28),
        Column("team", "团队", lambda row: row.team_name, 28),
        Column("home", "所在县（市、区）", lambda row: place_of(row.home_county), 16),
        Column("target", "意向服务县（市、区）", lambda row: place_of(row.target_county), 16),
        Column("host", "意向服务企业", lambda row: row.target_host, 28),
        Column("batch", "申报批次", lambda row: row.batch.name, 16),
    ),
    keys=("since", "id"),
    related=("home_county__parent", "target_county__parent", "batch"),
    link=lambda row, user: _case(SELECTION, row.pk) if row.known else "",
    empty="科技特派员审核成功之后列在这里。",
)  # fmt: skip
SERVING = replace(
    SENT, key="serving", rows=_selected("target_city"), title="来本市服务的科技特派员",
    lead="意向服务地为本市的个人和团队，只列审核成功的；本市的人在本市服务的也在内。",
)  # fmt: skip
SENT_PEOPLE, SERVING_PEOPLE = (
    replace(
        PEOPLE, key=f"{page.key}-people", rows=_selected_people(place), title=title,
        lead="审核成功的团队的负责人和成员，以提交审核时的名单为准。",
        link=lambda row, user: _case(SELECTION, row.case_id) if row.known else "",
        empty="团队审核成功之后，它的负责人和成员列在这里。",
    )
    for page, place, title in (
        (SENT, "home_city", "本市派出的法人科技特派员"), (SERVING, "target_city", "来本市服务的法人科技特派员"),
    )
)  # fmt: skip


def _units(user: User) -> QuerySet:
    """Admitted legal units: for who judges them all, for a city those that sit in it, for a unit itself."""
    rows = UnitAdmission.objects.filter(state=flow.ADMITTED)
    if user.has_perm(UnitAdmission.records_permission()):
        return rows.filter(Exists(current(ADMISSION, user).filter(case=OuterRef("pk"))))
    cities = {desk.region_id for desk in user.desks if desk.region_id}
    return rows.filter(Q(organisation__location__parent__in=cities) | Q(organisation__in=user.desk_ids))


def _unit_link(row: UnitAdmission, user: User) -> str:
    return _case(ADMISSION, row.pk) if user.has_perm(UnitAdmission.records_permission()) else ""


UNITS = Page(
    "units", "stats.view_statistics", AdmittedFilter, ADMISSION, _units, deaf=("batch",),
    title="法人单位", lead="已通过省科技厅审核的法人单位。",
    columns=(
        Column("name", "单位名称", lambda row: row.organisation.name, 28),
        Column("credit_code", "统一社会信用代码", lambda row: row.organisation.credit_code, 22),
        Column("nature", "单位性质", lambda row: name_of(row.frozen_nature), 12),
        Column("region", "所属区域", lambda row: row.organisation.location.full_name, 18),
        Column("since", "通过日期", lambda row: day_of(row.since), 12, nowrap=True, kind=DATE),
    ),
    keys=("since", "id"),
    related=("frozen_nature", "organisation__location__parent"),
    link=_unit_link,
    empty="法人单位通过省科技厅审核之后列在这里。",
)  # fmt: skip


def _teams(user: User) -> QuerySet:
    """All teams of a unit, those too that have not applied; with the newest application that each has had: its state
    (未提交 where there is none), and what it asked for."""
    newest = current(SELECTION, user).filter(case__owner=OuterRef("leader")).order_by("-case__batch__opens_at")

    def of_newest(name: str) -> Subquery:
        return Subquery(newest.values(f"case{name}")[:1])

    return Team.objects.filter(unit__in=user.desk_ids).annotate(
        at=F("leader__date_joined"), application=of_newest(""),
        state=Coalesce(of_newest("__state"), Value(flow.DRAFT)),
        batch=of_newest("__batch"), batch_name=of_newest("__batch__name"),
        target_city=of_newest("__target_city"), target_name=of_newest("__target_city__name"),
    )  # fmt: skip


def _members(team: Team) -> list[str]:
    return [row.user.real_name for row in team.memberships.all() if row.state == Membership.State.CONFIRMED]


def _state(team) -> str:
    return flow.TEAM.stage(team.state).label


def _with_cases(rows: Sequence[Any]) -> None:
    cases = Application.objects.select_related("batch").in_bulk([row.application for row in rows if row.application])
    for row in rows:
        row.case = cases.get(row.application)


TEAMS = Page(
    "teams", "stats.view_teams", TeamFilter, SELECTION, _teams,
    title="本单位团队", lead="本单位的所有团队，包括还没有提交申请的；总人数含负责人。",
    columns=(
        Column("name", "团队名称", lambda row: row.name, 28),
        Column("leader", "负责人", lambda row: row.leader.real_name, 12, nowrap=True),
        Column("people", "总人数", lambda row: str(len(_members(row)) + 1), 10, nowrap=True, kind=NUMBER),
        Column("members", "成员", lambda row: "、".join(_members(row)), 28),
        Column("target", "意向服务市（州）", lambda row: row.target_name or "", 14),
        Column("batch", "申报批次", lambda row: row.batch_name or "", 20),
        Column("state", "申请状态", _state, 12, nowrap=True),
    ),
    related=("leader",), prefetch=("memberships__user",),
    read_beside=_with_cases,
    link=lambda row, user: _case(SELECTION, row.application) if row.application else "",
    above="stats:teams", links={"chain": Link(Application.chains.through, "application", "term")},
    empty="团队负责人选择本单位、填写团队信息之后，团队列在这里。",
)  # fmt: skip


def _decisions(process: Process) -> Callable[[User], QuerySet]:
    """What offices decided on versions that have come to this person: the province reads of all, others of their own.

    `arrived` is when the step before was written: then the case came to the desk.
    """
    steps: type[Step] = process.model.related("steps")  # type: ignore[assignment]
    handlings = process.model.related("handlings").objects

    def rows(user: User) -> QuerySet:
        known = handlings.filter(
            case=OuterRef("case"), organisation__in=user.desk_ids, revision__gte=OuterRef("revision")
        )
        before = steps.objects.filter(case=OuterRef("case"), number=OuterRef("number") - 1)
        found = steps.objects.filter(Exists(known), organisation__isnull=False).annotate(
            arrived=Subquery(before.values("at"))
        )
        return found if user.of_province else found.filter(organisation__in=user.desk_ids)

    return rows


def _stage(step) -> str:
    return step.case.flow.stage(step.from_state).label


def _days(step) -> str:
    days = working_days_between(timezone.localdate(step.arrived), timezone.localdate(step.at))
    return f"{days} 个工作日"


DECISIONS = Page(
    "decisions", RECORDS.permission, DecisionFilter, SELECTION, _decisions(SELECTION),
    title="办结记录", lead="每办结一次一行，用时从到达该机构起算。",
    columns=(
        Column("name", "姓名", lambda row: row.case.applicant_name, 12),
        Column("stage", "环节", _stage, 14),
        Column("office", "办理机构", lambda row: row.organisation_name, 24),
        Column("action", "决定", lambda row: row.label, 8),
        Column("arrived", "到达", lambda row: day_of(row.arrived), 12, nowrap=True, kind=DATE),
        Column("at", "办结", lambda row: day_of(row.at), 12, nowrap=True, kind=DATE),
        Column("days", "用时", _days, 12, nowrap=True),
    ),
    related=("case",),
    link=lambda row, user: _case(SELECTION, row.case_id),
    empty="机构办理申请之后，每次办结列在这里。",
)  # fmt: skip


def _decided(listing: Listing, filters: type[CaseFilter], who: Column, *related: str) -> Page:
    """办结记录 of another process: `who` it is about, read over `related`."""
    process = listing.process
    return replace(
        DECISIONS, key=f"{process.code}-decisions", permission=listing.permission, filters=filters, process=process,
        rows=_decisions(process), title=f"{process.name}办结记录", columns=(who, *DECISIONS.columns[1:]),
        related=related, link=lambda row, user: _case(process, row.case_id), empty="办理之后，每次办结列在这里。",
    )  # fmt: skip


# The desks beside the way of an application: what has come to them, and what they decided
BESIDE: tuple[tuple[Listing, Page], ...] = (
    (ADMISSIONS, _decided(
        ADMISSIONS, UnbatchedFilter, Column("name", "单位名称", lambda row: row.case.organisation.name, 28),
        "case__organisation",
    )),
    (AGREEMENTS, _decided(
        AGREEMENTS, ArchivingFilter, Column("name", "姓名", lambda row: row.case.application.applicant_name, 12),
        "case__application",
    )),
)  # fmt: skip


def _matches(user: User) -> QuerySet:
    """A city's are about what it had published when they were made; the province reads of all."""
    rows = Match.objects.defer("person__mobile", "person__profile__id_number")
    return rows if user.of_province else rows.filter(office__in=user.desk_ids)


MATCHES = Page(
    "matches", NEEDS.model.records_permission(), MatchFilter, NEEDS, _matches,
    title="对接记录", lead="科技特派员的响应和派驻单位的邀请，一次一行；双方的联系方式只有双方达成后彼此可见。",
    columns=(
        Column("title", "需求", lambda row: row.title, 32),
        Column("host", "派驻单位", lambda row: row.host.name, 28),
        Column("place", "服务地点", lambda row: row.county.full_name, 20),
        Column("chain", "产业链", lambda row: name_of(row.chain), 12),
        Column("person", "科技特派员", lambda row: row.person.real_name, 12, "applications/cells/person.html"),
        Column("kind", "类别", lambda row: row.get_person_kind_display(), 8, screen=False),
        Column("team", "团队", lambda row: row.team_name, 28, screen=False),
        Column("unit", "工作单位", lambda row: row.person.profile.work_unit, 28),
        Column("way", "方式", lambda row: row.kind, 8),
        Column("made", "提出", lambda row: day_of(row.made_at), 12, nowrap=True, kind=DATE),
        Column("answer", "状态", lambda row: row.get_answer_display(), 10, nowrap=True),
        Column("answered", "答复", lambda row: day_of(row.answered_at), 12, nowrap=True,
               kind=DATE),
    ),
    keys=("made_at", "id"),
    related=("county__parent", "person__profile"), prefetch=("host", "chain"),
    link=lambda row, user: _case(NEEDS, row.need_id),
    above="",
    empty="需求公开之后，科技特派员的响应和派驻单位的邀请列在这里。",
)  # fmt: skip

PAGES: dict[str, Page] = {
    page.key: page
    for page in (
        PEOPLE, SENT, SENT_PEOPLE, SERVING, SERVING_PEOPLE, UNITS, TEAMS, DECISIONS, *(page for _, page in BESIDE),
        MATCHES,
    )
}  # fmt: skip
