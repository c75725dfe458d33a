from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import parameters
from accounts.models import SpecialDays
from review.deadlines import due_on, is_working_day, urgency, waited, working_day_after, working_days_between

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _fresh():
    """What a test has entered is undone behind the back of what was read."""
    parameters.forget()
    yield
    parameters.forget()


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
        ("2026-06-01", "2027-06-01", 256),  # 261 but for 端午, 中秋, five days of 国庆, and two worked for them
        ("2026-09-30", "2026-10-08", 1),  # over 国庆
        ("2026-10-09", "2026-10-12", 2),  # Saturday the 10th is worked
        ("2026-02-13", "2026-02-24", 2),  # 春节: Saturday the 14th, then Tuesday the 24th
        ("2026-10-01", "2026-10-07", 0),  # begins and ends within
        ("2026-06-02", "2026-06-01", 0),  # a clock set back
    ],
)
def test_working_days(start, end, days):
    assert working_days_between(date.fromisoformat(start), date.fromisoformat(end)) == days


def test_counting_by_formula_is_counting_by_hand():
    for length in range(40):
        for offset in range(7):
            for start in (MONDAY + timedelta(days=offset), date(2026, 9, 14) + timedelta(days=offset)):
                by_hand = sum(is_working_day(start + timedelta(days=n)) for n in range(1, length + 1))
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


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [("2026-09-28", 5, "2026-10-10"), ("2026-09-30", 1, "2026-10-08"), ("2026-09-18", 1, "2026-09-20"),
     ("2026-12-31", 1, "2027-01-01")],  # a year that is not entered yet
)  # fmt: skip
def test_a_period_does_not_end_while_offices_are_shut(start, days, end):
    assert working_day_after(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_what_an_administrator_enters_counts_at_once_and_costs_no_query_a_day(django_assert_num_queries):
    eve, day = date(2026, 12, 31), date(2027, 1, 1)
    assert working_day_after(eve, 1) == day
    row = SpecialDays.objects.create(kind="off", name="元旦", first=day, last=date(2027, 1, 3))
    assert working_day_after(eve, 1) == date(2027, 1, 4)
    assert working_days_between(eve, date(2027, 1, 4)) == 1
    SpecialDays.objects.create(kind="worked", name="元旦", first=date(2027, 1, 2), last=date(2027, 1, 2))
    assert working_day_after(eve, 1) == date(2027, 1, 2)
    row.active = False
    row.save()
    assert working_day_after(eve, 1) == day
    parameters.forget()
    with django_assert_num_queries(1):
        assert [working_days_between(MONDAY, MONDAY + timedelta(days=n)) for n in range(300)]
        assert parameters.get("deadlines.soon") == 0


def test_the_days_of_2026_are_those_announced():
    """The notice of 2025-11-04 says how many days each holiday has, and which of the week its worked days are."""
    off = {row.name: (row.last - row.first).days + 1 for row in SpecialDays.objects.filter(kind="off")}
    assert off == {"元旦": 3, "春节": 9, "清明节": 3, "劳动节": 5, "端午节": 3, "中秋节": 3, "国庆节": 7}
    worked = SpecialDays.objects.filter(kind="worked")
    assert sorted(row.first.weekday() for row in worked) == [5, 5, 5, 5, 6, 6]
    assert all(row.first == row.last for row in worked)
