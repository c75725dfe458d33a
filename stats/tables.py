"""What can be exported: a table, its columns, its conditions, and who may have it. `exports` declares them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from accounts import crypto
from accounts.masks import mask_phone
from accounts.models import User
from attachments.workbook import DATE, NUMBER, TEXT
from review import registry
from review.filters import CaseFilter
from review.models import Handling, Reviewed
from review.registry import Attachment, Process

OTHER_VERSION = "本机构办理的是第 {} 版，申请人已修改"


@dataclass(frozen=True)
class Row:
    """What the columns of one row read. `facts` are the fields of the version that came to the desk, as frozen: of a
    later one (`current` is False then) it learns nothing."""

    case: Any
    current: bool = True
    revision: int = 0
    facts: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    at: datetime | None = None  # when that version was submitted
    part: str = ""  # what a person is in it
    papers: Sequence[Attachment] = ()

    def text(self, key: str) -> str:
        return self.facts[key]["text"] if key in self.facts else ""

    def full(self, key: str) -> str:
        """A personal number in full."""
        item = self.facts.get(key, {})
        return item["full"] if "full" in item else crypto.decrypt(item.get("token", "")) or self.text(key)

    @property
    def state(self) -> str:
        return self.case.state_label if self.current else OTHER_VERSION.format(self.revision)


@dataclass(frozen=True)
class Column:
    """`width` in Latin characters; `full` reads a personal number in full, where `read` gives its mask."""

    key: str
    label: str
    read: Callable[[Row], Any]
    width: int = 16
    kind: str = TEXT
    full: Callable[[Row], str] | None = None

    def masked(self) -> "Column":
        """A telephone of whomever to contact is often their own mobile, whatever the form calls it."""
        if self.full or not self.key.endswith("phone"):
            return self
        return replace(self, read=lambda row: mask_phone(self.read(row)), full=self.read)


@dataclass(frozen=True, eq=False)
class Export:
    """`rows` are ordered and are what is counted; `read` makes of a portion of them what stands in the workbook of a
    person, with `more` rows beside them (the people of a team)."""

    code: str
    label: str
    lead: str
    permission: str | tuple[str, ...]  # of several, any
    columns: tuple[Column, ...]
    filters: type[CaseFilter]
    process: Process | None
    rows: Callable[[User, CaseFilter], QuerySet]
    read: Callable[[Sequence[Any], User], Iterable[Row]]
    more: Callable[[QuerySet], int] = lambda rows: 0
    fixed: tuple[str, ...] = ()  # conditions that are none here: a queue is one state
    full_numbers: str = ""  # the permission to have personal numbers in full; empty: whoever may have the rest
    page: tuple[str, ...] = ("stats:exports",)  # where one comes from: the name of the address, its arguments
    page_label: str = "导出"

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(column.masked() for column in self.columns))

    @property
    def page_url(self) -> str:
        return reverse(self.page[0], args=self.page[1:])

    @property
    def file_name(self) -> str:
        return f"export_{self.code.replace('-', '_')}"

    def may(self, user: User) -> bool:
        allowed = (self.permission,) if isinstance(self.permission, str) else self.permission
        return any(map(user.has_perm, allowed))

    def may_have_numbers(self, user: User) -> bool:
        """Where it has any."""
        some = any(column.full for column in self.columns)
        return some and self.may(user) and (not self.full_numbers or user.has_perm(self.full_numbers))

    def conditions(self, query: QueryDict) -> CaseFilter:
        form = self.filters(query, process=self.process)
        for name in self.fixed:
            form.fields.pop(name, None)
        return form

    def count(self, rows: QuerySet) -> int:
        return rows.order_by().count() + self.more(rows)

    def chosen(self, keys: Iterable[str]) -> list[Column]:
        """In their own order; all where none is named."""
        wanted = set(keys)
        return [column for column in self.columns if column.key in wanted] or list(self.columns)


def cases_of(process: Process, rows: Sequence[Handling], *related: str, filed: bool = False) -> dict[int, Reviewed]:
    """The cases of a portion, by id; `filed`: with what their papers are told from."""
    cases = process.model.objects.select_related(*process.related, *related).prefetch_related(*process.prefetch)
    if filed:
        cases = cases.for_review().prefetch_related(f"{process.paper_of}scans__file")
    return cases.in_bulk([row.case_id for row in rows])


def plain(rows: Sequence[Any], user: User) -> Iterable[Row]:
    """Columns read the rows themselves."""
    return map(Row, rows)


def frozen(process: Process, *related: str) -> Callable[[Sequence[Handling], User], Iterator[Row]]:
    """Reads rows of Handling with the version that came to the desk."""

    def read(rows: Sequence[Handling], user: User) -> Iterator[Row]:
        cases = cases_of(process, rows, *related)
        revisions = process.model.related("revisions").objects
        found = revisions.filter(case__in=cases, number__in={row.revision for row in rows})
        by_version = {(one.case_id, one.number): one for one in found}
        for row in rows:
            case, one = cases[row.case_id], by_version[row.case_id, row.revision]
            facts = {item["key"]: item for part in one.content["sections"] for item in part["fields"]}
            yield Row(case, row.revision == case.revision_number, row.revision, facts, one.at)

    return read


def day(text: str) -> date | str:
    """「2026年1月31日」 as it was frozen, or 2026-01-31, as a date; what is none stays as it is."""
    for form in ("%Y年%m月%d日", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return text


def number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


VALUES: dict[str, Callable[[str], Any]] = {TEXT: str, DATE: day, NUMBER: number}  # of a text, by kind of column


def column_of(one: registry.Column, *, always: bool = True) -> Column:
    """A column of a list. `always`: of a version too that the desk does not have."""
    value = VALUES[one.kind]

    def read(row: Row) -> Any:
        return value(one.text(row.case)) if row.current or always else ""

    return Column(one.key, one.label, read, one.width + 4, one.kind)
