"""Counters of attempts in the database, shared by all workers and safe from restarts (A04, L06)."""

import time
from datetime import UTC, datetime

from django.db.models import F

from accounts.models import Tally

HOUR = 3600


def exceeded(what: str, who: str | None, *, limit: int, seconds: int = HOUR) -> bool:
    """Count one attempt of `who` in the present window of time; True when it is one too many."""
    window = int(time.time()) // seconds
    key = f"{what}:{who}:{window}"
    Tally.objects.get_or_create(key=key, defaults={"until": datetime.fromtimestamp((window + 1) * seconds, UTC)})
    Tally.objects.filter(key=key).update(count=F("count") + 1)
    return Tally.objects.get(key=key).count > limit
