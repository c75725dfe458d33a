"""Numbers of the statistics by hand, case by case; over worlds made by chance in test_chance.py."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import Region
from applications.models import Application
from stats import selectors
from stats.measures import (
    DIMENSIONS,
    Measure,
    audience_of,
)
from tests.stats.chance import move_on
from tests.stats.tables import BY, listed, table_of
from tests.world import TEAMS, UNITS, World


@pytest.fixture
def known(world: World) -> Callable[[str, Measure], int]:
    return lambda name, key: next(
        table.total.number(measure)
        for table in [table_of(world.user(name), audience_of(world.user(name)), BY["home_city"], {})]
        for measure in table.measures
        if measure.key == key
    )


def test_the_manuals_figures_by_hand(world, known):
    """An approved individual of 武汉 and an approved team of three of a unit in 武汉; both serve 宜昌."""
    world.application("approved")
    world.team_application("approved")
    figures = ("personal", "specialists", "leaders", "teams", "units")
    assert tuple(known("p1", key) for key in figures) == (1, 3, 1, 1, 1)
    sent = ("sent_personal", "sent_specialists", "sent_leaders", "sent_teams", "units")
    serving = ("serving_personal", "serving_specialists", "serving_teams")
    expected = {
        "wh1": ((1, 3, 1, 1, 1), (0, 0, 0)), "yc1": ((0, 0, 0, 0, 0), (1, 3, 1)), "hg1": ((0,) * 5, (0,) * 3)
    }  # fmt: skip
    found = {name: tuple(tuple(known(name, key) for key in keys) for keys in (sent, serving)) for name in expected}
    assert found == expected


def test_a_city_opens_of_whom_it_sends_only_what_has_come_to_its_desk(world):
    """The result is told by name; the application of a team that another city serves is not there."""
    case, team = world.application("approved"), world.team_application("approved")
    client = world.client("wh1")
    for key, links in (("sent", {case.pk: True, team.pk: False}), ("sent-people", {team.pk: False})):
        rows = client.get(f"/statistics/list/{key}/").context["rows"]
        assert {getattr(row, "case_id", row.pk): bool(url) for row, url in rows} == links
    assert client.get(f"/review/selection/case/{team.pk}/").status_code == 404
    assert [len(world.client(name).get("/statistics/list/serving/").context["rows"]) for name in ("yc1", "hg1")] == [
        2,
        0,
    ]


def test_before_the_province_has_said_yes_a_city_is_told_nothing_of_its_units_teams(world):
    world.team_application("final")
    for key in ("sent", "sent-people"):
        assert world.client("wh1").get(f"/statistics/list/{key}/").context["rows"] == []


def test_whoever_has_no_value_is_counted_in_a_row_of_its_own(world):
    case = world.application("approved")
    Application.objects.filter(pk=case.pk).update(discipline=None)
    user = world.user("p1")
    table = table_of(user, audience_of(user), next(one for one in DIMENSIONS if one.key == "discipline"), {})
    (row,) = table.rows
    personal = next(one for one in table.measures if one.key == "personal")
    assert (row.choice.label, row.number(personal)) == ("未填写", 1)
    assert listed(world.user("p1"), row.cells[personal].url) == 1
    assert "未填写" in world.client("p1").get(row.cells[personal].url).content.decode()


# Nobody's numbers include what they may not see


def test_what_is_out_of_scope_changes_no_number(world):
    world.application("approved", "s4")
    world.unit("u2")
    pages = {
        (name, url): world.client(name).get(url).context
        for name in ("hg1", "u2")
        for url in ("/statistics/?batch=", "/statistics/stages/?batch=", "/statistics/?batch=&by=chain")
    }

    def shown(context) -> str:
        return repr(context.get("stations") or [cells for _, cells in context["figures"]])

    before = {key: shown(context) for key, context in pages.items()}
    world.many(3, "approved")
    world.many_teams(2, "approved")
    world.application("returned", "s1")
    after = {(name, url): world.client(name).get(url).context for name, url in pages}
    assert {key: shown(context) for key, context in after.items()} == before


def test_a_desk_with_an_older_version_counts_neither_it_nor_the_new_one(world, known):
    case = world.application("returned", returned_from="docking")
    assert (known("yc1", "applied"), known("yc1", "returned")) == (1, 1)
    world.walk(move_on(world, case, "HG"), "approved")
    assert (known("yc1", "applied"), known("yc1", "approved")) == (0, 0)
    assert (known("hg1", "approved"), known("p1", "approved")) == (1, 1)


def test_offices_are_timed_for_the_province_and_each_for_itself(world):
    world.application("approved")
    offices = {
        name: sorted({office for one in selectors.milestones(world.user(name), {}) for office, _ in one.offices})
        for name in ("p1", "wh1", "yc1", "hg1")
    }
    wuhan, yichang, province = (desk.name for desk in (world.bureaus["WH"], world.bureaus["YC"], world.office))
    assert offices == {"p1": sorted([wuhan, yichang, province]), "wh1": [wuhan], "yc1": [yichang], "hg1": []}


def test_a_unit_finds_all_its_teams_and_no_other(world):
    world.team_application("approved", "l1")
    world.team("l2")
    world.team("x1", unit="u1")
    page = world.client("u1").get("/statistics/list/teams/").content.decode()
    shown = ("l1团队", "x1团队", "l2团队", "审核成功", "未提交审核")
    assert [words for words in shown if words in page] == ["l1团队", "x1团队", "审核成功", "未提交审核"]


def test_a_city_lists_the_units_that_sit_in_it(world):
    for name in UNITS:
        world.unit(name, "admitted" if name != "u5" else "reviewing")
    found = {
        name: [row.owner.username for row, _ in world.client(name).get("/statistics/list/units/").context["rows"]]
        for name in ("p1", "wh1", "yc1", "u2")
    }
    assert {name: sorted(rows) for name, rows in found.items()} == {
        "p1": ["u1", "u2", "u3", "u4"], "wh1": ["u1", "u4"], "yc1": ["u2"], "u2": ["u2"],
    }  # fmt: skip
    assert set(TEAMS.values()) <= set(UNITS)


def test_regions_of_the_map_are_the_regions_of_the_system(db):
    path = Path(__file__).resolve().parents[2] / "static/vendor/hubei-map/cities.json"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    codes = {feature["properties"]["adcode"]: feature["properties"]["name"] for feature in features}
    assert codes == dict(Region.objects.filter(level=Region.Level.CITY).values_list("code", "name"))
