"""Every number is what one would count by hand, and what the list behind it shows, over worlds made by chance."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from random import Random

import pytest
from django.utils import timezone

from accounts.models import User
from applications.models import Need
from stats import selectors
from stats.measures import (
    Dimension,
    Timed,
    askable,
    audience_of,
    docking_of,
)
from tests.stats.chance import OFFICERS, by_chance, docking, facts_of_need, seen, things
from tests.stats.tables import BY, counted_by, listed, numbers, table_of, views
from tests.world import World


@pytest.fixture(scope="module", params=[1, 2])
def scene(request) -> Callable[[World], object]:
    return lambda world: by_chance(world, request.param)


def test_numbers_are_what_one_counts_by_hand(world):
    for name in OFFICERS:
        user = world.user(name)
        counted = list(things(user))
        for audience, by in views(user):
            table = table_of(user, audience, by, {})
            shown = {measure.key for measure in table.measures}
            expected, totals = Counter[tuple[str, str]](), Counter[str]()
            for keys, facts in counted:
                if not by.given or "units" in keys or facts.get("nature", {""}) != {""}:
                    totals.update(keys & shown)
                    expected.update((key, value) for key in keys & shown for value in facts[by.key])
            assert numbers(table) == dict(expected), (name, by.key)
            whole = {measure.key: table.total.number(measure) for measure in table.measures}
            assert whole == {key: totals[key] for key in whole}, (name, by.key)


@pytest.mark.parametrize("scene", [1], indirect=True)
def test_what_is_declared_is_met_by_chance(world):
    """A number that is nought in all these worlds proves nothing."""
    met = {key for keys, _ in docking(world.user("p1")) for key in keys}
    assert {one.key for one in docking_of(world.user("p1")).measures} - met == {"needs_expired"}


def test_days_are_what_one_counts_by_hand(world):
    asked = 0
    for name in OFFICERS:
        user = world.user(name)
        needs = [need for need in seen(Need, user) if need.first_answer_at]
        for audience, by in views(user):
            for measure in counted_by(user, audience, by, {}):
                if isinstance(measure, Timed):
                    told = selectors.waits(user, measure, by, {})
                    assert {one.label: (one.counted.number, one.median, one.most) for one in told} == by_hand(needs, by)
                    asked += len(told)
    assert asked > 20


def by_hand(needs: list[Need], by: Dimension) -> dict[str, tuple[int, int, int]]:
    """{label: (how many, the middle one's days, the days of the one nine tenths up)} of first answers."""
    labels = {choice.value: choice.label for choice in by.choices()}
    spent: dict[str, list[int]] = defaultdict(list)
    for need in needs:
        days = (timezone.localdate(need.first_answer_at) - timezone.localdate(need.published_at)).days
        (value,) = facts_of_need(need)[by.key]
        spent[labels[value]].append(days)
        spent["合计"].append(days)
    return {
        label: (len(days), sorted(days)[(len(days) + 1) // 2 - 1], sorted(days)[-(-len(days) * 9 // 10) - 1])
        for label, days in spent.items()
    }


# The list behind a number


@pytest.mark.parametrize("scene", [1], indirect=True)
def test_each_number_is_the_length_of_the_list_it_leads_to(world):
    rng = Random(0)
    for name in OFFICERS:
        user, client = world.user(name), world.client(name)
        found = {cell.url: cell.number for cell in cells_of(user, str(world.batch.pk))}
        asked = {url: found[url] for url in rng.sample(sorted(found), min(90, len(found)))}
        assert {url: listed(user, url) for url in asked} == asked
        for url in list(asked)[:5]:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert answer.context["pager"].count_text == f"共 {asked[url]:,} 条", url


def cells_of(user: User, batch: str) -> Iterator[selectors.Cell]:
    """The numbers of all pages, a few of the empty ones."""
    for audience, by in views(user):
        for given in ({}, {"batch": batch}) if "batch" in audience.conditions else ({},):
            table = table_of(user, audience, by, given)
            for number, row in enumerate((table.total, *table.rows)):
                yield from (cell for cell in row.cells.values() if cell.number or number < 2)
            for measure in table.measures:
                if isinstance(measure, Timed):
                    yield from (one.counted for one in selectors.waits(user, measure, by, given))
        yield from selectors.figures(user, (one for one in audience.measures if askable(one, {}, user)), {}).values()
    stations = selectors.milestones(user, {"batch": batch})
    yield from (station.reached for station in stations)
    for station in (*stations, *selectors.beside(user, {"batch": batch})):
        yield from (station.here, *(pace.decided for _, pace in station.offices))


def test_a_citys_numbers_are_its_row_of_the_provinces_table(world):
    """本市派出 is the row of 所在地市, 来本市服务 that of 意向服务市（州）, under the same names."""
    province, same = world.user("p1"), {"sent": ("home_city", "personal specialists leaders teams units"),
                                         "serving": ("target_city", "personal specialists teams")}  # fmt: skip
    met = 0
    for name in ("wh1", "yc1", "hg1"):
        officer = world.user(name)
        (city,) = {str(desk.region_id) for desk in officer.desks}
        own = selectors.figures(officer, audience_of(officer).measures, {})
        for way, (by, names) in same.items():
            table = table_of(province, audience_of(province), BY[by], {})
            (row,) = (row for row in table.rows if row.choice.value == city)
            expected = {one.key: row.number(one) for one in table.measures if one.key in names.split()}
            told = {one.key.removeprefix(f"{way}_"): cell.number for one, cell in own.items()
                    if one.key.startswith(f"{way}_") or (one.key == "units" and "units" in names)}  # fmt: skip
            assert told == expected, (name, way)
            met += sum(expected.values())
    assert met > 10
