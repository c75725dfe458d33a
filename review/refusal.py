"""The answer no, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Why a guard refuses: one sentence, and the address of the place to mend it."""

    message: str
    url: str = ""


class Refused(Exception):
    """A move that may not be made now; `reason` is a Chinese sentence for the person who asked."""

    def __init__(self, reason: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(reason)
        self.reason, self.problems = reason, tuple(problems)
