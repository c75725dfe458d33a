from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from review.deadlines import urgency, working_days_between

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
    assert urgency(moment("2026-06-01 17:30"), 3, now=moment(now)) == expected


def test_just_after_midnight_it_is_the_next_day_here_though_not_in_greenwich():
    assert urgency(moment("2026-06-01 23:50"), 1, now=moment("2026-06-02 00:10")) == (1, "soon")


def test_what_has_no_deadline_is_never_late():
    assert urgency(moment("2020-01-01"), None)[1] == ""
