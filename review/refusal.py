"""The answer no, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Why a guard refuses: one sentence, and the address of the place to mend it."""

    message: str
    url: str = ""


class Refused(Exception):
    """A move that may not be made now; `reason` is a Chinese sentence for the person who asked.

    `words`: it is the words given with the move that are wrong, so the reason belongs beside their field.
    """

    def __init__(self, reason: str, problems: Sequence[Problem] = (), *, words: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.problems, self.words = reason, tuple(problems), words
