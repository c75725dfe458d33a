"""The processes that exist, as their owner apps declare them. The engine's pages are generic over this list."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from attachments import workbook
from attachments.models import StoredFile
from review.document import Document
from review.filters import CaseFilter
from review.flow import Flow, Move, Stage
from review.models import Reviewed, Revision
from review.refusal import Problem


@dataclass(frozen=True)
class Column:
    """One column of a list, for the screen and the workbook alike. `text` reads a case.

    `template` draws the cell on screen where plain text is not enough (context: case, text). `width` in characters.
    `kind` is what a workbook makes of it (`attachments.workbook`); a date's text is 2026-01-31.
    """

    key: str
    label: str
    text: Callable[[Any], str]
    width: int = 12
    template: str = ""
    nowrap: bool = False  # a date or a number: breaks nowhere
    screen: bool = True  # False: for the workbook alone, where one cell on screen shows several columns
    kind: str = workbook.TEXT


def name_of(row) -> str:
    """A cell's words of what may not be chosen yet."""
    return row.name if row else ""


def day_of(at: datetime | date | None) -> str:
    """As a column of dates tells them: 2026-01-31, nothing where there is none."""
    if at is None:
        return ""
    return f"{timezone.localtime(at) if isinstance(at, datetime) else at:%Y-%m-%d}"


@dataclass(frozen=True)
class Attachment:
    """A paper of a case: a sheet that is printed from a version, or a sealed one that came back.

    `file_name` is what it is saved as, without suffix. `sheet` gives the page to be printed; `scan` is the sealed one,
    `beside` the address of the sheet that it was made from, `issued` the version that both are of.
    """

    label: str
    url: str
    note: str = ""
    file_name: str = ""
    sheet: Callable[[], str] | None = None
    scan: StoredFile | None = None
    beside: str = ""
    issued: Callable[[], Revision] | None = None


def papers_of(
    case: Reviewed, revision: int, scans: Iterable[Any], *, labels: tuple[str, str], at: tuple[str, str],
    name: Callable[[int], str], sheet: Callable[[], str], note: str, became: Mapping[int, str] = MappingProxyType({}),
) -> list[Attachment]:  # fmt: skip
    """The sheet of a version, and sealed paper beside the sheet that was sealed. Of both in this order: `labels`, and
    `at`, the names of their addresses. `name` is what the sheet of a version is saved as; `became` says of sealed
    paper, by its number, what became of it."""

    def address(revision: int) -> str:
        return reverse(at[0], args=(case.pk, revision))

    def said(scan) -> str:
        when = timezone.localtime(scan.at).strftime("%Y-%m-%d %H:%M")
        told = note.format(number=scan.number, revision=scan.revision, at=when, pages=scan.file.pages)
        return "，".join(filter(None, (told, became.get(scan.number))))

    return [
        Attachment(
            labels[0], address(revision), f"第 {revision} 版", name(revision), sheet,
            issued=partial(case.frozen, revision),
        ),
        *(
            Attachment(
                labels[1], reverse(at[1], args=(case.pk, scan.number)), said(scan), f"盖章{name(scan.revision)}",
                scan=scan.file, beside=address(scan.revision), issued=partial(case.frozen, scan.revision),
            )
            for scan in scans
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class Folder:
    """One tab of 附件上传/下载. `where` narrows a process's records for a person; `sealed`: only what came back.

    `code` stands in addresses; `desks` are the kinds of organisations that it is for; tabs stand in the order of
    `place`; `settles` are query conditions that have no meaning in it.
    """

    code: str
    label: str
    place: int
    desks: tuple[str, ...]
    where: Callable[[User], Q] = lambda user: Q()
    settles: tuple[str, ...] = ()
    sealed: bool = False
    lead: str = "下载电子版，打印后按程序盖章。"


@dataclass(frozen=True)
class Sealed:
    """Sealed paper of a process that comes back in packs: whose a person may file, and what filing does.

    `cases` is the scope, whatever their state; `closed` says why none can be filed now. After it the owner's move
    `upload` is made of the case, for them; where another bears the paper, `bearer` finds it, which need not be there
    yet, and `follows` makes the move (the case, by whom, when) in the same transaction.
    """

    cases: Callable[[User], Any]
    closed: Callable[[Any], str] = lambda case: ""
    bearer: Callable[[Any], Reviewed] = lambda case: case
    follows: Callable[[Any, User, datetime | None], None] | None = None


@dataclass(frozen=True)
class Hearers:
    """People beside the owner who are told of a move: `label` on the page before it is made; `users` by case; `home`
    names the page that a line of the engine leads them to, for the owner's is not theirs."""

    label: str
    users: Callable[[Sequence[Any]], Mapping[int, Iterable[int]]]
    moves: Callable[[Move], bool] = lambda move: True  # of which
    home: str = ""


@dataclass(frozen=True)
class Process:
    """`code` stands in addresses. `title` names a case in a sentence. `document` is its form as it stands, to be frozen
    as the next revision; `guards` say why a move may not be made, `notices` what an office has to know of a case beside
    its state. `attachments(case, user, revision)` lists papers, and `upload_at(case, user)` is where this person may
    upload a sealed one. `paper` is what the sheet is called that is printed of its revisions and bears their codes."""

    code: str
    name: str
    model: type[Reviewed]
    flows: tuple[Flow, ...]
    columns: tuple[Column, ...]
    filters: type[CaseFilter]
    title: Callable[[Any], str]
    document: Callable[[Any], Document]
    # what else changes, in the same transaction, with the moves of several cases
    entered: Callable[[Sequence[tuple[Any, Move]]], None] = lambda moved: None
    guards: Mapping[str, Callable[[Any], list[Problem]]] = field(default_factory=dict)
    notices: Callable[[Any], list[Problem]] = lambda case: []
    attachments: Callable[[Any, User, int], list[Attachment]] = lambda case, user, revision: []
    owner: str = "申请人"  # what its owner is called
    edition: str = "版"  # and what is counted by its revisions: 「第 2 版」
    home: str = "portal:workbench"  # the owner's own page of it, by the name of its address
    own: Callable[[Any], tuple[str, str]] | None = None  # of an owner of many: what each is called, and its own page
    also_told: Hearers | None = None  # of what an office decides
    told_by_entered: Hearers | None = None  # those whom `entered` tells, in words of its own
    related: tuple[str, ...] = ()  # what the columns read beside the case
    prefetch: tuple[str, ...] = ()
    records_title: str = "审核记录"
    folders: tuple[Folder, ...] = ()
    by_paper: bool = False  # the decision is about sealed paper: it stands open beside what was issued
    paper: Callable[[Any], str] | None = None
    paper_of: str = ""  # the way to the case whose sheets and scans its papers are, where that is another: 「parent__」
    upload_at: Callable[[Any, User], str] = lambda case, user: ""
    filed_under: Callable[[Any], str] = lambda case: ""  # the folder of a case's papers in a bundle
    filing: tuple[str, ...] = ("case_id",)  # and their order there, as records are sorted
    sealed: Sealed | None = None
    phrases: tuple[str, ...] = ()  # an office's usual words, to pick from when returning
    annex: str = ""  # the template of what else is judged, below the document (context: case, revision)

    @property
    def screen_columns(self) -> list[Column]:
        return [column for column in self.columns if column.screen]

    @property
    def queues(self) -> list[Stage]:
        """The reviewing stages of all its flows, each state once."""
        found = {stage.state: stage for flow in self.flows for stage in flow.stages if stage.reviewing}
        return list(found.values())

    def queue(self, state: str) -> Stage | None:
        return next((stage for stage in self.queues if stage.state == state), None)

    @property
    def states(self) -> list[tuple[str, str]]:
        """Choices of the state condition: what officers may come to see."""
        labels: dict[str, list[str]] = {}
        for flow in self.flows:
            for stage in flow.stages:
                if stage != flow.start:
                    labels.setdefault(stage.state, []).append(stage.label)
        return [(state, _either(words)) for state, words in labels.items()]

    @property
    def stage_heads(self) -> list[str]:
        """Headings of the status columns of all its flows."""
        return self.heads_of(self.flows)

    def heads_of(self, flows: Collection[Flow]) -> list[str]:
        """Those of some of its flows; where they differ, both words: 「甲审核状态／乙审核状态」."""
        rows = zip(*(flow.columns for flow in self.flows if flow in flows), strict=True)
        return [_either([stage.column for stage in row]) for row in rows]


def _either(words: list[str]) -> str:
    return "／".join(dict.fromkeys(words))


_processes: dict[str, Process] = {}


def register(process: Process) -> None:
    _processes[process.code] = process


def get(code: str) -> Process | None:
    return _processes.get(code)


def of(model: type[Reviewed]) -> Process:
    """The process whose cases a model holds."""
    return next(process for process in _processes.values() if process.model is model)


def all_processes() -> Iterable[Process]:
    return _processes.values()
