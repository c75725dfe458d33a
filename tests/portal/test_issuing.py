"""Accounts from a sheet (D07): every fault is told, all or none are issued, one-time passwords are fetched once."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from accounts.models import Appointment, AuditEntry, Organisation, User
from accounts.roles import Role
from attachments.workbook import read_rows
from ktp.settings import PASSWORD_HASHERS
from portal.issuing import roster
from portal.issuing.models import Issuance
from tests.attachments.test_workbook import BAD
from tests.changes import nothing_written
from tests.world import World

START = "/system/users/"
HEADS = ("姓名", "用户名", "角色", "机构", "手机", "任职至")
CITY = Role.CITY.label


@pytest.fixture
def boss(world: World):
    return world.client("a1")


def sheet(*rows: tuple, heads: tuple = HEADS) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in (heads, *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def person(n: int = 1, **changes: str) -> tuple:
    row = dict(zip(HEADS, ("周文博", f"officer{n}", CITY, "武汉市科学技术局", "", ""), strict=True)) | changes
    return tuple(row.values())


def upload(client, data: bytes, name: str = "名单.xlsx"):
    return client.post(START, {"file": SimpleUploadedFile(name, data)})


def faults(answer) -> list[tuple]:
    return [(fault.line, fault.column, fault.words) for fault in answer.context["faults"]]


def issue(client, *rows: tuple) -> str:
    """Upload and confirm; the address of the issuance."""
    url = upload(client, sheet(*rows))["Location"]
    assert client.post(f"{url}confirm/")["Location"] == url
    return url


def workbook_of(answer) -> list[tuple]:
    return list(load_workbook(io.BytesIO(answer.content)).active.values)


# The sheet


def test_looked_at_confirmed_and_fetched_once(world, boss, settings, client):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    rows = [
        person(1, 手机="13812345678", 任职至=until),
        person(2, 姓名="欧阳·买买提", 角色=Role.PROVINCE.label, 机构="湖北省科学技术厅"),
    ]
    answer = upload(boss, sheet(*rows))
    url = answer["Location"]
    assert User.objects.filter(username__startswith="officer").count() == 0
    page = boss.get(url).content.decode()
    assert "核对 2 个账号" in page
    assert "欧阳·买买提" in page
    assert "13812345678" not in str(raw("SELECT lines FROM portal_issuance"))

    assert boss.post(f"{url}confirm/").status_code == 302
    one, two = User.objects.filter(username__startswith="officer").order_by("username")
    assert (one.real_name, one.role, one.mobile, one.must_change_password) == ("周文博", "city", "13812345678", True)
    assert one.desks == [world.bureaus["WH"]]
    assert Appointment.objects.get(user=one).until.isoformat() == until
    assert (two.role, two.desks) == ("province", [world.office])
    assert not one.has_perm("accounts.administer")

    (head, *passwords) = workbook_of(boss.post(f"{url}passwords/"))
    assert head == ("姓名", "用户名", "一次性密码", "机构")
    assert [row[1] for row in passwords] == ["officer1", "officer2"]
    assert one.check_password(passwords[0][2])
    assert boss.post(f"{url}passwords/")["Location"] == url
    assert "一次性密码只能下载一次" in boss.get(url).content.decode()
    assert raw("SELECT lines, passwords FROM portal_issuance") == [("", "")]
    client.post("/login/", {"username": "officer1", "password": passwords[0][2], "captcha_1": "PASSED"})
    assert client.get("/workbench/")["Location"] == "/account/password/"
    one.refresh_from_db()
    assert one.password.startswith("argon2")


def raw(sql: str) -> list[tuple]:
    """As it lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_all_is_written_down_without_passwords_and_numbers(boss):
    url = issue(boss, person(1, 手机="13812345678"), person(2))
    password = workbook_of(boss.post(f"{url}passwords/"))[1][2]
    kinds = list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["issue", "issue", "import", "export"]
    everything = str(list(AuditEntry.objects.values()))
    assert password not in everything
    assert "13812345678" not in everything


def test_a_second_confirmation_does_nothing(boss):
    url = issue(boss, person(1))
    with nothing_written():
        assert boss.post(f"{url}confirm/")["Location"] == url
    assert User.objects.filter(username="officer1").count() == 1


def test_the_template_is_the_sheet_that_is_read(boss, tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(boss.get(f"{START}template/").content)
    assert tuple(read_rows(path)[0]) == HEADS
    assert CITY in str(list(load_workbook(path)["说明"].values))
    book = load_workbook(path)
    book.worksheets[0].delete_rows(2)
    book.worksheets[0].append(person(1))
    out = io.BytesIO()
    book.save(out)
    assert upload(boss, out.getvalue()).status_code == 302


def test_every_fault_of_every_line_is_told_and_nothing_kept(boss, world):
    rows = [
        person(1),
        person(1),
        person(3, 姓名="", 手机="123"),
        person(4, 用户名="WH1"),
        person(5, 用户名="a b"),
        person(6, 机构="没有这个局"),
        person(7, 角色=Role.PROVINCE.label),
        (None,) * 6,
        person(8, 任职至="2020-01-01"),
        person(9, 任职至="明年"),
        person(10, 姓名="新\u202e人"),
    ]
    with nothing_written():
        answer = upload(boss, sheet(*rows))
    assert answer.status_code == 422
    assert faults(answer) == [
        (3, "用户名", "与第 2 行重复。"),
        (4, "姓名", "请填写。"),
        (4, "手机", "请填写 11 位手机号码。"),
        (5, "用户名", "该用户名已被使用。"),
        (6, "用户名", "用户名由 3 至 50 个小写字母、数字或 _ . @ - 组成。"),
        (7, "机构", "没有这个名称的市州科技局，或已停用。"),
        (8, "机构", "没有这个名称的省科技厅，或已停用。"),
        (10, "任职至", "任职截止日期已过。"),
        (11, "任职至", "请按 2026-12-31 的样子填写日期。"),
        (12, "姓名", "含有不可见的控制字符（U+202E），请删除后再试。"),
    ]
    assert "有 9 行需要改正，没有发放任何账号" in answer.content.decode()


@pytest.mark.parametrize(
    "role",
    ["系统管理员", "system_admin", "city", "admin", Role.SPECIALIST.label, Role.TEAM_MEMBER.label, "superuser", "=1+1"],
)
def test_roles_that_are_not_given_by_a_sheet(boss, role):
    answer = upload(boss, sheet(person(1, 角色=role)))
    assert [fault[1] for fault in faults(answer)] == ["角色"]


def test_a_formula_is_no_name(boss):
    answer = upload(boss, sheet(person(1, 姓名='=HYPERLINK("http://evil.cn")'), person(2, 用户名="=cmd|'/c calc'!A0")))
    assert {fault[1] for fault in faults(answer)} == {"姓名", "用户名"}
    assert not Issuance.objects.exists()


def test_what_people_typed_is_text_on_the_page(boss):
    page = upload(boss, sheet(person(1, 姓名="<script>alert(1)</script>"))).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (HEADS[:3], "缺少「机构」列。"),
        ((*HEADS, "系统管理员"), "不认识的列「系统管理员」。"),
        ((*HEADS, "姓名"), "「姓名」列出现了多次。"),
        (("甲",), "缺少「姓名」列。"),
    ],
)
def test_other_heads(boss, heads, words):
    answer = upload(boss, sheet(person(1), heads=heads))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_heads_in_another_order_and_optional_ones_left_out(boss):
    data = sheet((CITY, "武汉市科学技术局", "officer1", "周文博"), heads=("角色", "机构", "用户名*", "姓名*"))
    assert upload(boss, data).status_code == 302


def edited(change) -> bytes:
    """A right sheet whose XML somebody has changed by hand."""
    source, out = zipfile.ZipFile(io.BytesIO(sheet(person(1)))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                before, data = data, change(data)
                assert data != before
            target.writestr(name, data)
    return out.getvalue()


def xxe() -> bytes:
    """A cell that asks for a file of the server."""
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
    return edited(lambda data: data.replace(b"<worksheet", entity, 1).replace(b"officer1", b"&e;"))


def million() -> bytes:
    """Two rows that claim to be a million."""

    def change(data: bytes) -> bytes:
        data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:F1048576"', data)
        return data.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="A1048576"')

    return edited(change)


HOSTILE = {"xxe": xxe, "million": million} | {name: BAD[name][0] for name in ("bomb", "csv", "xls", "half", "nothing")}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_in_a_sentence(boss, name):
    with nothing_written():
        answer = upload(boss, HOSTILE[name]())
    assert answer.status_code == 422
    assert "root:" not in answer.content.decode()
    assert not User.objects.filter(username="officer1").exists()


def test_no_file_at_all(boss):
    assert boss.post(START).status_code == 422
    assert boss.post(START, {"file": "x"}).status_code == 422


# All or none, once, by who began it


def test_a_name_that_is_taken_meanwhile_stops_them_all(world, boss):
    url = upload(boss, sheet(person(1), person(2)))["Location"]
    issue(world.client("pa1"), person(2))
    with nothing_written():
        answer = boss.post(f"{url}confirm/")
    assert answer.status_code == 409
    assert "第 3 行「用户名」officer2：该用户名已被使用。" in answer.content.decode()
    assert not User.objects.filter(username="officer1").exists()
    Organisation.objects.filter(pk=world.bureaus["WH"].pk).update(active=False)
    assert "没有这个名称的市州科技局" in boss.post(f"{url}confirm/").content.decode()


def test_of_another_administrator_it_is_not_there(world, boss):
    url = upload(boss, sheet(person(1)))["Location"]
    other = world.client("pa1")
    assert other.get(url).status_code == 404
    assert other.post(f"{url}confirm/").status_code == 404
    boss.post(f"{url}confirm/")
    assert other.post(f"{url}passwords/").status_code == 404
    assert world.client("p1").get(url).status_code == 403


def test_after_a_day_nothing_is_left(boss):
    kept = upload(boss, sheet(person(1)))["Location"]
    issued = issue(boss, person(2))
    Issuance.objects.update(at=timezone.now() - timedelta(hours=25))
    call_command("housekeeping")
    assert raw("SELECT DISTINCT lines, passwords FROM portal_issuance") == [("", "")]
    assert "已过期" in boss.get(kept).content.decode()
    boss.post(f"{kept}confirm/")
    assert not User.objects.filter(username="officer1").exists()
    assert boss.post(f"{issued}passwords/")["Location"] == issued


def test_many_cost_the_same_queries(boss, django_assert_max_num_queries):
    rows = [person(n) for n in range(40)]
    with django_assert_max_num_queries(16):
        url = upload(boss, sheet(*rows))["Location"]
    with django_assert_max_num_queries(30):
        boss.post(f"{url}confirm/")
    assert User.objects.filter(username__startswith="officer").count() == 40


# City bureaus in one go


def bureaus(boss, officers: int = 2, pattern: str = "kjj-{代码}-{序号}"):
    return boss.post(f"{START}bureaus/", {"officers": officers, "pattern": pattern})


def test_accounts_for_all_city_bureaus(world, boss):
    """武汉 has two officers already, 宜昌 and 黄冈 one."""
    url = bureaus(boss)["Location"]
    boss.post(f"{url}confirm/")
    made = User.objects.filter(username__startswith="kjj-")
    assert made.count() == 2 * 17 - 4
    assert {user.role for user in made} == {Role.CITY}
    user = User.objects.get(username="kjj-422800-2")
    assert (user.real_name, [desk.name for desk in user.desks]) == ("恩施经办二", ["恩施州科学技术局"])
    assert not User.objects.filter(username__startswith="kjj-420100").exists()
    assert bureaus(boss)["Location"] == START
    assert "无需发放" in boss.get(START).content.decode()


def test_more_officers_later_are_the_missing_ones(world, boss):
    boss.post(f"{bureaus(boss, 1)['Location']}confirm/")
    User.objects.filter(username="kjj-421300-1").update(is_active=False)
    lines = roster.bureaus(2, "kjj-{代码}-{序号}")
    assert len(lines) == 17 * 2 - 4 - 14 + 1
    names = [line.cells["用户名"] for line in lines if "421300" in line.cells["用户名"]]
    assert names == ["kjj-421300-2", "kjj-421300-3"]


@pytest.mark.parametrize("pattern", ["kjj", "{代码}", "{序号}", "科技局{代码}{序号}", "", "a b{代码}{序号}"])
def test_patterns_that_are_none(boss, pattern):
    with nothing_written():
        assert bureaus(boss, 2, pattern).status_code == 422


@pytest.mark.parametrize("officers", ["0", "10", "x", "", "-1"])
def test_numbers_of_officers_that_are_none(boss, officers):
    assert bureaus(boss, officers).status_code == 422
