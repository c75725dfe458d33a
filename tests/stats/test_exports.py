"""「导出」 of a list: exactly what its query shows, in the columns that are chosen."""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts.models import AuditEntry
from applications.models import Application
from applications.services import upload_sealed
from portal.publicity import services as publicity
from review import registry
from stats import exports, services
from stats.lists import PAGES
from stats.own import OWN
from stats.services import Order
from tests.matrix.objects import published_names
from tests.stats.workbooks import post, sheets, table
from tests.world import paper as sealed_paper

LOGS = ["login-log", "operation-log"]
ADMIN = [f"{name}-admin" for name in ("user", "organisation", "batch", "term", "region", "menuitem", "parameter")]


def codes() -> list[str]:
    lists = [
        f"{process.code}-{place}"
        for process in registry.all_processes()
        for place in ("records", *(stage.state for stage in process.queues))
    ]
    lists += [f"{folder.code}-papers" for process in registry.all_processes() for folder in process.folders]
    own = [*(export.code for export in OWN), "own-articles", "objections"]
    return [*(export.code for export in exports.FILLED), *lists, *(f"{key}-list" for key in PAGES), *LOGS, *own, *ADMIN]


def test_the_head_is_what_is_declared_and_every_label_stands_once(world):
    world.unit("u1")
    world.host("h1")
    for code in codes():
        export = exports.find(code)
        who = next(name for name in ("p1", "wh1", "u1", "a1", "s1", "h1") if export.may(world.user(name)))
        head = next(sheets(post(world, code, who=who))[0].iter_rows(values_only=True))
        assert head == tuple(column.label for column in export.columns)
        assert len({column.key for column in export.columns}) == len(set(head)) == len(head), code


@pytest.mark.parametrize(
    "code",
    [
        *("people-records", "selection-draft", "selection", "unknown", "selection-", "-records", "unknown-papers"),
        *("x-log", "x-admin", "group-admin", "-admin", "profile-admin"),
    ],
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
    assert [(type(row["到达日期"]), row["等待（工作日）"], row["是否超期"]) for row in rows] == [
        (datetime, 0, None)
    ] * 3
    page = world.client("p1").get("/review/selection/queue/province/").content.decode()
    assert 'href="/statistics/export/selection-province/?"' in page


def test_a_queue_says_who_has_waited_too_long(world):
    world.many(2, "province")
    old = Application.objects.latest("pk")
    Application.objects.filter(pk=old.pk).update(since=timezone.now() - timedelta(days=28))
    page = world.client("p1").get("/review/selection/queue/province/").content.decode()
    assert "20 天，已超期" in page
    late, new = table(post(world, "selection-province"))
    assert (late["等待（工作日）"], late["是否超期"], new["等待（工作日）"], new["是否超期"]) == (20, "已超期", 0, None)
    assert (datetime.now() - late["到达日期"]).days in (27, 28, 29)  # noqa: DTZ005  as the workbook has it


def test_a_list_behind_a_number_holds_what_it_shows(world):
    world.team_application("final")
    world.many(2, "push")
    world.offer("s1")
    world.application("approved", "s2")
    for key, who in (
        ("matches", "p1"),
        ("matches", "wh1"),
        ("people", "p1"),
        ("sent", "yc1"),
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


def test_a_tab_of_papers_says_what_is_there(world):
    world.application("docking", "s1")
    world.team_agreement("archived", "l1")
    (drawn,) = table(post(world, "personal-papers"))
    assert (drawn["盖章件"], drawn["附件"]) == ("未上传", "个人申请表（第 1 版）")
    (sealed,) = table(post(world, "team-agreements-papers"))
    assert sealed["盖章件"] == "已上传"
    assert re.search("服务协议.*；盖章扫描件（第 1 次上传，.*对应协议第 1 版）", sealed["附件"])


# 系统管理


@pytest.mark.parametrize(
    ("address", "code", "queries"),
    [
        ("/admin/accounts/user/", "user-admin",
         ["", "q=city", "role__exact=city&is_active__exact=1", "system_admin=1", "o=-1", "p=0&o=2.-1&q=申报", "q=谁"]),
        ("/admin/accounts/organisation/", "organisation-admin", ["", "kind__exact=city", "active__exact=0"]),
        ("/admin/accounts/term/", "term-admin", ["kind__exact=chain&active__exact=1", "q=茶"]),
        ("/admin/accounts/region/", "region-admin", ["level__exact=city&o=2", "custom__exact=1"]),
        ("/admin/applications/batch/", "batch-admin", ["", "year=2026"]),
        ("/admin/portal/menuitem/", "menuitem-admin", ["", "q=审核&active__exact=1"]),
        ("/admin/accounts/parameter/", "parameter-admin", ["", "q=导出"]),
    ],
)  # fmt: skip
def test_a_list_of_the_administration_holds_what_its_query_shows(world, address, code, queries):
    world.specialist()
    for query in queries:
        page = world.client("a1").get(f"{address}?{query}")
        shown, words = page.context["cl"], page.content.decode()
        assert f'href="/statistics/export/{code}/{escape(shown.get_query_string())}"' in words
        rows = table(post(world, code, query, who="a1"))
        assert len(rows) == shown.result_count == len(shown.result_list), query
        firsts = [escape(next(iter(row.values()))) for row in rows]
        places = [words.find(f">{first}<") for first in firsts]
        assert -1 not in places, query
        assert shown.formset or places == sorted(places), query
    line = AuditEntry.objects.filter(kind="export").latest("pk")
    assert line.actor == world.user("a1")


def test_conditions_of_the_administration_are_said_in_its_words(world):
    table(post(world, "user-admin", "q=city&role__exact=city&is_active__exact=1&p=3", who="a1"))
    (line,) = AuditEntry.objects.filter(kind="export")
    assert line.extra["conditions"] == "搜索：city；角色：地市科技管理部门；有效：是"
    page = world.client("a1").get("/statistics/export/user-admin/?q=city&role__exact=city")
    assert [chip.url for chip in page.context["chips"]] == ["?role__exact=city", "?q=city"]


@pytest.mark.parametrize(
    "query",
    [
        "role__exact=x", "is_active__exact=x", "o=99.x", "password__startswith=a", "id__in=1", "roles__id__exact=x",
        "system_admin=7", "roles__id__exact=99999999999999999999", "q=%00", "e=1", "year=99999999999999999999",
        "current=1&without=name", "q=" + "长" * 300,
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["user-admin", "batch-admin", "menuitem-admin"])
def test_odd_conditions_of_the_administration_are_no_fault(world, code, query):
    assert world.client("a1").get(f"/statistics/export/{code}/?{query}").status_code in (200, 400)


def test_nobodys_number_leaves_the_administration(world):
    world.specialist()
    for code in ADMIN:
        cells = {str(value) for row in table(post(world, code, who="a1")) for value in row.values()}
        assert not cells & {world.user("s1").mobile, world.user("wh1").mobile}


# What people have who are no officers


def test_lists_of_helpers_and_hosts_hold_what_they_show(world):
    world.agreement("saved", "s1")
    match = world.offer("s1", answer="accepted")
    world.need("draft", "h1")
    for who, page, code in (
        ("h1", "/docking/specialists/", "specialists"), ("h1", "/docking/", "docking"), ("s1", "/docking/", "docking"),
        ("s1", "/docking/needs/", "needs"), ("h1", "/application/host/needs/", "own-needs"),
        ("h1", "/docking/serving/", "serving"),
    ):  # fmt: skip
        answer = world.client(who).get(page)
        rows = table(post(world, code, who=who))
        assert len(rows) == len(answer.context["rows"]) > 0, code
        assert f'href="/statistics/export/{code}/?' in answer.content.decode()
    secrets = {match.person.mobile, match.need.form.contact_phone, match.person.profile.id_number}
    for who, code in (("h1", "docking"), ("h1", "serving"), ("s1", "docking"), ("s1", "needs")):
        assert not secrets & {str(value) for row in table(post(world, code, who=who)) for value in row.values()}
    assert table(post(world, "specialists", f"discipline={match.person.profile.discipline_id}", who="h1"))
    assert table(post(world, "docking", who="s2")) == []  # of others nothing


def test_own_articles_and_objections_hold_what_they_show(world):
    world.application("approved")
    _, objection = published_names(world)
    for query, state in (("", None), ("done=1", "已核实。")):
        page = world.client("p1").get(f"/publicity/objections/?{query}")
        (row,) = table(post(world, "objections", query))
        assert (row["回执号"], row["处理意见"]) == (page.context["rows"][0].code, state)
        assert not {"王建国", "13900001234"} & set(map(str, row.values()))
        assert f'href="/statistics/export/objections/?{query}"' in page.content.decode()
        if not query:
            publicity.handle(objection, actor=world.user("p1"), answer="已核实。")
    assert table(post(world, "objections")) == []
    titles = [str(row) for row in world.client("p1").get("/news/write/").context["rows"]]
    assert [row["标题"] for row in table(post(world, "own-articles"))] == titles
    assert table(post(world, "own-articles", who="wh1")) == []


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
