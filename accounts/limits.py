"""Counters of attempts in the database, shared by all workers and safe from restarts (A04, L06)."""

import time
from datetime import UTC, datetime

from django.db.models import F

from accounts.models import Tally

HOUR = 3600


def exceeded(what: str, who: str | None, *, limit: int, seconds: int = HOUR) -> bool:
    """Count one attempt of `who` in the present window of time; True when it is one too many."""
    key, until = _window(what, who, seconds)
    _, first = Tally.objects.get_or_create(key=key, defaults={"until": until, "count": 1})
    if first:
        return limit < 1
    Tally.objects.filter(key=key).update(count=F("count") + 1)
    return Tally.objects.get(key=key).count > limit


def take_back(what: str, who: str | None, *, seconds: int = HOUR) -> None:
    """The attempt that was counted last is none that counts."""
    Tally.objects.filter(key=_window(what, who, seconds)[0], count__gt=0).update(count=F("count") - 1)


def exceeded_by(thing: str, what: str, who: str | None, *, limit: int) -> bool:
    """As `exceeded`, where the same thing tried again counts once: a form that saves itself sends it with each word."""
    if spent(what, who, limit=limit):
        return True
    if not exceeded(what, f"{who}:{thing}", limit=1):
        exceeded(what, who, limit=limit)
    return False


def spent(what: str, who: str | None, *, limit: int, seconds: int = HOUR) -> bool:
    """Whether the next attempt of `who` would be one too many; counts nothing."""
    return Tally.objects.filter(key=_window(what, who, seconds)[0], count__gte=limit).exists()


def _window(what: str, who: str | None, seconds: int) -> tuple[str, datetime]:
    """The key of the present window of time, and its end."""
    window = int(time.time()) // seconds
    return f"{what}:{who}:{window}", datetime.fromtimestamp((window + 1) * seconds, UTC)
