"""What holds a person's 基本信息 fast. Apps above register a function; accounts knows none of them.

LOCKS.append(profile_lock)  # in AppConfig.ready
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True)
class Lock:
    """Some fields of 基本信息 that may not be changed now, and why, as a sentence."""

    reason: str
    names: Collection[str]


LOCKS: list[Callable[[User], Lock | None]] = []
