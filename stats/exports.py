"""The exports: the six of the manual (省厅, 数据统计), and one of every list, of exactly what its query shows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.administered import Administered
from accounts.masks import mask_mobile, mask_number
from accounts.models import Organisation, Region, User
from accounts.selectors import PROFILE_FIELDS, profile_label
from agreements.counters import COUNTERS
from agreements.documents import PERSONAL_SECTIONS, TEAM_SECTIONS
from agreements.models import Agreement
from agreements.process import ARCHIVING
from applications.documents import FORM_SECTIONS, UNIT_SECTIONS
from applications.models import Application, Participant, PersonalForm, TeamForm, UnitAdmission
from applications.process import ADMISSION, SELECTION
from attachments.workbook import DATE, NUMBER, TEXT
from review import papers, registry, selectors
from review.filters import CaseFilter, Chip
from review.flow import Stage
from review.models import Handling
from review.registry import Folder, Process
from stats.lists import PAGES, Page
from stats.own import OWN
from stats.tables import VALUES, Column, Export, Row, cases_of, column_of, frozen, plain

ALL = "stats.export_all"
FULL_NUMBERS = "stats.export_numbers"
NEWEST = ("-arrived_at", "-id")
LONG = 60  # longer texts get a wide column


def _records(process: Process, user: User, conditions: CaseFilter, kept: Q = Q()) -> QuerySet:  # noqa: B008
    rows = selectors.records(process, user).filter(conditions.q_of_records(), kept)
    return rows.order_by(*NEWEST)


# Columns of what was frozen


def _fact(key: str, label: str, width: int = 16, kind: str = TEXT) -> Column:
    value = VALUES[kind]
    return Column(key, label, lambda row: value(row.text(key)), width, kind)


def _facts(model, names: Sequence[str], prefix: str = "") -> tuple[Column, ...]:
    """The fields of a form, under their labels."""

    def column(name: str) -> Column:
        one = model._meta.get_field(name)
        kind = {"DateField": DATE, "PositiveSmallIntegerField": NUMBER}.get(one.get_internal_type(), TEXT)
        return _fact(prefix + name, str(one.verbose_name), 40 if (one.max_length or 0) > LONG else 16, kind)

    return tuple(column(name) for name in names)


def _names(sections) -> tuple[str, ...]:
    return tuple(name for _, names in sections for name in names)


def _secret(key: str, label: str, width: int) -> Column:
    return Column(key, label, lambda row: row.text(key), width, full=lambda row: row.full(key))


_STATE = Column("state", "当前状态", lambda row: row.state, 20)
_SUBMITTED = Column("submitted", "提交日期", lambda row: row.at, 12, DATE)
_VERSION = Column("revision", "版本", lambda row: row.revision, 8, NUMBER)


# 个人信息: everybody who applies or applies with a team


def _person(name: str) -> Column:
    key, label = f"profile_{name}", profile_label(name)
    if name in ("id_number", "mobile"):
        return _secret(key, label, 22 if name == "id_number" else 16)
    return _fact(key, label)


_BATCH = Column("batch", "申报批次", lambda row: row.case.batch.name, 20)
_PLACE = (
    Column("home_city", "所在地市", lambda row: row.case.home_city.name if row.current else "", 16),
    _fact("target_city", "意向服务市（州）"),
    _fact("target_county", "意向服务县（市）"),
    _fact("target_host", "意向服务企业", 28),
    _fact("target_host_address", "意向服务企业地址", 28),
    _fact("chains", "农业科技产业链", 28),
)
_PLACED = {column.key for column in _PLACE}


def _unplaced(form) -> tuple[str, ...]:
    return tuple(name for name in _names(FORM_SECTIONS[form]) if name not in _PLACED)


PEOPLE_COLUMNS = (
    _BATCH,
    Column("part", "类别", lambda row: row.part, 14),
    *(_person(name) for name in PROFILE_FIELDS),
    _fact("unit", "所属法人单位", 28),
    _fact("team", "团队名称", 28),
    *_PLACE,
    *_facts(PersonalForm, _unplaced(PersonalForm)),
    _STATE,
    _SUBMITTED,
    _VERSION,
)
TEAM_OF_ALL = {"unit", "team", *_PLACED, "planned_service"}  # what a leader has written for the whole team
MEMBER = ("work_unit", "post", "title_level", "title_name", "speciality")  # applications.documents._member
_read_applications = frozen(SELECTION, "batch")


def _read_people(rows: Sequence[Handling], user: User) -> Iterator[Row]:
    """Each applicant, a leader followed by the members; of a version that has been overtaken the applicant alone."""
    members: dict[int, list[Participant]] = {}
    for one in _members().filter(case__in=[row.case_id for row in rows]).order_by("id"):
        members.setdefault(one.case_id, []).append(one)
    for row in _read_applications(rows, user):
        yield replace(row, part="法人（负责人）" if row.case.is_team else "个人")
        if row.current:
            yield from (_member(row, one) for one in members.get(row.case.pk, ()))


def _members() -> QuerySet[Participant]:
    return Participant.objects.filter(part=Participant.Part.MEMBER)


def _member(row: Row, person: Participant) -> Row:
    words = row.text(f"member_{person.user_id}").split("　")
    texts = dict(zip(MEMBER, words, strict=True)) if len(words) == len(MEMBER) else {"speciality": "　".join(words)}
    texts |= {"real_name": person.name}
    facts = {key: item for key, item in row.facts.items() if key in TEAM_OF_ALL}
    facts |= {f"profile_{name}": {"text": text} for name, text in texts.items()}
    for name, full, mask in (("id_number", person.id_number, mask_number), ("mobile", person.mobile, mask_mobile)):
        facts[f"profile_{name}"] = {"text": mask(full), "full": full}
    return replace(row, facts=facts, part="法人（成员）")


def _count_members(rows: QuerySet) -> int:
    current = rows.order_by().filter(revision=F("case__revision_number")).values("case")
    return _members().filter(case__in=current).count()


# 团队信息

TEAM_COLUMNS = (
    _BATCH,
    _fact("unit", "所属法人单位", 28),
    _fact("team", "团队名称", 28),
    _fact("profile_real_name", "负责人", 12),
    Column("size", "团队总人数", lambda row: len(_member_names(row)) + 1, 12, NUMBER),
    Column("members", "成员", lambda row: "、".join(_member_names(row)), 28),
    *_PLACE,
    *_facts(TeamForm, _unplaced(TeamForm)),
    _STATE,
    _SUBMITTED,
    _VERSION,
)


def _member_names(row: Row) -> list[str]:
    return [item["label"].removeprefix("成员：") for key, item in row.facts.items() if key.startswith("member_")]


# 服务协议, 责任书


def _agreement(who: str, sections, *more: Column) -> tuple[Column, ...]:
    return (
        Column("batch", "申报批次", lambda row: row.case.application.batch.name, 20),
        _fact("number", "协议编号", 24),
        _fact("name", who, 12),
        _fact("unit", "工作单位", 28),
        *more,
        _fact("target_city", "服务地市"),
        _fact("target_county", "服务县（市、区）"),
        *_facts(Agreement, _names(sections)),
        *(Column(key, f"{label}（{unit}）", partial(_target, label), 12, NUMBER) for key, label, unit in COUNTERS),
        _STATE,
        _SUBMITTED,
        _VERSION,
    )


def _target(label: str, row: Row) -> int:
    """One effect out of 「推广新技术 2 项；举办培训班 4 场次」."""
    found = (part.split(" ") for part in row.text("targets").split("；"))
    return next((int(words[1]) for words in found if len(words) == 3 and words[0] == label), 0)


# 机构信息


class OrganisationFilter(CaseFilter):
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Organisation.Kind.choices])
    name = forms.CharField(label="机构名称", required=False, max_length=50)
    city = forms.ModelChoiceField(
        Region.objects.filter(level=Region.Level.CITY), label="所在地市", required=False, empty_label="全部"
    )

    MAIN = ("name", "kind", "city")
    field_order = MAIN
    LOOKUPS: ClassVar = {"kind": "kind", "name": "name__startswith"}

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        """An office sits in its city, a unit in one of its counties."""
        if name == "city":
            return Q(location=value) | Q(location__parent=value)
        return super().condition(name, value, prefix)


def _office(key: str, label: str, read: Callable[[Organisation], Any], width: int = 16) -> Column:
    return Column(key, label, lambda row: read(row.case), width)


ORGANISATION_COLUMNS = (
    _office("kind", "类别", lambda one: one.get_kind_display(), 14),
    _office("name", "机构名称", lambda one: one.name, 36),
    _office("credit_code", "统一社会信用代码", lambda one: one.credit_code, 22),
    _office("location", "所在地", lambda one: one.location.full_name if one.location else "", 20),
    _office("phone", "联系电话", lambda one: one.phone),
    _office("contact", "联系人", lambda one: one.contact),
    _office("contact_phone", "联系人电话", lambda one: one.contact_phone),
    _office("active", "启用", lambda one: "是" if one.active else "否", 8),
)


def _organisations(user: User, conditions: CaseFilter) -> QuerySet:
    rows = Organisation.objects.select_related("location__parent").filter(conditions.q())
    return (rows if user.of_province else rows.none()).order_by("kind", "pk")


def _of(process: Process, **kept: str) -> Callable[[User, CaseFilter], QuerySet]:
    return lambda user, conditions: _records(process, user, conditions, Q(**kept))


def _six(code: str, label: str, lead: str, columns, process: Process, rows, read, **more) -> Export:
    return Export(
        code, label, lead, ALL, columns, process.filters, process, rows, read, full_numbers=FULL_NUMBERS, **more
    )  # fmt: skip


_read_agreements = frozen(ARCHIVING, "application__batch")
_PERSONAL, _TEAM = Application.Kind.PERSONAL, Application.Kind.TEAM
FILLED: tuple[Export, ...] = (
    _six("units", "单位信息", "法人单位提交的单位概况。",
         (*_facts(UnitAdmission, _names(UNIT_SECTIONS)), _STATE, _SUBMITTED, _VERSION),
         ADMISSION, _of(ADMISSION), frozen(ADMISSION)),
    _six("agreements", "个人服务协议", "个人科技特派员提交的服务协议。", _agreement("姓名", PERSONAL_SECTIONS),
         ARCHIVING, _of(ARCHIVING, case__application__kind=_PERSONAL), _read_agreements, fixed=("kind",)),
    _six("teams", "团队信息", "法人科技特派员团队，一个团队一行。", TEAM_COLUMNS,
         SELECTION, _of(SELECTION, case__kind=_TEAM), _read_applications, fixed=("kind",)),
    Export("organisations", "机构信息", "管理部门、法人单位等各类机构。", ALL, ORGANISATION_COLUMNS, OrganisationFilter,
           None, _organisations, plain, full_numbers=FULL_NUMBERS),
    _six("duties", "团队责任书", "法人科技特派员团队提交的服务协议（责任书）。",
         _agreement("负责人", TEAM_SECTIONS, _fact("team", "团队名称", 28), _fact("members", "团队成员", 28)),
         ARCHIVING, _of(ARCHIVING, case__application__kind=_TEAM), _read_agreements, fixed=("kind",)),
    _six("people", "个人信息", "个人科技特派员、团队负责人和成员，一人一行。", PEOPLE_COLUMNS,
         SELECTION, _of(SELECTION), _read_people, more=_count_members),
)  # fmt: skip
_declared = {export.code: export for export in (*FILLED, *OWN)}


def declare(export: Export) -> None:
    """One more: a list of an app that stands above."""
    _declared[export.code] = export


# Lists


def find(code: str) -> Export | None:
    """「selection-records」 is 审核记录 of a process, 「selection-initial」 a queue, 「people-list」 a list,
    「team-papers」 a tab of 附件上传/下载, 「user-admin」 a list of 系统管理."""
    if code in _declared:
        return _declared[code]
    name, _, place = code.rpartition("-")
    if place == "admin":
        return _list_of_admin(code, name)
    if place == "list":
        return _list_of_page(code, PAGES[name]) if name in PAGES else None
    if place == "papers":
        found = papers.find(name)
        return _list_of_papers(code, *found) if found else None
    if (process := registry.get(name)) is None:
        return None
    if place == "records":
        return _list_of_records(code, process)
    stage = process.queue(place)
    return _list_of_queue(code, process, stage) if stage else None


def _columns(process: Process) -> tuple[Column, ...]:
    """As on screen: a desk with an older version reads who it is, and that it has been overtaken."""

    def mark(place: int, head: str) -> Column:
        return Column(f"stage_{place}", head, lambda row: row.case.column_marks[place].words if row.current else "", 20)

    return (
        *(column_of(one, always=not place) for place, one in enumerate(process.columns)),
        *(mark(place, head) for place, head in enumerate(process.stage_heads)),
        _STATE,
    )


def _recorded(process: Process, folder: Folder | None = None) -> Callable[[Sequence[Handling], User], Iterator[Row]]:
    """Reads rows of Handling as their page shows them; in a folder with the papers that lie there."""

    def read(rows: Sequence[Handling], user: User) -> Iterator[Row]:
        cases = cases_of(process, rows, filed=folder is not None)
        for row in rows:
            case = cases[row.case_id]
            own = papers.shown(folder, process.attachments(case, user, row.revision)) if folder else ()
            yield Row(case, row.revision == case.revision_number, row.revision, papers=own)

    return read


_WAITED = Column("waited", "等待（工作日）", lambda row: row.case.waited, 14, NUMBER)
_LATE = Column("late", "是否超期", lambda row: "已超期" if row.case.urgency == "late" else "", 10)
_ARRIVED = Column("arrived", "到达日期", lambda row: timezone.localtime(row.case.since).date(), 12, DATE)
_PAPERS = (
    Column("sealed", "盖章件", lambda row: "已上传" if any(paper.scan for paper in row.papers) else "未上传", 10),
    Column("papers", "附件", lambda row: "；".join(f"{paper.label}（{paper.note}）" for paper in row.papers), 40),
)


def _list_of_records(code: str, process: Process) -> Export:
    title = process.records_title
    return Export(
        code, title, f"{title}中符合条件的全部记录。", process.model.records_permission(), _columns(process),
        process.filters, process, _of(process), _recorded(process), page=("review:records", process.code),
        page_label=title,
    )  # fmt: skip


def _list_of_papers(code: str, process: Process, folder: Folder) -> Export:
    def rows(user: User, conditions: CaseFilter) -> QuerySet:
        found = papers.rows(process, folder, user).filter(conditions.q_of_records())
        return found.order_by(*NEWEST)

    return Export(
        code, folder.label, f"「{folder.label}」中符合条件的全部记录。", process.model.records_permission(),
        (*_columns(process), *_PAPERS), process.filters, process, rows, _recorded(process, folder),
        fixed=folder.settles,
        page=("papers:folder", folder.code), page_label=folder.label,
    )  # fmt: skip


def _list_of_queue(code: str, process: Process, stage: Stage) -> Export:
    def rows(user: User, conditions: CaseFilter) -> QuerySet:
        found = selectors.queue(process, stage, user).filter(conditions.q())
        return found.select_related(*process.related).prefetch_related(*process.prefetch).order_by("since", "id")

    label = f"{stage.queue}：{stage.tab}" if stage.tab else stage.queue
    since = (_ARRIVED, _WAITED, _LATE) if stage.waits else (_ARRIVED,)
    return Export(
        code, label, f"「{label}」中符合条件的全部记录。", stage.permission or "", (*_columns(process), *since),
        process.filters, process, rows, plain, fixed=("state",),
        page=("review:queue", process.code, stage.state), page_label=stage.queue,
    )  # fmt: skip


def _list_of_page(code: str, page: Page) -> Export:
    def rows(user: User, conditions: CaseFilter) -> QuerySet:
        found = page.rows(user).filter(conditions.q(page.prefix)).select_related(*page.related)
        return found.prefetch_related(*page.prefetch).order_by(*(f"-{key}" for key in page.keys))

    return Export(
        code, page.title, page.lead, page.permission, tuple(map(column_of, page.columns)), page.filters, page.process,
        rows, plain, page=("stats:list", page.key), page_label=page.title,
    )  # fmt: skip


class ListQuery(CaseFilter):
    """The conditions of a list of 系统管理, as its own address has them; beside a search its filters and its order."""

    listed: ClassVar[Administered]
    MAIN = ("q",)

    def __init__(self, data, *, process) -> None:
        super().__init__(data, process=process)
        kept = [name for name in data if self.listed.keeps(name)]
        self.fields = {"q": forms.CharField(label="搜索", required=False)} | {
            name: forms.CharField(required=False, max_length=50, widget=forms.HiddenInput) for name in kept
        }

    def chips(self) -> list[Chip]:
        """In the words of the list."""
        words = self.chosen().get("q")
        search = [Chip("搜索", str(words), f"?{self.query(q=None)}")] if words else []
        chosen = self.listed.conditions(self.query())
        return search + [Chip(label, text, "?" + self.query(**dict.fromkeys(names))) for names, label, text in chosen]


def _list_of_admin(code: str, name: str) -> Export | None:
    lists = (one for one in admin.site._registry.values() if isinstance(one, Administered))
    found = next((one for one in lists if one.opts.model_name == name), None)
    if found is None:
        return None

    def column(key: str, label: str) -> Column:
        return Column(key, label, lambda row: found.text(key, row.case), 24)

    return Export(
        code, found.title, f"「{found.title}」中符合条件的全部记录。", "accounts.administer",
        tuple(column(*one) for one in found.columns()), type(f"{name}Query", (ListQuery,), {"listed": found}), None,
        lambda user, conditions: found.listed(conditions.query()).queryset, plain,
        page=(found.address,), page_label=found.title,
    )  # fmt: skip
