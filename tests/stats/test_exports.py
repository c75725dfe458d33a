"""「导出」 of a list: exactly what its query shows, in the columns that are chosen."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.models import Application
from applications.services import upload_sealed
from review import registry
from stats import exports, services
from stats.lists import PAGES
from stats.services import Order
from tests.stats.workbooks import post, sheets, table
from tests.world import paper as sealed_paper


def codes() -> list[str]:
    lists = [
        f"{process.code}-{place}"
        for process in registry.all_processes()
        for place in ("records", *(stage.state for stage in process.queues))
    ]
    lists += [f"{folder.code}-papers" for process in registry.all_processes() for folder in process.folders]
    logs = ["login-log", "operation-log"]
    return [*(export.code for export in exports.FILLED), *lists, *(f"{key}-list" for key in PAGES), *logs]


def test_the_head_is_what_is_declared_and_every_label_stands_once(world):
    world.unit("u1")
    for code in codes():
        export = exports.find(code)
        who = next(name for name in ("p1", "wh1", "u1", "a1") if export.may(world.user(name)))
        head = next(sheets(post(world, code, who=who))[0].iter_rows(values_only=True))
        assert head == tuple(column.label for column in export.columns)
        assert len({column.key for column in export.columns}) == len(set(head)) == len(head), code


@pytest.mark.parametrize(
    "code",
    ["people-records", "selection-draft", "selection", "unknown", "selection-", "-records", "unknown-papers", "x-log"],
)
def test_what_is_not_there_is_404(world, code):
    assert world.client("p1").get(f"/statistics/export/{code}/").status_code == 404


@pytest.mark.parametrize(("who", "names"), [("wh1", {"申报人乙"}), ("yc1", {"申报人丙"}), ("hg1", set())])
def test_a_list_holds_what_has_come_to_the_desk(world, who, names):
    world.application("province", "s1")
    world.application("initial", "s2")
    assert {row["姓名"] for row in table(post(world, "selection-records", who=who))} == names


def test_records_hold_what_the_list_shows(world):
    world.application("docking", "s1")
    world.application("returned", "s4", returned_from="province")
    world.team_application("final")
    client, names = world.client("p1"), dict(Application.objects.values_list("pk", "applicant_name"))
    for query in ("", "state=returned", "kind=team", "name=谁也不是", "name=申报人", "nonsense=1&state=x"):
        shown = [row.case_id for row in client.get(f"/review/selection/records/?{query}").context["rows"]]
        assert client.get(f"/statistics/export/selection-records/?{query}").context["count"] == len(shown), query
        assert [row["姓名"] for row in table(post(world, "selection-records", query))] == [names[pk] for pk in shown]


def test_a_queue_holds_what_the_queue_shows(world):
    world.many(3, "province")
    world.application("push", "s1")
    rows = table(post(world, "selection-province"))
    assert [(row["当前状态"], type(row["提交日期"])) for row in rows] == [("省厅审核", datetime)] * 3
    page = world.client("p1").get("/review/selection/queue/province/").content.decode()
    assert 'href="/statistics/export/selection-province/?"' in page


def test_a_list_behind_a_number_holds_what_it_shows(world):
    world.team_application("final")
    world.many(2, "push")
    world.offer("s1")
    for key, who in (
        ("matches", "p1"),
        ("matches", "wh1"),
        ("people", "p1"),
        ("units", "p1"),
        ("decisions", "p1"),
        ("decisions", "wh1"),
        ("teams", "u1"),
    ):
        shown = [row for row, _ in world.client(who).get(f"/statistics/list/{key}/").context["rows"]]
        rows = table(post(world, f"{key}-list", who=who))
        first, *_ = PAGES[key].columns
        assert shown
        assert [row[first.label] for row in rows] == [first.text(row) for row in shown], key
    (unit,) = table(post(world, "units-list"))
    assert isinstance(unit["通过日期"], datetime)


@pytest.mark.parametrize(
    ("who", "kind"), [("p1", "personal"), ("p1", "team"), ("p1", "sealed"), ("p1", "team-agreements"), ("u1", "sealed")]
)
def test_a_tab_of_papers_holds_what_it_shows(world, who, kind):
    world.application("docking", "s1")
    world.application("returned", "s4", returned_from="province")
    world.team_agreement("archived", "l1")
    case = world.team_application("province", "l2", unit="u1")
    upload_sealed(case, actor=world.user("u1"), upload=sealed_paper())
    client, code = world.client(who), f"{kind}-papers"
    for query in ("", "name=申报人", "name=谁也不是", "state=docking", "kind=personal"):
        page = client.get(f"/papers/{kind}/?{query}")
        first = page.context["columns"][0]
        shown = [first.text(row.case) for row in page.context["rows"]]
        assert shown or query, kind
        assert [row[first.label] for row in table(post(world, code, query, who=who))] == shown, query
        link = f'href="/statistics/export/{code}/?{page.context["query"]}"'
        assert (link in page.content.decode()) == bool(shown)


def test_a_log_holds_what_its_page_shows(world):
    boss = world.client("a1")
    world.client("wh1").get("/system/roles/")  # refused, and written
    table(post(world, "selection-records"))
    for query, kinds in (("", ["导出数据", "越权访问"]), ("kind=refused&ok=0", ["越权访问"]), ("who=p1", ["导出数据"])):
        page = boss.get(f"/system/log/operation/?{query}")
        shown = page.context["rows"]
        rows = table(post(world, "operation-log", query, who="a1"))
        assert [row["操作"] for row in rows] == kinds
        assert [row["内容"] for row in rows] == [row.text for row in shown]
    assert isinstance(rows[0]["日期"], datetime)


def test_needs_and_matches_are_exported_without_how_to_reach_anybody(world):
    match = world.offer("s1", answer="accepted")
    form, person = match.need.form, match.person
    secrets = {form.contact, form.contact_phone, person.mobile, person.profile.id_number, match.words}
    assert all(secrets)
    for who, rows in (("p1", 1), ("wh1", 1), ("yc1", 0)):
        for code in ("needs-records", "matches-list"):
            found = table(post(world, code, who=who))
            assert len(found) == rows
            assert not secrets & {str(value) for row in found for value in row.values()}, code
    (row,) = table(post(world, "matches-list"))
    assert (row["需求"], row["科技特派员"], row["方式"], row["状态"]) == (match.title, "申报人乙", "响应", "已达成")
    assert isinstance(row["提出"], datetime)


def test_as_many_queries_for_many_rows_as_for_few(world, tmp_path):
    def made(code: str) -> int:
        user = world.user("p1")
        with CaptureQueriesContext(connection) as found:
            services.make(Order(code), user, tmp_path / "x.xlsx")
        return len(found)

    asked = [code for code in codes() if exports.find(code).may(world.user("p1"))]
    world.agreement("archived", "s1")
    world.team_agreement("archived", "l1")
    world.offer("s1")
    few = {code: made(code) for code in asked}
    for owner in ("s2", "s3"):
        world.agreement("archived", owner)
        world.offer(owner, world.need("published", "h2"))
    world.team_agreement("archived", "l2")
    assert {code: made(code) for code in asked} == few
