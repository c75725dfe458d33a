"""Making an export: one moment of the database, one workbook, one line in the audit trail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.http import QueryDict
from django.utils import timezone

from accounts import audit
from accounts.models import User
from attachments import jobs, workbook
from attachments.models import Job
from stats import exports
from stats.tables import Column, Export

DIRECT_ROWS = 3_000  # beyond, somebody would wait too long for an answer: made in the background
PORTION = 500
KIND = "stats.export"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Order:
    """What is asked for: which table, under which conditions (as an address has them), which columns."""

    code: str
    query: str = ""
    columns: list[str] = field(default_factory=list)
    numbers: bool = False
    reason: str = ""
    address: str | None = None  # the network's, for the audit trail

    @property
    def export(self) -> Export:
        found = exports.find(self.code)
        if found is None:
            raise LookupError(self.code)
        return found


def count(order: Order, user: User) -> int:
    export = order.export
    return export.count(export.rows(user, export.conditions(QueryDict(order.query))))


def make(order: Order, user: User, path: Path, progress: Progress = lambda done, total: None) -> int:
    """Write the workbook; how many rows it has. Raises PermissionError for whoever may not have it (any more)."""
    export = order.export
    if not export.may(user) or (order.numbers and not export.may_have_numbers(user)):
        raise PermissionError(order.code)
    conditions, columns = export.conditions(QueryDict(order.query)), export.chosen(order.columns)
    with snapshot() as outside:
        rows = export.rows(user, conditions)
        total = export.count(rows)

        def values() -> Iterator[list[Any]]:
            done, left = 0, rows.iterator(chunk_size=PORTION)
            while portion := list(islice(left, PORTION)):
                for row in export.read(portion, user):
                    done += 1
                    yield [
                        column.full(row) if order.numbers and column.full else column.read(row) for column in columns
                    ]
                outside(partial(progress, done, total))

        heads = [workbook.Column(column.label, column.width, column.kind) for column in columns]
        return workbook.write(path, export.label, heads, values(), count=total, about=_about(order, user, columns))


def _about(order: Order, user: User, columns: list[Column]) -> Iterator[tuple[str, str]]:
    yield "内容", order.export.label
    yield "导出人", user.real_name + "".join(f"（{desk.name}）" for desk in user.desks[:1])
    yield "查询条件", conditions_in_words(order)
    yield "列", "、".join(column.label for column in columns)
    if order.numbers:
        yield "含完整号码", "是"
        yield "原因", order.reason


def conditions_in_words(order: Order) -> str:
    chips = order.export.conditions(QueryDict(order.query)).chips()
    return "；".join(f"{chip.label}：{chip.text}" for chip in chips) or "全部"


@contextmanager
def snapshot() -> Iterator[Callable[[Callable[[], None]], None]]:
    """What is read in here shows one moment, however long it takes (X07); yields a way to do something outside of it.

    On PostgreSQL a connection of its own takes the place of this thread's, so that the progress of a job can be written
    meanwhile; SQLite, which serves the demonstration, has no such thing without holding up whoever writes.
    """
    if connection.vendor != "postgresql":
        yield lambda act: act()
        return
    usual, own = connections[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS].copy()

    def outside(act: Callable[[], None]) -> None:
        connections[DEFAULT_DB_ALIAS] = usual
        try:
            act()
        finally:
            connections[DEFAULT_DB_ALIAS] = own

    connections[DEFAULT_DB_ALIAS] = own
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Between two portions the workbook is written, and a job is not somebody who waits for a page.
            cursor.execute("SET LOCAL statement_timeout = '10min'")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
            yield outside
    finally:
        connections[DEFAULT_DB_ALIAS] = usual
        own.close()


def file_name(export: Export) -> str:
    """A fixed pattern: nothing that people have typed comes into it (X09)."""
    return f"{export.file_name}_{timezone.localdate():%Y%m%d}.xlsx"


def record(order: Order, user: User, rows: int) -> None:
    """One line in the audit trail: who, what, under which conditions, how many rows, why (X03)."""
    audit.record_taken(
        user, audit.Kind.EXPORT, f"导出{order.export.label} {rows:,} 行" + ("，含完整号码" if order.numbers else ""),
        rows=rows, address=order.address, conditions=conditions_in_words(order), columns=order.columns,
        numbers=order.numbers, reason=order.reason,
    )  # fmt: skip


# In the background


def start(order: Order, user: User) -> Job:
    """Raises `jobs.Failed` with a sentence when this person has too many open."""
    return jobs.start(KIND, by=user, title=f"导出：{order.export.label}", args=asdict(order))


@jobs.kind(KIND, "导出 Excel")
def make_job(run: jobs.Run) -> None:
    order = Order(**run.args)
    path = run.folder / "export.xlsx"
    try:
        rows = make(order, run.user, path, run.progress)
    except PermissionError as error:
        raise jobs.Failed("您已没有导出这些内容的权限。") from error
    result = jobs.Result(path, file_name(order.export), note=f"{rows:,} 行")
    with run.commit(result):
        record(order, run.user, rows)
