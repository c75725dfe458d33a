"""The pages of statistics: what they are about, how they are looked at, and what offices took."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from applications import flow
from applications.models import Application, Batch
from review.services import perform
from stats import charts, selectors
from stats.measures import UNIT_GROUPS, audience_of
from tests.world import World

OVERVIEW, STAGES = "/statistics/", "/statistics/stages/"


def figures(world: World, name: str, query: str = "") -> dict[str, int]:
    context = world.client(name).get(OVERVIEW + query).context
    return {measure.label: cell.number for measure, cell in context["figures"]}


@pytest.mark.parametrize(
    ("name", "title", "labels"),
    [
        (
            "p1",
            "省厅信息统计",
            ["个人科技特派员人数", "法人科技特派员人数", "负责人人数", "派出团队总数", "法人单位总数"],
        ),
        ("wh1", "数据统计", ["个人科技特派员人数", "法人科技特派员人数", "负责人人数", "派出团队总数", "法人单位总数"]),
        ("u1", "法人单位信息统计", ["法人科技特派员人数", "负责人人数", "团队数"]),
    ],
)
def test_each_role_has_the_manuals_page_and_figures(world, name, title, labels):
    world.unit("u1")
    assert list(figures(world, name)) == labels
    assert f"<h1>{title}</h1>" in world.client(name).get(OVERVIEW).content.decode()


@pytest.fixture
def two_batches(world: World) -> Batch:
    """s1 is approved in a batch that is over, and s1 and s2 in the one that runs; answers the older one."""
    running, begun = world.batch, world.batch.opens_at
    world.batch = old = Batch.objects.create(
        name="2025年度", year=2025, office=world.office, opens_at=begun, closes_at=running.closes_at
    )
    world.application("approved", "s1")
    Batch.objects.filter(pk=old.pk).update(opens_at=begun - timedelta(days=300), closes_at=begun)
    world.batch = running
    world.application("approved", "s1")
    world.application("approved", "s2")
    return old


def test_without_a_word_it_is_the_batch_that_runs(world, two_batches):
    label = "个人科技特派员人数"
    assert figures(world, "p1")[label] == 2
    assert figures(world, "p1", f"?batch={two_batches.pk}")[label] == 1
    assert figures(world, "p1", "?batch=")[label] == 3
    page = world.client("p1").get(OVERVIEW + "?batch=")
    assert "在各批次分别计数" in page.content.decode()
    assert all("batch=" in url for _, url, _ in page.context["tabs"])  # the next view is about all of them, too


def test_where_no_batch_runs_it_is_the_last_one(world, two_batches):
    Batch.objects.filter(pk=world.batch.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    assert figures(world, "p1")["个人科技特派员人数"] == 2


def test_conditions_stay_in_the_address_of_every_view_and_every_number(world):
    world.application("approved")
    city = world.bureaus["WH"].region_id
    context = world.client("p1").get(f"{OVERVIEW}?home_city={city}&by=chain").context
    urls = [url for _, url, _ in context["tabs"][:-1]]
    urls += [cell.url for row in context["table"].rows for measure, cell in row.cells.items() if measure.key != "units"]
    assert all(f"home_city={city}" in url and f"batch={world.batch.pk}" in url for url in urls)
    assert [chip.label for chip in context["filter"].chips()] == ["所在地市"]
    assert context["filter"].said() == "申报批次：2026年度；所在地市：武汉市"


def test_legal_units_are_of_no_batch_and_of_no_target(world):
    world.unit("u1")
    assert figures(world, "p1")["法人单位总数"] == 1
    assert "法人单位总数" not in figures(world, "p1", f"?target_city={world.bureaus['YC'].region_id}")
    assert "法人单位总数" not in figures(world, "p1", "?by=batch")


@pytest.mark.parametrize(
    "query",
    ["?by=owner", "?by=state__in", "?batch=99999999999999999999", "?batch=x&home_city=-1&chain=1e3", "?without=x"],
)
@pytest.mark.parametrize("path", [OVERVIEW, STAGES, "/statistics/list/people/", "/statistics/list/decisions/"])
def test_odd_questions_are_as_if_not_asked(world, path, query):
    world.application("approved")
    assert world.client("p1").get(path + query).status_code == 200


def test_empty_pages_say_what_will_stand_there(world):
    world.unit("u2")
    for name, page in (("p1", STAGES), ("hg1", OVERVIEW), ("u2", OVERVIEW), ("u2", "/statistics/list/teams/")):
        answer = world.client(name).get(page).content.decode()
        assert "列在这里" in answer, (name, page)
        assert "data-chart" not in answer, (name, page)


def test_the_province_sees_every_city_and_others_those_with_a_number(world):
    world.application("approved")
    rows = {name: len(world.client(name).get(OVERVIEW).context["table"].rows) for name in ("p1", "wh1")}
    assert rows == {"p1": 17, "wh1": 1}


# Pictures say nothing that the table does not


def test_pictures_are_made_of_the_tables_numbers(world):
    world.application("approved")
    world.team_application("approved")
    context = world.client("p1").get(OVERVIEW).context
    section, drawn = context["sections"][0], context["map"]
    (bar,) = section.chart.data["rows"]
    assert (bar["name"], bar["values"]) == ("武汉市", [1, 3])
    (row,) = [row for row in section.table.rows if any(cell.number for cell in row.cells.values())]
    assert bar["urls"] == [cell.url for cell in row.cells.values()][:2]
    assert section.chart.title == "武汉市最多：4 人，占 100%"
    assert drawn.title == "1 个市（州）有科技特派员，武汉市最多，4 人"
    assert {row["code"]: row["value"] for row in drawn.data["rows"] if row["value"]} == {"420100": 4}


def test_a_picture_of_many_rows_says_that_it_shows_the_first(world, monkeypatch):
    world.application("initial", "s1")
    world.application("initial", "s2")
    monkeypatch.setattr(charts, "MOST", 1)
    chart = world.client("p1").get(OVERVIEW).context["sections"][1].chart
    assert chart.title.endswith("；图中为前 1 项")
    assert len(chart.data["rows"]) == 1


def test_a_units_measures_have_the_words_of_its_page(world):
    world.unit("u1")
    audience = audience_of(world.user("u1"))
    assert audience.groups is UNIT_GROUPS
    assert "personal" not in {measure.key for measure in audience.measures}


# How far, and how long


def test_the_funnel_counts_who_came_this_far_returned_or_not(world):
    for owner, state in (("s1", "docking"), ("s2", "province"), ("s4", "approved")):
        world.application(state, owner)
    world.application("returned", "s3", returned_from="docking")
    rows = {one.stage.state: one for one in selectors.stations(world.user("p1"), {})}
    assert {state: one.reached.number for state, one in rows.items()} == {
        "initial": 4, "province": 4, "push": 3, "docking": 3, "final": 1, "approved": 1,
    }  # fmt: skip
    assert {state for state, one in rows.items() if one.here.number} == {"province", "docking", "approved"}
    assert rows["docking"].share == 75


MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # nine in the morning here


def decided(world: World, owner: str, days: list[int]) -> None:
    """An application moved along the path, each move so many days after MONDAY."""
    case = world.draft(owner)
    for day in days:
        action = case.flow.onward(case.stage).action
        actor = world.officer_at(case.desk) if case.desk else case.owner
        perform(case, action, actor=actor, seen=case.seen, at=MONDAY + timedelta(days=day))
        case = Application.objects.for_review().get(pk=case.pk)


def test_days_are_counted_from_arrival_to_decision_without_weekends(world):
    decided(world, "s1", [0, 1, 7])  # Tuesday: 1; then to the next Monday: 4
    decided(world, "s4", [0, 11])  # Friday of the next week: 9, and 5 were given
    rows = {one.stage.state: one for one in selectors.stations(world.user("p1"), {})}
    first, province = rows["initial"].pace, rows["province"].pace
    assert (first.decided.number, first.median, first.most, first.late) == (2, 1, 9, 50)
    assert (province.decided.number, province.median, province.most, province.late) == (1, 4, 4, 0)
    assert rows["push"].pace is None
    listed = world.client("p1").get(first.decided.url).content.decode()
    assert "1 个工作日" in listed
    assert "9 个工作日" in listed
    title = charts.paces(list(rows.values())).title
    assert title == "所在地市审核／法人单位审核超期最多，50%；九成在 9 个工作日内办结，时限 5 个工作日"


@pytest.mark.parametrize(
    ("spent", "median", "most"),
    [({3: 1}, 3, 3), ({0: 1, 4: 1}, 0, 4), ({1: 9, 8: 1}, 1, 1), ({1: 8, 8: 2}, 1, 8), ({2: 50, 5: 40, 30: 10}, 2, 5)],
)
def test_half_and_nine_tenths_of_so_many(spent, median, most):
    pace = selectors._pace(flow.PERSONAL.stage("initial"), Counter(spent), {})
    assert (pace.median, pace.most) == (median, most)
