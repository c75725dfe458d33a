"""Paging by key: any page, the last one too, is one range of an index, whatever the size of the table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

Search = Callable[[QuerySet], QuerySet]

PAGE_SIZES = (20, 50, 100)
COUNT_BOUND = 1000
NO_CURSOR = ("first", None, 1)


@dataclass(frozen=True)
class Page:
    """`rows` in list order; the cursors are None where there is no such page. `count` stops one beyond `bound`.
    `number` of `pages`: 0 where nobody knows, as behind the last of more than were counted."""

    rows: list[Any]
    first: str | None
    previous: str | None
    next: str | None
    last: str | None
    count: int
    size: int
    bound: int = COUNT_BOUND
    number: int = 1
    pages: int = 1

    @property
    def place_text(self) -> str:
        if not self.number or not (self.previous or self.next):
            return ""
        return f"第 {self.number}/{self.pages} 页" if self.pages else f"第 {self.number} 页"

    @property
    def count_text(self) -> str:
        return f"共 {self.bound:,}+ 条" if self.count > self.bound else f"共 {self.count:,} 条"


@dataclass(frozen=True)
class Pager:
    """What partials/pager.html draws: addresses, None where there is no such page."""

    first_url: str | None
    prev_url: str | None
    next_url: str | None
    last_url: str | None
    count_text: str
    page_size: int
    sizes: list[tuple[int, str]]
    place_text: str = ""
    rows: int = 0  # on this page

    @property
    def size_asked(self) -> int | str:
        """The size, where another one than usual was asked for: then forms and links keep it."""
        return self.page_size if self.page_size != PAGE_SIZES[0] else ""


def bounded_count(rows: QuerySet) -> int:
    """How many, up to one more than COUNT_BOUND: a broad count costs no more than a narrow one."""
    return rows.order_by()[: COUNT_BOUND + 1].count()


def page(
    rows: QuerySet,
    *,
    keys: Sequence[str],
    descending: bool,
    cursor: str,
    size: int,
    count: int | None = None,
    counted: bool = True,
    search: tuple[Search, ...] = (),
) -> Page:
    """A page of `rows` ordered by `keys`, a timestamp and the id; `cursor` is one that an earlier page gave.

    A cursor that was tampered with is the first page; where all that it led to has gone, the nearest stands. `count`:
    how many there are (bounded), where the caller knows. Not `counted`: more than a page is told as that. To find a
    thousand by their words takes reading all that differ.
    `search` narrows rows that stand in order: ways to find the same, tried until one fills the page.
    """
    size = size if size in PAGE_SIZES else PAGE_SIZES[0]
    order = [f"-{key}" if descending else key for key in keys]
    back = [key if descending else f"-{key}" for key in keys]
    way, beyond, number = _read(cursor)
    if way in ("after", "first"):
        found = first(rows.filter(_beyond(keys, beyond, descending)).order_by(*order), search, size + 1)
        more, found = len(found) > size, found[:size]
        has_previous, has_next = way == "after", more
    else:
        found = first(rows.filter(_beyond(keys, beyond, not descending)).order_by(*back), search, size + 1)
        more, found = len(found) > size, found[:size][::-1]
        has_previous, has_next = more, way == "before"

    if beyond and not found:
        return page(
            rows, keys=keys, descending=descending, cursor=_write("last" if way == "after" else "first"), size=size,
            count=count, counted=counted, search=search,
        )  # fmt: skip
    bound, total = COUNT_BOUND, count
    if not counted:
        bound, total = size, len(found) + (has_previous or has_next) * size
    elif total is None:
        total = bounded_count(rows)
    pages = max(1, -(-total // size)) if total <= bound else 0
    number = 1 if not has_previous else pages if not has_next else number

    def key_of(row: Any) -> list:
        return [getattr(row, keys[0]).isoformat(), getattr(row, keys[1])]

    return Page(
        found,
        first=_write("first") if has_previous else None,
        previous=_write("before", key_of(found[0]), max(number - 1, 0)) if has_previous and found else None,
        next=_write("after", key_of(found[-1]), number and number + 1) if has_next and found else None,
        last=_write("last") if has_next else None,
        count=total,
        size=size,
        bound=bound,
        number=number,
        pages=pages,
    )


def first(rows: QuerySet, search: tuple[Search, ...], count: int) -> list[Any]:
    """The first so many of ordered rows, by the first way of `search` that finds as many."""
    found: list[Any] = []
    for narrow in search or (lambda all_rows: all_rows,):
        found = list(narrow(rows)[:count])
        if len(found) == count:
            break
    return found


def neighbours(rows: QuerySet, case: Any) -> tuple[Any, Any]:
    """The rows before and after a case in a queue ordered by (since, id)."""
    bound = (case.since, case.pk)
    before = rows.filter(_beyond(("since", "id"), bound, True)).order_by("-since", "-id").first()
    after = rows.filter(_beyond(("since", "id"), bound, False)).order_by("since", "id").first()
    return before, after


def _beyond(keys: Sequence[str], bound: tuple | None, descending: bool) -> Q:
    if bound is None:
        return Q()
    (stamp, pk), (first, second), side = bound, keys, "lt" if descending else "gt"
    # `<=` on the first key beside the pair: the index range that databases see even through the OR
    return Q(**{f"{first}__{side}e": stamp}) & (Q(**{f"{first}__{side}": stamp}) | Q(**{f"{second}__{side}": pk}))


def is_cursor(text: str) -> bool:
    return bool(text) and _read(text) != NO_CURSOR


def _write(way: str, key: list | None = None, number: int = 0) -> str:
    """`number` of the page, for its reader alone."""
    return signing.dumps([way, key, number], salt="page")


def _read(cursor: str) -> tuple[str, tuple | None, int]:
    try:
        way, key, number = signing.loads(cursor, salt="page")
        return way, (datetime.fromisoformat(key[0]), key[1]) if key else None, number
    except (signing.BadSignature, ValueError, TypeError):
        return NO_CURSOR
