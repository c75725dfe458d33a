"""Who may hold a person's 基本信息 fast. Apps above register a function; accounts knows none of them.

LOCKS.append(profile_lock)  # in AppConfig.ready
"""

from collections.abc import Callable

from accounts.models import User

LOCKS: list[Callable[[User], str]] = []  # each returns the reason as a sentence, or an empty string
