"""The six exports of what has been filled in: what stands in them, for whom, and what they leave behind."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import transaction

from accounts import services as accounts
from accounts.masks import mask_phone
from accounts.models import AuditEntry, Organisation, User
from accounts.parameters import DECLARED
from applications.models import Participant
from attachments import jobs
from attachments.models import Job
from stats import exports, services
from tests.stats.workbooks import post, sheets, table
from tests.world import PASSWORD, World, identity_number, mobile

FILLED = [export.code for export in exports.FILLED]
PEOPLE = (1, 5, 6, 7)  # s1, l1 and the members
REASON = "年度统计上报"
FULL = {"numbers": "on", "reason": REASON, "password": PASSWORD}


@pytest.fixture(scope="module")
def filled_of_module(world_of_module: World, django_db_blocker) -> Iterator[World]:
    """A personal applicant and a team, each with an agreement; made once, as `world` is."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("attachments.validation.inspect", lambda raw, clean: clean.write_bytes(raw.read_bytes()) and 1)
        world_of_module.agreement("archived")
        world_of_module.team_agreement("archived")
    return world_of_module


@pytest.fixture
def filled(filled_of_module: World, world: World) -> World:
    return deepcopy(filled_of_module)


def numbers_in(rows: list[dict]) -> set[tuple]:
    return {(row["证件号码"], row["手机"]) for row in rows}


def texts(answer) -> set[str]:
    return {str(value) for page in sheets(answer) for row in page.iter_rows(values_only=True) for value in row}


# What is exported


def test_personal_information_is_one_row_a_person(filled):
    rows = table(post(filled, "people"))
    assert [(row["类别"], row["团队名称"]) for row in rows] == [
        ("法人（负责人）", "l1团队"), ("法人（成员）", "l1团队"), ("法人（成员）", "l1团队"), ("个人", None),
    ]  # fmt: skip
    leader, member, _, alone = rows
    assert (alone["姓名"], alone["学历"], alone["农业科技产业链"]) == ("申报人乙", "博士研究生", "茶叶、优质稻米")
    assert member["工作单位"] == leader["工作单位"] == "湖北省农业科学院"
    assert (member["职称名称"], member["专业特长"]) == ("副研究员", "柑橘栽培与病虫害绿色防控")
    assert (leader["出生年月"], member["出生年月"]) == ("1990-01", None)  # of members the sheet says no more
    assert {row["当前状态"] for row in rows} == {"审核成功"}


def test_units_teams_organisations_agreements_and_duties(filled):
    (unit,) = table(post(filled, "units"))
    assert (unit["单位名称"], unit["当前状态"], type(unit["成立日期"])) == ("u1农业科学研究所", "审核通过", datetime)
    (team,) = table(post(filled, "teams"))
    assert (team["团队名称"], team["团队总人数"], len(team["成员"].split("、"))) == ("l1团队", 3, 2)
    (agreement,) = table(post(filled, "agreements"))
    assert (agreement["姓名"], agreement["推广新技术（项）"], agreement["带动增收（万元）"]) == ("申报人乙", 2, 0)
    assert (type(agreement["服务开始日期"]), agreement["每年服务天数"]) == (datetime, 60)
    (duty,) = table(post(filled, "duties"))
    assert (duty["团队名称"], len(duty["团队成员"].split("、"))) == ("l1团队", 3)
    assert len(table(post(filled, "organisations"))) == Organisation.objects.count()
    (city,) = table(post(filled, "organisations", f"kind=city&city={filled.bureaus['YC'].region_id}"))
    assert city["机构名称"] == "宜昌市科学技术局"


def test_what_was_submitted_and_never_a_draft(filled):
    filled.draft("s2", target_host="草稿公司")
    filled.write(filled.application("returned", "s3", target_host="第一版公司"), target_host="正在改写的公司")
    accounts.save_profile(user=filled.user("s3"), values={"work_unit": "正在改写的单位"})
    found = texts(post(filled, "people"))
    assert "第一版公司" in found
    assert not found & {"草稿公司", "正在改写的公司", "正在改写的单位"}


def test_of_a_version_that_was_withdrawn_a_desk_learns_nothing(filled):
    case = filled.application("returned", "s3", returned_from="province", target_host="第一版公司")
    case = filled.perform(filled.write(case, target_host="撤回的公司"), "submit")
    filled.perform(case, "withdraw")
    (row,) = [row for row in table(post(filled, "people")) if row["意向服务企业"] == "第一版公司"]
    assert (row["版本"], row["所在地市"]) == (1, None)
    assert row["当前状态"] == "本机构办理的是第 1 版，申请人已修改"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\x0b\ud800=1", "字" * 40_000])
def test_whatever_stands_in_the_database_every_cell_is_text(filled, monkeypatch, text):
    """X01, X02: in every column that reads what people wrote, those of dates and numbers too."""
    monkeypatch.setattr("stats.tables.Row.text", lambda row, key: text)
    for code in FILLED:
        page = sheets(post(filled, code))[0]
        kinds = {cell.data_type for row in page.iter_rows(min_row=2) for cell in row if cell.value is not None}
        assert kinds <= {"s", "n", "d"}, code  # none is a formula
        written = [cell for row in page.iter_rows(min_row=2) for cell in row if str(cell.value)[-2:] == text[-2:]]
        assert {cell.data_type for cell in written} <= {"s"}, code


# Personal numbers


def test_numbers_are_masked(filled):
    masked = {
        (f"{identity_number(n)[:6]}********{identity_number(n)[-4:]}", f"199****{mobile(n)[-4:]}") for n in PEOPLE
    }
    assert numbers_in(table(post(filled, "people"))) == masked


def test_in_full_with_a_reason_and_the_password_as_they_were_submitted(filled):
    """W06: what a member has changed since is a draft."""
    member = Participant.objects.filter(part="member")[0].user
    accounts.save_profile(user=member, values={"mobile": "13900000000"})
    answer = post(filled, "people", "kind=&name=申报人", **FULL)
    assert numbers_in(table(answer)) == {(identity_number(n), mobile(n)) for n in PEOPLE}
    (line,) = AuditEntry.objects.filter(kind="export")
    assert (line.actor, line.address, line.text) == (filled.user("p1"), "127.0.0.1", "导出个人信息 4 行，含完整号码")
    facts = {name: line.extra[name] for name in ("conditions", "rows", "numbers", "reason")}
    assert facts == {"conditions": "姓名：申报人", "rows": 4, "numbers": True, "reason": REASON}


def test_more_than_the_parameter_allows_is_an_alarm_in_the_trail(filled, monkeypatch):
    """Y08; how it is counted is tested with the trail."""
    few = replace(DECLARED["export.alarm_rows"], default=7)
    monkeypatch.setitem(DECLARED, few.key, few)
    for _ in range(2):
        assert not AuditEntry.objects.filter(kind="alarm").exists()
        table(post(filled, "people"))
    assert AuditEntry.objects.get(kind="alarm").extra == {"rows": 8}


@pytest.mark.parametrize(
    ("reason", "password", "words"),
    [
        ("", PASSWORD, "导出完整号码须填写原因。"),
        ("  ", PASSWORD, "导出完整号码须填写原因。"),
        (REASON, "", "导出完整号码须再次输入登录密码。"),
        (REASON, "wrong", "密码不正确。"),
    ],
)
def test_without_reason_or_password_nothing_goes_out_and_what_was_typed_stays(filled, reason, password, words):
    ticked = ["part", "profile_mobile"]
    answer = post(filled, "people", "kind=team", numbers="on", reason=reason, password=password, columns=ticked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert re.findall(r'name="columns" value="(\w+)" id="[\w-]+" data-tick checked', page) == ticked
    form = answer.context["form"]
    assert (form["reason"].value(), form["numbers"].value()) == (reason, True)
    assert PASSWORD not in page


def test_ten_wrong_passwords_an_hour(filled):
    for _ in range(10):
        post(filled, "people", **FULL | {"password": "wrong"})
    assert "尝试次数过多" in post(filled, "people", **FULL).content.decode()


def test_no_other_export_has_full_numbers(filled):
    secrets = {text for n in PEOPLE for text in (identity_number(n), mobile(n))}
    for code in FILLED:
        if code != "people":
            assert not texts(post(filled, code, **FULL)) & secrets, code
    assert not texts(post(filled, "selection-records", **FULL)) & secrets


PARTIES = ("派出单位联系电话", "服务企业联系电话")
CONTACTS = {
    "units": ("联系电话",),
    "organisations": ("联系电话", "联系人电话"),
    "agreements": PARTIES,
    "duties": PARTIES,
}


@pytest.mark.parametrize("code", CONTACTS)
def test_telephones_of_contacts_are_masked_and_full_with_a_reason(filled, code):
    Organisation.objects.update(phone="13900139000", contact_phone="13800138000")
    masked, whole = table(post(filled, code)), table(post(filled, code, **FULL))
    for label in CONTACTS[code]:
        numbers = [row[label] for row in whole if row[label] != "无"]
        assert numbers
        assert [row[label] for row in masked if row[label] != "无"] == [mask_phone(number) for number in numbers]
        assert not set(map(mask_phone, numbers)) & set(numbers)
    told = AuditEntry.objects.filter(kind="export").latest("pk").extra
    assert (told["numbers"], told["reason"]) == (True, REASON)


@pytest.mark.parametrize(
    ("code", "who"), [("hosts-records", "wh1"), ("hosts-confirmed", "wh1"), ("admission-records", "p1")]
)
def test_lists_with_telephones_too_to_whoever_has_the_list(filled, code, who):
    filled.host("h1")
    filled.unit("u1")
    Organisation.objects.update(contact_phone="13800138000")
    assert {row["联系电话"] for row in table(post(filled, code, who=who))} == {"138****8000"}
    assert post(filled, code, who=who, **FULL | {"reason": ""}).status_code == 422
    assert {row["联系电话"] for row in table(post(filled, code, who=who, **FULL))} == {"13800138000"}


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13800138000", "138****8000"), ("138 0013 8000", "138 **** 8000"),
        ("+8613800138000", "+861******8000"), ("027-87654321", "027-****4321"), ("87654321", "****4321"),
        ("无", "无"), ("", ""), ("8001", "8001"), ("１３８００１３８０００", "１３８****８０００"),
        ("13800138000、13900139000", "138********、*******9000"),
    ],
)  # fmt: skip
def test_how_a_telephone_is_masked(phone, masked):
    assert mask_phone(phone) == masked


# Who may


@pytest.mark.parametrize("who", ["s1", "wh1", "a1", "u1", "l1"])
def test_the_six_are_the_provinces(filled, who):
    """X03."""
    client = filled.client(who)
    assert {client.post(f"/statistics/export/{code}/").status_code for code in FILLED} == {403}
    assert filled.client().post("/statistics/export/people/").status_code == 302


# The page


def test_the_count_on_the_page_is_the_number_of_rows(filled):
    for code in FILLED:
        page = filled.client("p1").get(f"/statistics/export/{code}/")
        assert page.context["count"] == len(table(post(filled, code))), code


def test_the_address_remembers_columns(filled):
    page = filled.client("p1").get("/statistics/export/people/?kind=team&columns=part,nonsense,unit").content.decode()
    assert re.findall(r'value="(\w+)" id="[\w-]+" data-tick checked', page) == ["part", "unit"]
    assert '<input type="hidden" name="columns" value="part,unit">' in page
    assert "&amp;columns=part%2Cunit" in page or "?columns=part%2Cunit" in page  # a chip keeps them


def test_chosen_columns_in_their_own_order(filled):
    answer = post(filled, "people", columns=["state", "profile_real_name"])
    assert next(sheets(answer)[0].iter_rows(values_only=True)) == ("姓名", "当前状态")
    assert "请至少选择一列" in post(filled, "people", columns=[]).content.decode()
    assert post(filled, "people", columns=["state", "nonsense"]).status_code == 422


def test_the_last_sheet_and_the_file_name(filled):
    answer = post(filled, "people", "kind=team", **FULL)
    told = {row[0].value: row[1].value for row in sheets(answer)[-1].iter_rows()}
    assert (told["内容"], told["行数"], told["查询条件"]) == ("个人信息", "3", "类别：法人")
    assert told["导出人"].startswith("办理员")
    assert told["原因"] == REASON
    assert re.fullmatch(r'attachment; filename="export_people_\d{8}\.xlsx"', answer["Content-Disposition"])


# In the background


@pytest.fixture
def bounds(monkeypatch):
    monkeypatch.setattr(services, "PORTION", 1)
    return lambda rows: monkeypatch.setattr(services, "DIRECT_ROWS", rows)


def test_many_rows_are_made_in_the_background_just_the_same(filled, bounds):
    direct = table(post(filled, "people", **FULL))
    bounds(3)
    answer = post(filled, "people", **FULL)
    job = Job.objects.get()
    assert answer["Location"] == post(filled, "people", **FULL)["Location"] == f"/jobs/{job.key}/"
    assert PASSWORD not in str(job.args)
    recorded = AuditEntry.objects.filter(kind="export")
    before = recorded.count()
    jobs.run_all()
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.note) == ("done", 4, 4, "4 行")
    assert recorded.count() == before + 1
    assert recorded[0].address == "127.0.0.1"
    assert table(filled.client("p1").get(f"/jobs/{job.key}/file/")) == direct
    assert re.fullmatch(r"export_people_\d{8}\.xlsx", job.file_name)
    assert filled.client("p2").get(f"/jobs/{job.key}/file/").status_code == 404


def test_a_right_that_is_gone_ends_the_job(filled, bounds):
    bounds(3)
    post(filled, "people")
    User.objects.filter(username="p1").update(role="city")
    jobs.run_all()
    job = Job.objects.get()
    assert (job.status, job.note, job.file_name) == ("failed", "您已没有导出这些内容的权限。", "")


def test_a_cancelled_job_leaves_nothing(filled, bounds, monkeypatch):
    bounds(3)
    post(filled, "people")

    def cancelled(*args):
        raise jobs.Cancelled

    monkeypatch.setattr(jobs.Run, "progress", cancelled)
    jobs.run_all()
    job = Job.objects.get()
    assert (job.status, job.file_name) == ("cancelled", "")
    assert not AuditEntry.objects.filter(kind="export").exists()


def test_too_many_open_jobs_are_told_and_the_ticks_stay(filled, bounds, monkeypatch):
    bounds(0)
    monkeypatch.setattr(jobs, "MAX_OPEN", 1)
    post(filled, "people")
    answer = post(filled, "teams", columns=["team"])
    assert answer.status_code == 422
    assert "任务在等待或进行" in answer.content.decode()
    assert answer.context["ticked"] == ["team"]
