"""The processes that exist, as their owner apps declare them. The engine's pages are generic over this list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from review.filters import CaseFilter
from review.flow import Flow, Stage
from review.models import Reviewed


@dataclass(frozen=True)
class Column:
    """One column of a list, for the screen, the workbook and print alike. `text` reads a case.

    `template` draws the cell on screen where plain text is not enough (context: case, text). `width` in characters.
    """

    key: str
    label: str
    text: Callable[[Any], str]
    width: int = 12
    template: str = ""


@dataclass(frozen=True)
class Attachment:
    label: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Process:
    """`code` stands in addresses. `title` names a case in a sentence. `attachments(case, user, revision)` lists papers."""

    code: str
    name: str
    model: type[Reviewed]
    flows: tuple[Flow, ...]
    columns: tuple[Column, ...]
    filters: type[CaseFilter]
    title: Callable[[Any], str]
    attachments: Callable[[Any, User, int], list[Attachment]] = lambda case, user, revision: []
    related: tuple[str, ...] = ()  # what the columns read beside the case
    prefetch: tuple[str, ...] = ()
    papers: str = ""  # what its papers are called in 附件上传/下载
    phrases: tuple[str, ...] = ()  # an office's usual words, to pick from when returning

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
        found = {stage.state: stage.label for flow in self.flows for stage in flow.stages if stage != flow.start}
        return list(found.items())


_processes: dict[str, Process] = {}


def register(process: Process) -> None:
    _processes[process.code] = process


def get(code: str) -> Process | None:
    return _processes.get(code)


def all_processes() -> Iterable[Process]:
    return _processes.values()
