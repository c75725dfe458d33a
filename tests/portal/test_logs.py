"""登录日志 and 操作日志: for 系统管理员 alone, to read and query, the same cost for many rows."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import Kind, Note, record, record_all
from accounts.models import AuditEntry
from tests.changes import nothing_written

LOGIN, OPERATION = "/system/log/login/", "/system/log/operation/"


def texts(client, path: str, **query) -> list[str]:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return [row.text for row in answer.context["rows"]]


@pytest.fixture
def boss(world):
    return world.client("a1")


@pytest.fixture
def trail(world) -> None:
    officer, other = world.user("wh1"), world.user("yc1")
    record(officer, Kind.LOGIN, "登录成功", address="10.0.0.1")
    record(None, Kind.LOGIN_FAILED, "密码不正确", about=officer, ok=False, address="10.0.0.2")
    record(other, Kind.LOGIN, "登录成功（宜昌）", address="2001:db8::1")
    record(officer, Kind.EXPORT, "导出 <b>100%</b> 的记录", rows=12)
    record(other, Kind.RESET, "重置密码", about=officer)


@pytest.mark.parametrize("path", [LOGIN, OPERATION])
def test_for_administrators_alone(world, path):
    for name in ("wh1", "p1", "s1"):
        assert world.client(name).get(path).status_code == 403, name
    assert world.client().get(path)["Location"].startswith("/login/")
    assert world.client("pa1").get(path).status_code == 200
    assert world.client("a1").get("/system/log/other/").status_code == 404


@pytest.mark.parametrize("path", [LOGIN, OPERATION])
def test_there_is_no_way_to_change_them(boss, trail, path):
    with nothing_written():
        assert boss.post(path, {"text": "x"}).status_code == 405
        assert boss.get("/admin/accounts/auditentry/").status_code == 404


def test_each_log_has_its_own_newest_first(boss, trail):
    assert texts(boss, LOGIN) == ["登录成功（宜昌）", "密码不正确", "登录成功"]
    assert texts(boss, OPERATION) == ["重置密码", "导出 <b>100%</b> 的记录"]


def test_what_people_wrote_is_text(boss, trail):
    page = boss.get(OPERATION).content.decode()
    assert "导出 &lt;b&gt;100%&lt;/b&gt; 的记录" in page
    assert "武汉市科学技术局" in page


def test_queries(world, boss, trail):
    name = world.user("wh1").real_name
    assert texts(boss, LOGIN, who="wh1") == ["登录成功"]
    assert set(texts(boss, LOGIN, who=name)) >= {"密码不正确", "登录成功"}  # what was tried with the account, too
    assert texts(boss, LOGIN, kind="login_failed") == ["密码不正确"]
    assert texts(boss, LOGIN, ok="0") == ["密码不正确"]
    assert texts(boss, LOGIN, address="10.0.0.2") == ["密码不正确"]
    assert texts(boss, LOGIN, address="2001:db8::1") == ["登录成功（宜昌）"]
    assert texts(boss, OPERATION, text="%") == ["导出 <b>100%</b> 的记录"]
    today = timezone.localdate()
    assert len(texts(boss, LOGIN, since=today, until=today)) == 3
    assert texts(boss, LOGIN, until=today - timedelta(days=1)) == []
    assert texts(boss, LOGIN, since=today + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "export"}, {"kind": "'"}, {"since": "9999-12-31"}, {"until": "0001-01-01"}, {"since": "x"},
        {"address": "10.0.0"}, {"ok": "7"}, {"page": "x"}, {"size": "1000000"}, {"log": "operation"},
        {"actor__password__startswith": "m"},
    ],
    ids=str,
)  # fmt: skip
def test_conditions_that_are_none(boss, trail, query):
    assert len(texts(boss, LOGIN, **query)) == 3


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_same_queries_for_many_rows(world, boss, rows):
    record_all(world.user("wh1"), [Note(Kind.EXPORT, f"导出 {n}") for n in range(rows)])
    boss.get(OPERATION)
    with CaptureQueriesContext(connection) as found:
        assert len(texts(boss, OPERATION, size=50)) == rows
    assert len(found) == 11


def test_pages(world, boss):
    record_all(world.user("wh1"), [Note(Kind.EXPORT, f"导出 {n}") for n in range(45)])
    answer = boss.get(OPERATION, {"kind": "export"})
    seen = [row.text for row in answer.context["rows"]]
    while url := answer.context["pager"].next_url:
        answer = boss.get(OPERATION + url)
        seen += [row.text for row in answer.context["rows"]]
    assert seen == [f"导出 {n}" for n in reversed(range(45))]


def test_a_change_in_the_admin_stands_in_the_log(world, boss):
    term = {"kind": "chain", "name": "莲藕", "order": "3", "active": "on"}
    assert boss.post("/admin/accounts/term/add/", term).status_code == 302
    pk = AuditEntry.objects.get().object_id
    boss.post(f"/admin/accounts/term/{pk}/change/", term | {"order": "5", "active": ""})
    assert texts(boss, OPERATION) == ["修改数据字典「莲藕」：排序 3 → 5；启用 是 → 否", "新增数据字典「莲藕」"]
    history = boss.get(f"/admin/accounts/term/{pk}/history/").content.decode()
    assert "排序 3 → 5；启用 是 → 否" in history
    boss.post(f"/admin/accounts/term/{pk}/change/", term | {"order": "x"})
    assert AuditEntry.objects.count() == 2


# A refused access


def test_a_refused_access_is_written_once_an_hour_and_address(world, boss, monkeypatch):
    clock = SimpleNamespace(now=time.time(), time=lambda: clock.now)  # no hour ends in the middle
    monkeypatch.setattr("accounts.limits.time", clock)
    client = world.client("wh1")
    for _ in range(3):
        assert client.get("/system/roles/", {"name": "420106199001011234"}).status_code == 403
    assert client.get("/papers/personal-agreements/").status_code == 403
    assert client.post("/system/users/").status_code == 403
    assert client.get("/admin/accounts/user/").status_code == 404  # not there for others, and written all the same
    world.client().get("/system/roles/")  # who is not known is asked who they are
    assert texts(boss, OPERATION, kind="refused", ok="0") == [
        "打开无权使用的页面 /admin/accounts/user/",
        "提交到无权使用的页面 /system/users/",
        "打开无权使用的页面 /papers/personal-agreements/",
        "打开无权使用的页面 /system/roles/",
    ]
    row = AuditEntry.objects.filter(kind="refused").latest("id")
    assert (row.actor, row.actor_organisation, row.address) == (world.user("wh1"), "武汉市科学技术局", "127.0.0.1")
    clock.now += 3600
    client.get("/system/roles/")
    assert len(texts(boss, OPERATION, kind="refused")) == 5


def test_so_is_what_is_told_not_to_be_there_because_it_is_somebody_elses(world, boss):
    case = world.application("initial", "s1")
    pages = (f"/application/{case.pk}/1/pdf/", f"/review/selection/case/{case.pk}/", "/application/999999/1/pdf/")
    public = ("/news/99999/", "/needs/99999/", "/publicity/99999/object/", "/news/rss/none/")
    for page in (*pages, pages[0], "/no-such-page/", *public):
        assert world.client("yc1").get(page).status_code == 404
    for page in pages:
        assert world.client().get(page).status_code in (302, 404)
    rows = AuditEntry.objects.filter(kind="refused").order_by("id")
    assert [row.text for row in rows] == [f"打开不存在或无权查看的内容 {page}" for page in pages]
    assert {row.actor for row in rows} == {world.user("yc1")}


def test_whoever_tries_all_addresses_does_not_fill_the_trail(world, monkeypatch):
    monkeypatch.setattr("accounts.audit.REFUSALS_AN_HOUR", 3)
    client = world.client("wh1")
    for number in range(6):
        assert client.get(f"/statistics/export/?{number}").status_code == 403
        assert client.get(f"/papers/personal-agreements/?page={number}").status_code == 403
        assert client.get(f"/admin/accounts/user/{number}/change/").status_code == 404
    assert AuditEntry.objects.filter(kind="refused").count() == 3
