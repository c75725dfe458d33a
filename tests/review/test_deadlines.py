from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from review.deadlines import due_on, urgency, waited, working_days_between

MONDAY = date(2026, 6, 1)


def moment(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-06-01", "2026-06-01", 0),  # the same Monday
        ("2026-06-01", "2026-06-02", 1),
        ("2026-06-01", "2026-06-05", 4),  # to Friday
        ("2026-06-05", "2026-06-06", 0),  # Friday to Saturday
        ("2026-06-05", "2026-06-07", 0),
        ("2026-06-05", "2026-06-08", 1),  # over the week-end
        ("2026-06-06", "2026-06-07", 0),
        ("2026-06-06", "2026-06-08", 1),
        ("2026-06-01", "2026-06-08", 5),
        ("2026-06-01", "2027-06-01", 261),
        ("2026-06-02", "2026-06-01", 0),  # a clock set back
    ],
)
def test_working_days(start, end, days):
    assert working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_counting_by_formula_is_counting_by_hand():
    for length in range(40):
        for offset in range(7):
            start = MONDAY + timedelta(days=offset)
            by_hand = sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, length + 1))
            assert working_days_between(start, start + timedelta(days=length)) == by_hand


def standing(since: str, days: int, now: str, soon: int = 0) -> tuple[int, str]:
    """How many working days have passed, and how urgent it is."""
    due = due_on(moment(since), days)
    return waited(moment(since), now=moment(now)), urgency(due, soon=soon, now=moment(now))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-01 23:59", (0, "")),
        ("2026-06-03 08:00", (2, "")),
        ("2026-06-04 08:00", (3, "soon")),  # the last day
        ("2026-06-05 00:00", (4, "late")),
    ],
)
def test_urgency_by_the_local_calendar(now, expected):
    assert standing("2026-06-01 17:30", 3, now) == expected


def test_just_after_midnight_it_is_the_next_day_here_though_not_in_greenwich():
    assert standing("2026-06-01 23:50", 1, "2026-06-02 00:10") == (1, "soon")


@pytest.mark.parametrize("soon", [0, 1, 3])
def test_urgency_by_the_last_day_is_urgency_by_days_waited(soon):
    for since in range(7):
        for length in range(20):
            start, now = (f"2026-06-{1 + since + add:02} 12:00" for add in (0, length))
            count, found = standing(start, 5, now, soon)
            assert found == ("late" if count > 5 else "soon" if count >= 5 - soon else "")


def test_what_has_no_deadline_is_never_late():
    assert urgency(due_on(moment("2020-01-01"), None)) == ""
