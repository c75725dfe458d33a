"""What is counted, and by what: the one declaration behind every page of statistics.

A measure is a list and conditions of that list, in the list's own words; a dimension is the name of a condition. So the
number and the rows behind its link can't differ: both are read by `Listing.q` of the same conditions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from accounts.models import Region, Term, User
from accounts.roles import Role
from agreements.flow import AGREEMENT
from applications import flow
from applications.models import Application, Batch, Match
from applications.needs.process import NEEDS
from applications.process import SELECTION
from review.registry import Process
from stats.forms import DockingFilter, Looked, StatisticsFilter, TeamFilter, TeamsFilter
from stats.lists import (
    AGREEMENTS,
    MATCHES,
    NEEDED,
    PEOPLE,
    RECORDS,
    SENT,
    SENT_PEOPLE,
    SERVING,
    SERVING_PEOPLE,
    TEAMS,
    UNITS,
    Conditions,
    Listing,
    Page,
)


@dataclass(frozen=True, eq=False)
class Measure:
    """`tone` names the colour it has in every chart."""

    key: str
    label: str
    listing: Listing
    conditions: Conditions = field(default_factory=dict)
    unit: str = "人"
    tone: str = "blue"


@dataclass(frozen=True, eq=False)
class Timed(Measure):
    """Of what it counts it is also told how many days lie between two moments of the case."""

    days: str = ""  # what they are called
    start: str = ""
    end: str = ""


_APPROVED = {"state": flow.APPROVED}
_PERSONAL, _TEAM = ({"kind": kind.value} for kind in (Application.Kind.PERSONAL, Application.Kind.TEAM))

PERSONAL = Measure("personal", "个人科技特派员人数", RECORDS, _PERSONAL | _APPROVED)
SPECIALISTS = Measure("specialists", "法人科技特派员人数", PEOPLE, _APPROVED, tone="green")
LEADERS = Measure("leaders", "负责人人数", PEOPLE, _APPROVED | {"part": "leader"}, tone="green")
SENT_TEAMS = Measure("teams", "派出团队总数", RECORDS, _TEAM | _APPROVED, unit="个", tone="green")
UNIT_TEAMS = replace(SENT_TEAMS, label="团队数")  # the manual's word on a unit's page
UNITS_ADMITTED = Measure("units", "法人单位总数", UNITS, unit="家")

APPLIED = Measure("applied", "申报总数", RECORDS, unit="份")
APPLIED_PERSONAL = Measure("applied_personal", "个人申报", RECORDS, _PERSONAL, unit="份")
APPLIED_TEAM = Measure("applied_team", "法人申报", RECORDS, _TEAM, unit="份", tone="green")
APPLIED_PEOPLE = Measure("applied_people", "法人申报人数", PEOPLE)
APPLIED_LEADERS = Measure("applied_leaders", "其中负责人", PEOPLE, {"part": "leader"})
APPROVED = Measure("approved", "审核成功", RECORDS, _APPROVED, unit="份", tone="green")
RETURNED = Measure("returned", "已退回", RECORDS, {"state": flow.RETURNED}, unit="份", tone="red")

# A city's: whom it sends, and who comes to serve it, under the names that they have for the province
CITY_SENT = (
    replace(PERSONAL, key="sent_personal", listing=SENT, conditions=_PERSONAL),
    replace(SPECIALISTS, key="sent_specialists", listing=SENT_PEOPLE, conditions={}),
    replace(LEADERS, key="sent_leaders", listing=SENT_PEOPLE, conditions={"part": "leader"}),
    replace(SENT_TEAMS, key="sent_teams", listing=SENT, conditions=_TEAM),
)
CITY_SERVING = (
    Measure("serving_personal", "来服务的个人", SERVING, _PERSONAL),
    Measure("serving_specialists", "来服务的法人科技特派员", SERVING_PEOPLE, tone="green"),
    Measure("serving_teams", "来服务的团队", SERVING, _TEAM, unit="个", tone="green"),
)

ALL_TEAMS = Measure("all_teams", "团队总数", TEAMS, unit="个")
_PROGRESS_TONES = {"unsent": "line-2", "judged": "blue", "returned": "red", "approved": "green"}
TEAMS_BY_PROGRESS = tuple(
    Measure(f"teams_{key}", label, TEAMS, {"progress": key}, "个", _PROGRESS_TONES[key])
    for key, (label, _) in TeamFilter.PROGRESS.items()
)

AGREED = Measure("agreements", "服务协议数", AGREEMENTS, unit="份")
_AGREEMENT_TONES = {"saved": "ochre", "archiving": "blue", "returned": "red", "archived": "green"}
AGREED_BY_STATE = tuple(
    Measure(
        f"agreements_{stage.state}",
        stage.label,
        AGREEMENTS,
        {"state": stage.state},
        "份",
        _AGREEMENT_TONES[stage.state],
    )
    for stage in AGREEMENT.stages
    if stage != AGREEMENT.start
)


ASKED = Measure("needs", "需求总数", NEEDED, unit="条")
_NEED_TONES = {
    "returned": "red", "reviewing": "blue", "published": "green", "solved": "green-deep", "closed": "line-2",
    "expired": "ochre",
}  # fmt: skip
NEEDS_BY_STATE = tuple(
    Measure(f"needs_{state}", label, NEEDED, {"state": state}, "条", _NEED_TONES[state])
    for state, label in NEEDS.states
)
ANSWERED = Timed(
    "needs_answered", "已有响应的需求", NEEDED, {"answered": "1"}, "条", "green", "首次响应用时", "published_at",
    "first_answer_at",
)  # fmt: skip
MATCHED = Measure("matches", "响应与邀请", MATCHES, unit="次")
OFFERED = Measure("matches_offer", "响应", MATCHES, {"way": "offer"}, "次")
INVITED = Measure("matches_invitation", "邀请", MATCHES, {"way": "invitation"}, "次")
_ANSWER_TONES = dict(zip(Match.Answer.values, ("ochre", "green", "red", "line-2", "ink-2"), strict=True))
MATCHES_BY_ANSWER = tuple(
    Measure(f"matches_{answer}", label, MATCHES, {"answer": answer}, "次", _ANSWER_TONES[answer])
    for answer, label in Match.Answer.choices
)
(ACCEPTED,) = (one for one in MATCHES_BY_ANSWER if one.conditions["answer"] == Match.Answer.ACCEPTED)
(PUBLISHED,) = (one for one in NEEDS_BY_STATE if one.conditions["state"] == flow.PUBLISHED)


@dataclass(frozen=True)
class Group:
    """Measures that stand in one table. `chart`: those its picture is made of, one beside the other in each bar; `of`:
    what the map shows, in a word; `note`: what is counted, where the title does not say it."""

    key: str
    title: str
    measures: tuple[Measure, ...]
    chart: tuple[Measure, ...] = ()
    of: str = "科技特派员"
    note: str = ""


DISPATCHED = Group(
    "dispatched", "派出情况", (PERSONAL, SPECIALISTS, LEADERS, SENT_TEAMS, UNITS_ADMITTED), (PERSONAL, SPECIALISTS)
)
APPLICATIONS = Group(
    "applications", "申报与审核",
    (APPLIED, APPLIED_PERSONAL, APPLIED_TEAM, APPLIED_PEOPLE, APPLIED_LEADERS, APPROVED, RETURNED),
    (APPLIED_PERSONAL, APPLIED_TEAM),
)  # fmt: skip
SERVICE = Group("agreements", "服务协议", (AGREED, *AGREED_BY_STATE), AGREED_BY_STATE)
GROUPS = (DISPATCHED, APPLICATIONS, SERVICE)
UNIT_GROUPS = (
    Group("dispatched", "派出情况", (SPECIALISTS, LEADERS, UNIT_TEAMS), (SPECIALISTS,)),
    Group("applications", "申报与审核", (APPLIED, APPLIED_PEOPLE, APPLIED_LEADERS, APPROVED, RETURNED), (APPLIED,)),
    SERVICE,
)
CITY_GROUPS = (
    Group(
        "sent", "本市派出", (*CITY_SENT, UNITS_ADMITTED), CITY_SENT[:2],
        note="所在地为本市的个人和本市法人单位的团队，审核成功的，不论由谁审核、去哪里服务。",
    ),
    Group(
        "serving", "来本市服务", CITY_SERVING, CITY_SERVING[:2],
        note="意向服务地为本市、审核成功的，不论从哪里来；本市的人在本市服务的，两处都计。",
    ),
    replace(APPLICATIONS, title="本机构办理", note="到达过本机构的申请：本市个人的初审，和推送来本市对接的。"),
)  # fmt: skip
TEAM_GROUPS = (Group("teams", "团队", (ALL_TEAMS, *TEAMS_BY_PROGRESS), TEAMS_BY_PROGRESS, "团队"),)


def _last(last: Measure, measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """The one that a picture's title tells of stands at the end."""
    return (*(one for one in measures if one is not last), last)


DOCKING_GROUPS = (
    Group("needs", "服务需求", (ASKED, *NEEDS_BY_STATE, ANSWERED), _last(PUBLISHED, NEEDS_BY_STATE), "服务需求"),
    Group("matches", "响应与邀请", (MATCHED, OFFERED, INVITED, *MATCHES_BY_ANSWER), _last(ACCEPTED, MATCHES_BY_ANSWER)),
)


@dataclass(frozen=True)
class Choice:
    """One row of a table: the value of the condition, its words, and the code by which a map finds the place."""

    value: str
    label: str
    code: str = ""


@dataclass(frozen=True, eq=False)
class Dimension:
    """`key` is the condition; `several`: a row of a list may have several values, so that the rows add up to more than
    the total; `given`: conditions that the question itself implies, where a list has them; `of`: the lists whose word
    it is, when others mean something else by it; `note`: what a reader of the rows has to know."""

    key: str
    label: str
    choices: Callable[[], list[Choice]]
    several: bool = False
    given: Conditions = field(default_factory=dict)
    of: tuple[Listing, ...] = ()
    map: bool = False
    whole: bool = False  # the province looks at all its rows, empty ones too
    note: str = ""


def _regions(level: Region.Level) -> Callable[[], list[Choice]]:
    def read() -> list[Choice]:
        rows = Region.objects.filter(level=level).order_by("code").values_list("pk", "name", "code", "parent__name")
        return [
            Choice(str(pk), name if parent in (None, name) else f"{parent} {name}", code)
            for pk, name, code, parent in rows
        ]

    return read


def _terms(kind: Term.Kind) -> Callable[[], list[Choice]]:
    return lambda: [Choice(str(pk), name) for pk, name in Term.objects.filter(kind=kind).values_list("pk", "name")]


def _batches() -> list[Choice]:
    return [Choice(str(pk), name) for pk, name in Batch.objects.values_list("pk", "name")]


def _states(process: Process) -> Callable[[], list[Choice]]:
    return lambda: [Choice(state, label) for state, label in process.states]


DIMENSIONS = (
    Dimension("home_city", "所在地市", _regions(Region.Level.CITY), map=True, whole=True),
    Dimension("home_county", "所在县（市、区）", _regions(Region.Level.COUNTY)),
    Dimension("target_city", "意向服务市（州）", _regions(Region.Level.CITY), map=True, whole=True),
    Dimension("target_county", "意向服务县（市、区）", _regions(Region.Level.COUNTY)),
    Dimension(
        "chain", "产业链", _terms(Term.Kind.CHAIN), several=True,
        note="一份申请可以依托几条产业链，在每一条里各计一次，所以各行相加大于合计。",
    ),
    Dimension("discipline", "专业类别", _terms(Term.Kind.DISCIPLINE)),
    # Individuals have none: their form asks for the name of their unit, not for its kind (domain.md §3.2)
    Dimension(
        "nature", "单位性质", _terms(Term.Kind.UNIT_NATURE), given=_TEAM,
        note="单位性质是法人单位的：个人的基本信息只填工作单位名称，没有这一项，所以这里只计法人单位和它们的团队。",
    ),
    Dimension("batch", "申报批次", _batches),
    Dimension("state", "当前环节", _states(SELECTION), of=(RECORDS, PEOPLE)),
)  # fmt: skip
_BY = {one.key: one for one in DIMENSIONS}
TEAM_DIMENSIONS = (
    Dimension("state", "申请状态", lambda: [Choice(state, label) for state, label in TeamFilter.STATES]),
    *(_BY[key] for key in ("target_city", "chain", "batch")),
)
DOCKING_DIMENSIONS = (
    Dimension("city", "服务地市", _regions(Region.Level.CITY), map=True, whole=True),
    Dimension("county", "服务县（市、区）", _regions(Region.Level.COUNTY)),
    Dimension("chain", "产业链", _terms(Term.Kind.CHAIN)),
    Dimension("kind", "需求类别", _terms(Term.Kind.NEED_KIND)),
    Dimension("discipline", "专业领域", _terms(Term.Kind.DISCIPLINE)),
    Dimension("state", "需求状态", _states(NEEDS), of=(NEEDED,)),
)


@dataclass(frozen=True)
class Audience:
    """A page of numbers for a role, under its title; `conditions` stand in the query box. The figures of `top` stand on
    top, those of the first group where none is named, whatever the tables go by; `listed`: the list that stands below;
    `empty` is said where there is nothing to count."""

    title: str
    lead: str
    groups: tuple[Group, ...]
    dimensions: tuple[Dimension, ...]
    conditions: tuple[str, ...]
    whole: bool = False
    url_name: str = "stats:overview"
    filters: type[Looked] = StatisticsFilter
    process: Process = SELECTION
    staged: bool = True  # 「环节与时长」 is one of its tabs
    top: tuple[Group, ...] = ()
    listed: Page | None = None
    empty: tuple[str, str] = (
        "还没有可统计的申请", "申请到达本机构之后，人数和份数列在这里；也可以换一个申报批次，或去掉一些条件。",
    )  # fmt: skip

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(measure for group in self.groups for measure in group.measures)


AUDIENCES: dict[str, Audience] = {
    Role.PROVINCE: Audience(
        "省厅信息统计", "全省科技特派员选派情况；点数字看名单。", GROUPS,
        DIMENSIONS,
        ("batch", "home_city", "target_city", "home_county", "target_county", "chain", "discipline", "nature"),
        whole=True,
    ),
    Role.CITY: Audience(
        "数据统计", "本市科技特派员派出和来本市服务的情况，分开统计；点数字看名单。", CITY_GROUPS,
        (_BY["target_city"], *(one for one in DIMENSIONS if one.key != "target_city")),
        ("batch", "home_city", "target_city", "home_county", "target_county", "chain", "discipline", "nature"),
        top=CITY_GROUPS[:2],
    ),
    Role.LEGAL_UNIT: Audience(
        "法人单位信息统计", "本单位法人科技特派员派出情况；点数字看名单。",
        UNIT_GROUPS,
        tuple(one for one in DIMENSIONS if one.key not in ("home_city", "home_county", "nature")),
        ("batch", "target_city", "chain"),
    ),
}  # fmt: skip
UNIT_TEAMS_PAGE = Audience(
    "单位团队统计", "本单位的所有团队，包括还没有提交申请的，按各团队最近一次的申请统计；点数字看名单。",
    TEAM_GROUPS, TEAM_DIMENSIONS, ("target_city", "chain", "batch", "state"),
    url_name="stats:teams", filters=TeamsFilter, staged=False, listed=TEAMS,
    empty=("还没有团队", "团队负责人选择本单位、填写团队信息之后，团队列在这里；也可以去掉一些条件。"),
)  # fmt: skip


def _docking(lead: str, *, whole: bool) -> Audience:
    return Audience(
        "服务对接统计", lead, DOCKING_GROUPS, DOCKING_DIMENSIONS, ("city", "county", "chain", "kind", "discipline"),
        whole, "stats:docking", DockingFilter, NEEDS, staged=False,
        top=(Group("docking", "服务对接", (ASKED, PUBLISHED, ANSWERED, MATCHED, ACCEPTED)),),
        empty=("还没有可统计的需求", "派驻单位提交需求之后，条数和对接情况列在这里；也可以去掉一些条件。"),
    )  # fmt: skip


DOCKING: dict[str, Audience] = {
    Role.PROVINCE: _docking("全省派驻单位的需求和对接情况；点数字看名单。", whole=True),
    Role.CITY: _docking("本机构审核的需求，和在其公开期间的响应与邀请；点数字看名单。", whole=False),
}


def audience_of(user: User) -> Audience:
    return AUDIENCES.get(user.role, AUDIENCES[Role.LEGAL_UNIT])


def docking_of(user: User) -> Audience:
    return DOCKING.get(user.role, DOCKING[Role.CITY])


def audiences_of(user: User) -> list[Audience]:
    """All pages of numbers that this person may open."""
    pages = (
        ("stats.view_statistics", audience_of(user)), (TEAMS.permission, UNIT_TEAMS_PAGE),
        (NEEDED.permission, docking_of(user)),
    )  # fmt: skip
    return [audience for permission, audience in pages if user.has_perm(permission)]


def askable(measure: Measure, given: Conditions, user: User) -> bool:
    """Whether a page about `given` can tell it: the person may open its list, and the list has these conditions."""
    listing = measure.listing
    return user.has_perm(listing.permission) and all(listing.hears(name) for name in set(given) - set(listing.deaf))


def countable(measure: Measure, by: Dimension, given: Conditions, user: User) -> bool:
    """Whether a table by `by` can show it: the list has this condition, too, and the measure does not fix it."""
    listing = measure.listing
    return (
        askable(measure, given, user)
        and listing.hears(by.key)
        and by.key not in measure.conditions
        and (not by.of or listing in by.of)
        and all(measure.conditions.get(name, value) == value for name, value in by.given.items())
    )
