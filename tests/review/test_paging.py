"""Paging by key, over 55 rows in pages of 20; many rows arrive in the same moment, as batches do."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import User
from review.paging import COUNT_BOUND, Page, bounded_count, neighbours, page

ROWS, SIZE = 55, 20


@pytest.fixture
def people(db) -> list[int]:
    """55 accounts, joined in groups of seven at a time; their ids in the order of the list."""
    start = timezone.now() - timedelta(days=30)
    users = [User(username=f"u{n:02d}", date_joined=start + timedelta(hours=n // 7)) for n in range(ROWS)]
    User.objects.bulk_create(users)
    return list(User.objects.order_by("date_joined", "id").values_list("pk", flat=True))


def turn(cursor: str | None = "", *, descending: bool = False, size: int = SIZE) -> Page:
    assert cursor is not None
    return page(User.objects.all(), keys=("date_joined", "id"), descending=descending, cursor=cursor, size=size)


def ids(found: Page) -> list[int]:
    return [row.pk for row in found.rows]


@pytest.fixture(params=[False, True], ids=["rising", "falling"])
def descending(request) -> bool:
    return request.param


@pytest.fixture
def order(people, descending) -> list[int]:
    return people[::-1] if descending else people


def test_forwards_to_the_end(order, descending):
    first = turn(descending=descending)
    second = turn(first.next, descending=descending)
    third = turn(second.next, descending=descending)
    assert ids(first) + ids(second) + ids(third) == order
    assert (first.first, first.previous, third.next, third.last) == (None, None, None, None)
    assert all((second.first, second.previous, second.next, second.last))


def test_backwards_to_the_start(order, descending):
    last = turn(turn(descending=descending).last, descending=descending)
    assert ids(last) == order[-SIZE:]
    assert (last.next, last.last) == (None, None)
    middle = turn(last.previous, descending=descending)
    assert ids(middle) == order[-2 * SIZE : -SIZE]
    start = turn(middle.previous, descending=descending)
    assert ids(start) == order[: ROWS - 2 * SIZE]
    assert (start.first, start.previous) == (None, None)
    assert ids(turn(start.next, descending=descending)) == ids(middle)


def test_back_to_the_first(order, descending):
    second = turn(turn(descending=descending).next, descending=descending)
    assert ids(turn(second.first, descending=descending)) == order[:SIZE]
    assert ids(turn(second.previous, descending=descending)) == order[:SIZE]


def test_the_last_page_is_as_cheap_as_the_first(people, django_assert_num_queries):
    last = turn().last
    for cursor in ("", last):
        with django_assert_num_queries(2):
            turn(cursor)


@pytest.mark.parametrize("rows", [0, 1, SIZE, SIZE + 1])
def test_around_the_edge_of_one_page(people, rows):
    User.objects.exclude(pk__in=people[:rows]).delete()
    found = turn()
    assert ids(found) == people[:rows][:SIZE]
    assert bool(found.next) == bool(found.last) == (rows > SIZE)
    assert found.count_text == f"共 {rows} 条"


def test_rows_that_leave_do_not_make_others_be_skipped(people):
    """A queue gets shorter while it is worked through: by offset, twenty would be jumped over."""
    first = turn()
    User.objects.filter(pk__in=ids(first)).delete()
    assert ids(turn(first.next)) == people[SIZE : 2 * SIZE]


def test_where_all_rows_of_a_page_have_gone_the_nearest_stands(people):
    first, last = turn(), turn(turn().last)
    before = last.previous
    User.objects.filter(pk__in=people[SIZE:]).delete()
    assert ids(turn(first.next)) == people[:SIZE]
    User.objects.filter(pk__in=people[:1]).delete()
    assert ids(turn(before)) == people[1:SIZE]


def test_a_page_says_which_it_is(people):
    first, last = turn(), turn(turn().last)
    assert [one.place_text for one in (first, turn(first.next), last)] == ["第 1/3 页", "第 2/3 页", "第 3/3 页"]
    assert [turn(cursor).place_text for cursor in (last.previous, last.first)] == ["第 2/3 页", "第 1/3 页"]
    assert turn(size=100).place_text == ""


def test_beyond_what_is_counted_the_last_has_no_number(people, monkeypatch):
    monkeypatch.setattr("review.paging.COUNT_BOUND", 30)
    last = turn(turn().last)
    assert [one.place_text for one in (turn(), turn(turn().next), last)] == ["第 1 页", "第 2 页", ""]
    assert turn(last.previous).place_text == ""
    assert turn(turn(last.previous).previous).place_text == "第 1 页"


def test_a_cursor_that_was_tampered_with_is_the_first_page(people):
    good = turn().next
    bad = [
        "x", "1", "0" * 5000, good[:-1], good[1:], good[:-1] + ("A" if good[-1] != "A" else "B"), "'; DROP TABLE", "页",
        signing.dumps(["after", ["2026-01-01T00:00:00+00:00", 1]], salt="another"),
        signing.dumps(["after", ["not a time", 1]], salt="page"),
        signing.dumps({"after": 1}, salt="page"),
        signing.dumps(3, salt="page"),
    ]  # fmt: skip
    for cursor in bad:
        assert ids(turn(cursor)) == people[:SIZE], cursor


@pytest.mark.parametrize(("asked", "given"), [(20, 20), (50, 50), (100, 100), (0, 20), (-5, 20), (1000, 20), (21, 20)])
def test_sizes_are_a_closed_list(people, asked, given):
    assert turn(size=asked).size == given


def test_what_is_not_counted_is_told_by_the_page(people):
    whole = page(User.objects.all(), keys=("date_joined", "id"), descending=True, cursor="", size=100, counted=False)
    assert whole.count_text == f"共 {User.objects.count()} 条"
    more = page(User.objects.all(), keys=("date_joined", "id"), descending=True, cursor="", size=20, counted=False)
    assert more.next
    assert more.count_text == "共 20+ 条"


def test_counts_stop_at_their_bound(db):
    assert bounded_count(User.objects.all()) == User.objects.count()
    assert Page([], None, None, None, None, COUNT_BOUND, 20).count_text == "共 1,000 条"
    assert Page([], None, None, None, None, COUNT_BOUND + 1, 20).count_text == "共 1,000+ 条"


def test_neighbours_in_a_queue(world):
    cases = sorted(world.many(3, "province"), key=lambda case: (case.since, case.pk))
    queue = type(cases[0]).objects.filter(state="province")
    around = [tuple(one and one.pk for one in neighbours(queue, case)) for case in cases]
    first, second, third = (case.pk for case in cases)
    assert around == [(None, second), (first, third), (second, None)]
