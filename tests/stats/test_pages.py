"""The pages of statistics: what they are about, how they are looked at, and what offices took."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from applications import flow
from applications.models import Application, Batch, Need
from review.services import perform
from stats import charts, selectors
from stats.lists import DECISIONS
from stats.measures import UNIT_GROUPS, audience_of
from tests.world import World

OVERVIEW, STAGES = "/statistics/", "/statistics/stages/"


def figures(world: World, name: str, query: str = "") -> dict[str, int]:
    context = world.client(name).get(OVERVIEW + query).context
    return {measure.label: cell.number for _, cells in context["figures"] for measure, cell in cells}


@pytest.mark.parametrize(
    ("name", "title", "labels"),
    [
        (
            "p1",
            "省厅信息统计",
            ["个人科技特派员人数", "法人科技特派员人数", "负责人人数", "派出团队总数", "法人单位总数"],
        ),
        (
            "wh1",
            "数据统计",
            [
                *("个人科技特派员人数", "法人科技特派员人数", "负责人人数", "派出团队总数", "法人单位总数"),
                *("来服务的个人", "来服务的法人科技特派员", "来服务的团队"),
            ],
        ),
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


def test_by_batch_all_batches_stand_beside_each_other(world, two_batches):
    """Not the one that runs, as on the other tabs, with its hundred percent."""
    client = world.client("p1")

    def tab(url: str, name: str) -> str:
        tabs = client.get(OVERVIEW + url).context["tabs"]
        return next(address for label, address, _ in tabs if label == name).removeprefix(OVERVIEW)

    for url in ("?by=batch", tab("", "申报批次"), tab(f"?batch={two_batches.pk}&by=chain", "申报批次")):
        table = client.get(OVERVIEW + url).context["table"]
        (personal,) = (one for one in table.measures if one.key == "personal")
        assert {row.choice.label: row.number(personal) for row in table.rows} == {"2025年度": 1, world.batch.name: 2}
    back = client.get(OVERVIEW + tab("?by=batch", "所在地市")).context["filter"]
    assert back.given() == {"batch": str(world.batch.pk)}


def test_where_no_batch_runs_it_is_the_last_one(world, two_batches):
    Batch.objects.filter(pk=world.batch.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    assert figures(world, "p1")["个人科技特派员人数"] == 2


def test_conditions_stay_in_the_address_of_every_view_and_every_number(world):
    world.application("approved")
    city = world.bureaus["WH"].region_id
    context = world.client("p1").get(f"{OVERVIEW}?home_city={city}&by=chain").context
    urls = [url for label, url, _ in context["tabs"][:-1] if label != "申报批次"]  # which asks for all of them
    urls += [cell.url for row in context["table"].rows for measure, cell in row.cells.items() if measure.key != "units"]
    assert all(f"home_city={city}" in url and f"batch={world.batch.pk}" in url for url in urls)
    assert [chip.label for chip in context["filter"].chips()] == ["所在地市"]
    assert context["filter"].said() == "申报批次：2026年度；所在地市：武汉市"


def test_legal_units_are_of_no_batch_and_of_no_target(world):
    world.unit("u1")
    assert figures(world, "p1")["法人单位总数"] == 1
    assert "法人单位总数" not in figures(world, "p1", f"?target_city={world.bureaus['YC'].region_id}")
    table = world.client("p1").get(OVERVIEW + "?by=batch").context["table"]
    assert "法人单位总数" not in {measure.label for measure in table.measures}
    assert figures(world, "p1", "?by=batch")["法人单位总数"] == 1  # what stands on top goes by nothing


@pytest.mark.parametrize(
    "query",
    ["?by=owner", "?by=state__in", "?batch=99999999999999999999", "?batch=x&home_city=-1&chain=1e3", "?without=x"],
)
@pytest.mark.parametrize(
    "path",
    [
        OVERVIEW,
        STAGES,
        "/statistics/docking/",
        *(f"/statistics/list/{key}/" for key in ("people", "decisions", "matches")),
    ],
)
def test_odd_questions_are_as_if_not_asked(world, path, query):
    world.application("approved")
    assert world.client("p1").get(path + query).status_code == 200


def test_empty_pages_say_what_will_stand_there(world):
    world.unit("u2")
    for name, page in (("p1", STAGES), ("hg1", OVERVIEW), ("u2", OVERVIEW), ("u2", "/statistics/list/teams/")):
        answer = world.client(name).get(page).content.decode()
        assert "列在这里" in answer, (name, page)
        assert "data-chart" not in answer, (name, page)


def test_rows_that_are_empty_in_one_table_stand_in_the_others_alone(world):
    """A county where somebody applies and nobody has an agreement."""
    world.application("approved")

    def rows(query: str) -> dict[str, int]:
        sections = world.client("p1").get(OVERVIEW + query).context["sections"]
        return {one.group.key: len(one.table.rows) for one in sections}

    assert rows("?by=chain") == {"dispatched": 2, "applications": 2, "agreements": 0}
    world.agreement("saved", world.specialist("YC", "WH"))
    assert rows("?by=home_county") == {"dispatched": 2, "applications": 2, "agreements": 1}
    assert rows("") == {"dispatched": 17, "applications": 17, "agreements": 17}  # the province looks at all its cities


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
    rows = {one.stage.state: one for one in selectors.milestones(world.user("p1"), {})}
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
    rows = {one.stage.state: one for one in selectors.milestones(world.user("p1"), {})}
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
    pace = selectors._pace(DECISIONS, flow.PERSONAL.stage("initial"), Counter(spent), {})
    assert (pace.median, pace.most) == (median, most)


# 服务对接


DOCKING = "/statistics/docking/"


@pytest.fixture
def docked(world: World) -> World:
    """武汉 has had three needs public: one served, one offered for, one nobody has spoken of; 宜昌 one."""
    served = world.need()
    world.offer("s1", served, "accepted")
    world.offer("s2", world.need(), "declined")
    world.need()
    world.need("published", "h2")
    Need.objects.filter(pk=served.pk).update(first_answer_at=served.published_at + timedelta(days=4))
    return world


def test_needs_and_matches_are_counted_for_the_province_and_each_city_for_itself(docked):
    told = {
        name: {one.label: cell.number for one, cell in docked.client(name).get(DOCKING).context["figures"][0][1]}
        for name in ("p1", "wh1", "yc1", "hg1")
    }
    labels = ("需求总数", "已发布", "已有响应的需求", "响应与邀请", "已达成")
    assert {name: tuple(row[label] for label in labels) for name, row in told.items()} == {
        "p1": (4, 4, 2, 2, 1), "wh1": (3, 3, 2, 2, 1), "yc1": (1, 1, 0, 0, 0), "hg1": (0, 0, 0, 0, 0),
    }  # fmt: skip


def test_days_to_the_first_answer_stand_beside_the_needs_that_have_one(docked):
    page = docked.client("wh1").get(DOCKING)
    ((_, waits),) = page.context["timed"]
    assert [(one.label, one.counted.number, one.median, one.most) for one in waits] == [
        ("武汉市", 2, 0, 4), ("合计", 2, 0, 4),
    ]  # fmt: skip
    words = page.content.decode()
    assert "首次响应用时 · 按服务地市" in words
    assert "<td>0 天</td><td>4 天</td>" in words
    listed = docked.client("wh1").get(waits[-1].counted.url)
    assert len(listed.context["rows"]) == 2
    assert "已有响应" in listed.content.decode()


def test_the_two_pages_of_numbers_lead_to_each_other(docked):
    for name in ("p1", "wh1"):
        client = docked.client(name)
        assert f'href="{DOCKING}"' in client.get(OVERVIEW).content.decode()
        assert f'href="{OVERVIEW}"' in client.get(DOCKING).content.decode()
    docked.unit("u1")
    assert DOCKING not in docked.client("u1").get(OVERVIEW).content.decode()


def test_a_condition_of_needs_alone_leaves_matches_out(docked):
    term = Need.objects.all()[0].kind
    page = docked.client("p1").get(f"{DOCKING}?kind={term.pk}")
    assert [section.group.key for section in page.context["sections"]] == ["needs"]
    assert [measure.key for measure, _ in page.context["figures"][0][1]] == [
        "needs",
        "needs_published",
        "needs_answered",
    ]


def test_pictures_of_needs_speak_of_needs(docked):
    context = docked.client("p1").get(DOCKING).context
    assert context["map"].title == "2 个市（州）有服务需求，武汉市最多，3 条"
    needs, matches = (section.chart.title for section in context["sections"])
    assert (needs, matches) == ("共 4 条，已发布 100%", "共 2 次，已达成 50%")
    assert docked.client("hg1").get(DOCKING).content.decode().count("还没有可统计的需求") == 1


def test_the_list_of_matches_shows_both_sides_and_how_to_reach_neither(docked):
    page = docked.client("wh1").get("/statistics/list/matches/").content.decode()
    assert all(words in page for words in ("申报人乙", "h1柑橘专业合作社", "已达成", "已谢绝", "湖北省农业科学院"))
    person, need = docked.user("s1"), Need.objects.filter(matches__answer="accepted").get()
    for secret in (person.mobile, person.profile.email, need.form.contact_phone, need.form.contact, "可以每月到场两次"):
        assert secret == "无" or secret not in page
    assert "申报人" not in docked.client("yc1").get("/statistics/list/matches/").content.decode()


# 单位团队统计


TEAMS = "/statistics/teams/"


def test_a_unit_has_the_totals_of_its_teams_and_the_teams_below(world):
    world.team_application("approved", "l1")
    world.team("x1", unit="u1")
    world.team("l2")
    page = world.client("u1").get(TEAMS)
    ((_, cells),) = page.context["figures"]
    assert {one.label: cell.number for one, cell in cells} == {
        "团队总数": 2, "未提交审核": 1, "审核中": 0, "已退回": 0, "审核成功": 1,
    }  # fmt: skip
    words = page.content.decode()
    assert [name for name in ("l1团队", "x1团队", "l2团队") if name in words] == ["l1团队", "x1团队"]
    assert "共 2 个，审核成功 50%" in words
    listed = world.client("u1").get(cells[1][1].url)
    assert [row.name for row, _ in listed.context["rows"]] == ["x1团队"]
    assert f'href="{TEAMS}"' in listed.content.decode()


def test_teams_are_looked_at_by_state_target_chain_and_batch_under_conditions(world):
    case = world.team_application("approved", "l1")
    world.team("x1", unit="u1")
    client, chain = world.client("u1"), case.chains.order_by("pk")[0]
    for by, found in (
        ("state", {"未提交": 1, "审核成功": 1}), ("target_city", {"宜昌市": 1, "未填写": 1}),
        ("chain", {**{one.name: 1 for one in case.chains.all()}, "未填写": 1}), ("batch", {"2026年度": 1, "未填写": 1}),
    ):  # fmt: skip
        table = client.get(f"{TEAMS}?by={by}").context["table"]
        assert {row.choice.label: row.number(table.measures[0]) for row in table.rows} == found
    page = client.get(f"{TEAMS}?chain={chain.pk}")
    assert [row.name for row, _ in page.context["rows"]] == ["l1团队"]
    assert page.context["figures"][0][1][0][1].number == 1


# The desks beside the way


def test_archiving_and_admission_are_timed_too(world):
    world.unit("u1")
    world.agreement("archived")
    told = {
        name: {one.label: (one.pace.decided.number, one.here.number) if one.pace else None
               for one in world.client(name).get(STAGES).context["beside"]}
        for name in ("p1", "wh1", "u1")
    }  # fmt: skip
    assert told == {"p1": {"法人审核": (1, 0), "协议归档": (1, 0)}, "wh1": {}, "u1": {"协议归档": None}}
    page = world.client("p1").get(STAGES)
    for one in page.context["beside"]:
        answer = world.client("p1").get(one.pace.decided.url)
        assert len(answer.context["rows"]) == 1
        assert one.pace.decided.url in page.content.decode().replace("&amp;", "&")
