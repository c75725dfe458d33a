"""A process is a table: stages (a state and the desk it lies on) and moves (what takes it to the next).

Queues, permissions, buttons, badges, timeline, status columns and the diagram are functions of this table.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

APPLICANT = "applicant"  # the desk of whoever owns the case


@dataclass(frozen=True)
class Stage:
    """`desk` names a desk that `Reviewed.desk_for` resolves; `days` are working days until it is late."""

    state: str
    label: str
    desk: str | None = None
    permission: str | None = None
    days: int | None = None
    queue: str = ""  # title of the page that lists it, as in the manual: 「申请审核」
    tab: str = ""  # name of this list where one page holds several
    column: str = ""  # heading of its status column; empty: no column
    act: str = "审核"  # what its desk does, on the button that opens a row
    standing: bool = False  # success, though a desk may still act on it: nothing waits here

    @property
    def reviewing(self) -> bool:
        return self.permission is not None

    @property
    def waits(self) -> bool:
        return self.reviewing and not self.standing


@dataclass(frozen=True)
class Move:
    """`comment` is the name of the words that must be given; `guard` names one of the process's guards."""

    source: str
    action: str
    target: str
    label: str
    by: str = "desk"  # or APPLICANT
    stand_in: str = ""  # of an applicant's move: the desk that may make it for them
    comment: str = ""
    guard: str = ""
    freezes: bool = False  # makes a new revision out of the form
    withdraws: bool = False  # takes back a revision nobody has decided on
    tone: str = "green"

    @property
    def returns(self) -> bool:
        return bool(self.comment)


def returns(action: str, label: str, *, sources: Iterable[str], target: str, comment: str) -> tuple[Move, ...]:
    """The same return with words out of several states."""
    return tuple(Move(state, action, target, label, comment=comment, tone="red") for state in sources)


@dataclass(frozen=True)
class Mark:
    """One stage of the path as seen from a case: mark is done, here, returned or todo; `words` are the table's own."""

    stage: Stage
    mark: str
    words: str

    TONES: ClassVar = {"done": "green", "here": "ochre", "returned": "red", "todo": "grey"}
    ICONS: ClassVar = {
        "done": "check-circle-fill",
        "here": "hourglass-split",
        "returned": "arrow-return-left",
        "todo": "circle",
    }

    @property
    def tone(self) -> str:
        return self.TONES[self.mark]

    @property
    def icon(self) -> str:
        return self.ICONS[self.mark]


@dataclass(frozen=True)
class Flow:
    """`overseers` are desks that see a case from its first submission on, before it comes to them."""

    code: str
    name: str
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    overseers: tuple[str, ...] = ()
    _by_state: dict[str, Stage] = field(init=False, repr=False, compare=False)
    _by_key: dict[tuple[str, str], Move] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_state = {stage.state: stage for stage in self.stages}
        by_key = {(move.source, move.action): move for move in self.moves}
        if len(by_state) != len(self.stages) or len(by_key) != len(self.moves):
            raise ValueError(f"{self.code}: a state, or an action in a state, stands twice")
        if unknown := {state for move in self.moves for state in (move.source, move.target)} - set(by_state):
            raise ValueError(f"{self.code}: moves name unknown states {sorted(unknown)}")
        object.__setattr__(self, "_by_state", by_state)
        object.__setattr__(self, "_by_key", by_key)

    def stage(self, state: str) -> Stage:
        return self._by_state[state]

    def move(self, state: str, action: str) -> Move | None:
        return self._by_key.get((state, action))

    def moves_from(self, state: str) -> list[Move]:
        return [move for move in self.moves if move.source == state]

    @property
    def start(self) -> Stage:
        return self.stages[0]

    @cached_property
    def path(self) -> tuple[Stage, ...]:
        """The stages from start to success, in order: what a case that is never returned goes through."""
        state, path = self.start.state, [self.start]
        while onward := [
            move
            for move in ([] if self.stage(state).standing else self.moves_from(state))
            if not move.returns and not move.withdraws and self.stage(move.target) not in path
        ]:
            state = onward[0].target
            path.append(self.stage(state))
        return tuple(path)

    @cached_property
    def columns(self) -> tuple[Stage, ...]:
        """The stages whose state every list shows."""
        return tuple(stage for stage in self.path if stage.column)

    def is_final(self, state: str) -> bool:
        return self.stage(state).standing or not self.moves_from(state)

    def editable(self, state: str) -> bool:
        """The owner may change the form where a move of theirs freezes it anew."""
        return any(move.freezes and move.by == APPLICANT for move in self.moves_from(state))

    @cached_property
    def _marks(self) -> dict[tuple[str, str], tuple[Mark, ...]]:
        return {}

    def marks(self, state: str, returned_from: str) -> tuple[Mark, ...]:
        """Where a case stands on the path. After a return the stages before the returning one are done."""
        key = state, returned_from
        if key not in self._marks:
            self._marks[key] = tuple(self._mark_all(state, returned_from))
        return self._marks[key]

    def _mark_all(self, state: str, returned_from: str) -> list[Mark]:
        here = returned_from or state
        states = [stage.state for stage in self.path]
        at = states.index(here) if here in states else 0
        over = self.is_final(state)

        def mark(index: int) -> str:
            if index < at or (over and index == at):
                return "done"
            if index > at:
                return "todo"
            return "returned" if returned_from else "here"

        return [Mark(stage, mark(index), self._words(index, mark(index))) for index, stage in enumerate(self.path)]

    def onward(self, stage: Stage) -> Move | None:
        """The move that leads on along the path; None at its end."""
        at = self.path.index(stage)
        target = self.path[at + 1].state if at + 1 < len(self.path) else ""
        return next((move for move in self.moves_from(stage.state) if move.target == target), None)

    def _words(self, index: int, mark: str) -> str:
        """「通过」「不接收」: what the moves out of the stage are called; 「待审核」「待推送」: what is to be done."""
        stage = self.path[index]
        onward = self.onward(stage)
        on = onward.label if onward else stage.label
        back = next((move.label for move in self.moves_from(stage.state) if move.returns), "")
        return {"done": on, "returned": back, "here": f"待{stage.act if stage.waits else on}", "todo": "—"}[mark]

    def diagram(self) -> str:
        """The process as Mermaid text, for docs/architecture.md."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start.state}"]
        lines += [f"    {stage.state}: {stage.label}" for stage in self.stages]
        lines += [f"    {move.source} --> {move.target}: {move.label}" for move in self.moves]
        lines += [f"    {stage.state} --> [*]" for stage in self.stages if self.is_final(stage.state)]
        return "\n".join(lines)
