"""Working days: how long a desk has, and how late it is. Holidays and 调休 come from 系统管理 「节假日」; a year
that nobody has entered there has weekends alone."""

from bisect import bisect_right
from datetime import date, datetime, timedelta

from django.utils import timezone

from accounts import parameters


def is_working_day(day: date) -> bool:
    special = parameters.calendar()
    return day in special.worked or (day.weekday() < 5 and day not in special.off)


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; 0 when end is not after start."""
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, 7)
    plain = weeks * 5 + sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))
    special = parameters.calendar()
    return plain - _among(special.off, start, end) + _among(special.worked, start, end)


def _among(days: list[date], start: date, end: date) -> int:
    """How many of these ordered days come after `start`, up to `end`."""
    return bisect_right(days, end) - bisect_right(days, start)


def waited(since: datetime, *, now: datetime | None = None) -> int:
    """Working days that have passed."""
    return working_days_between(timezone.localdate(since), timezone.localdate(now))


def due_on(since: datetime, days: int | None) -> date | None:
    """The last day in time, for what has so many working days; None for what has all the time in the world."""
    return None if days is None else working_day_after(timezone.localdate(since), days)


def urgency(due: date | None, *, soon: int = 0, now: datetime | None = None) -> str:
    """`late` (a working day has passed since), `soon` (the last day and `soon` working days before it) or nothing."""
    if due is None:
        return ""
    today = timezone.localdate(now)
    if working_days_between(due, today):
        return "late"
    return "soon" if working_days_between(today, due) <= soon else ""


def soon() -> int:
    """How many working days before its end a deadline counts as near (系统参数)."""
    return int(parameters.get("deadlines.soon"))


def working_day_after(start: date, days: int) -> date:
    """The last of so many working days after `start`."""
    end = start
    while days:
        end += timedelta(days=1)
        days -= is_working_day(end)
    return end
