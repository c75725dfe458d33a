"""The specialist's agreement and papers, and the public page."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from agreements.models import Agreement
from applications.models import Batch
from tests.changes import nothing_written
from tests.world import agreement_values, paper

HOME, START, EDIT, AUTOSAVE, PAPERS = (f"/agreement/{name}" for name in ("", "start/", "edit/", "autosave/", "papers/"))


@pytest.fixture
def client(world):
    return world.client("s1")


def fresh() -> Agreement:
    return Agreement.objects.for_review().get()


def posted(**changes) -> dict:
    case = fresh()
    return {"version": case.version, "seen": case.seen} | posted_values(**changes)


def posted_values(**changes) -> dict:
    values = agreement_values() | changes
    targets = {f"target_{key}": count for key, count in values.pop("targets").items()}
    return values | targets


def text_of(response) -> str:
    return response.content.decode()


def bytes_of(response) -> bytes:
    """A file, read to its end and closed."""
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("state", ["draft", "initial", "final", "returned"])
def test_before_approval_the_page_says_why_not(world, client, state):
    case = world.application(state)
    for address in (HOME, PAPERS):
        assert f"您的申请当前状态为「{case.state_label}」。" in text_of(client.get(address))
    with nothing_written():
        assert client.post(START).url == HOME
        assert client.post(PAPERS, {"file": paper(), "seen": 0}).status_code == 404
    assert client.get(EDIT).status_code == 404


def test_from_approval_to_archive(world, client, no_pdf):
    world.application("approved")
    assert client.post(START).url == EDIT
    answer = client.post(EDIT, posted(work_plan=""))
    assert answer.status_code == 409
    assert "#id_work_plan" in text_of(answer)
    assert (fresh().state, fresh().host_contact) == ("blank", "赵四")  # kept, but no sheet is issued
    assert client.post(EDIT, posted()).url == PAPERS
    case = fresh()
    assert case.targets["courses"] == 4
    assert client.get(f"/agreement/{case.pk}/1/pdf/").status_code == 200
    assert client.post(PAPERS, {"file": paper(), "seen": case.seen}).url == PAPERS
    assert bytes_of(client.get(f"/agreement/{case.pk}/scan/1/")).startswith(b"%PDF-")
    province = world.client("p1")
    queue = "/review/agreements/queue/archiving/"
    assert case.number in text_of(province.get(queue))
    assert bytes_of(province.get(f"/agreement/{case.pk}/scan/1/")).startswith(b"%PDF-")
    province.post("/review/agreements/decide/", {"rows": fresh().row_value, "action": "archive", "queue": "archiving"})
    assert fresh().state == "archived"
    assert "已归档" in text_of(client.get(PAPERS))


def test_no_sheet_before_it_has_been_saved(world, client, no_pdf):
    case = world.agreement("blank")
    for revision in (0, 1):
        assert client.get(f"/agreement/{case.pk}/{revision}/pdf/").status_code == 404
    assert client.get(f"/agreement/{case.pk}/scan/1/").status_code == 404


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(world, client):
    world.agreement("blank")
    wrong = {
        "host_credit_code": "123", "committed_days": 367, "service_end": "2000-01-01", "host_name": "x" * 101,
        "sender_phone": "没有号码abc", "host_phone": "电话",
    }  # fmt: skip
    with nothing_written():
        answer = client.post(EDIT, posted(**wrong))
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    said = text_of(answer)
    assert "统一社会信用代码不正确" in said
    assert "没有提交，下列各项需要填写或修改" in said
    assert "不能大于 366。" in said
    assert "最多 100 个字，现有 101 个。" in said
    assert {one["url"] for one in answer.context["form"].problems()} == {f"#id_{name}" for name in wrong}


def test_what_a_refusal_is_about_is_marked_beside_its_field(world, client):
    world.agreement("blank")
    answer = client.post(EDIT, posted(work_plan=""))
    assert answer.status_code == 409
    assert set(answer.context["form"].errors) == {"work_plan"}
    assert "没有提交" not in text_of(answer)


def test_what_is_typed_saves_itself(world, client):
    world.agreement("blank")
    answer = client.post(AUTOSAVE, {"version": 0, "work_plan": "一半", "committed_days": "x"})
    assert (answer.status_code, answer.json()["version"], fresh().work_plan) == (200, 1, "一半")
    assert client.post(AUTOSAVE, {"version": 0, "work_plan": "旧的"}).status_code == 409
    assert client.post(AUTOSAVE, {"work_plan": "没有版本"}).status_code == 409
    assert fresh().work_plan == "一半"


@pytest.mark.parametrize("state", ["archiving", "archived"])
def test_once_with_the_province_it_is_locked(world, client, state):
    world.agreement(state)
    with nothing_written():
        assert client.get(EDIT).url == HOME
        assert client.post(EDIT, posted(work_plan="x")).status_code == 409
        assert client.post(AUTOSAVE, posted()).status_code == 409


@pytest.mark.parametrize("seen", ["", "0", "x", "99999999999999999999"])
def test_a_scan_with_a_forged_version_is_refused(world, client, seen):
    world.agreement("saved")
    answer = client.post(PAPERS, {"file": paper(), "seen": seen})
    assert answer.status_code == 409
    assert not fresh().scans.exists()


def test_an_unfit_scan_is_refused_with_its_sentence(world, client):
    world.agreement("saved")
    for data in ({}, {"file": "no file"}):
        answer = client.post(PAPERS, {"seen": fresh().seen, **data})
        assert answer.status_code == 422
        assert "请选择要上传的 PDF 文件" in text_of(answer)


def test_a_return_shows_its_words(world, client):
    world.agreement("returned")
    assert "请补充拟服务内容。" in text_of(client.get(PAPERS))


def test_the_province_lists_whom_it_was_submitted_with_not_who_is_being_typed(world, client):
    case = world.agreement("returned")
    was = case.host_name
    client.post(AUTOSAVE, {"version": case.version, "host_name": "还没有提交的公司"})
    assert fresh().host_name == "还没有提交的公司"
    page = text_of(world.client("p1").get("/review/agreements/records/"))
    assert was in page
    assert "还没有提交的公司" not in page
    Agreement.objects.update(frozen_host="")
    import_module("agreements.migrations.0004_frozen_columns_of_what_is_there").of_what_is_there(apps, None)
    assert fresh().frozen_host == was


# Another year


def next_year(world) -> None:
    now = timezone.now()
    world.batch = Batch.objects.create(
        name="2027年度", year=2027, office=world.office, opens_at=now - timedelta(hours=1),
        closes_at=now + timedelta(days=9),
    )  # fmt: skip


def test_who_is_approved_again_fills_in_another_agreement_and_keeps_the_first(world, client, no_pdf):
    first = world.agreement("archived")
    next_year(world)
    case = world.application("approved")
    for address in (HOME, PAPERS):
        page = text_of(client.get(address))
        assert first.number in page
        assert f"/agreement/{first.pk}/1/pdf/" in page
        assert f"/agreement/{first.pk}/scan/1/" in page
    assert START in text_of(client.get(HOME))
    assert "下一步：填写服务协议" in text_of(client.get("/workbench/"))
    assert client.post(START).url == EDIT
    assert client.get(EDIT).status_code == 200
    second = Agreement.objects.for_review().get(application=case)
    values = {"version": second.version, "seen": second.seen} | posted_values()
    assert client.post(EDIT, values).url == PAPERS
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.state, first.state) == ("saved", "archived")
    assert first.number in text_of(client.get(HOME))


@pytest.mark.parametrize("state", ["draft", "initial", "returned"])
def test_an_application_of_the_next_year_takes_no_agreement_away(world, client, state):
    """Neither the right to begin it, nor one that is under way."""
    case = world.application("approved")
    next_year(world)
    world.application(state)
    assert START in text_of(client.get(HOME))
    assert client.post(START).url == EDIT
    assert fresh().application == case
    assert client.get(EDIT).status_code == 200


# The public page


def test_anybody_may_check_a_sheet_and_learns_no_name(world):
    case = world.agreement("archived")
    anybody = world.client()
    for code in (case.revisions.get().code, case.application.revisions.get().code):
        spaced = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
        for answer in (
            anybody.get(f"/v/{code}"), anybody.get(f"/v/{code}-2-5"), anybody.get("/verify/", {"code": spaced}),
            anybody.get("/verify/", {"code": f"{code}-2/5"}),
        ):  # fmt: skip
            assert answer.status_code == 200
            page = text_of(answer)
            for personal in (
                case.owner.real_name, case.owner.mobile, case.owner.profile.id_number, "湖北省农业科学院", "王建国",
                case.host_contact, case.host_name, "420106",
            ):  # fmt: skip
                assert personal not in page
        assert "已归档" in page or "审核成功" in page


def test_an_unknown_code_is_not_found_and_says_so(world):
    answer = world.client().get("/v/ABCDEFGHJKLM")
    assert answer.status_code == 404
    assert "ABCDEFGHJKLM" in text_of(answer)
    assert world.client().get("/verify/").status_code == 200
    hostile = world.client().get("/verify/", {"code": "<script>alert(1)</script>" * 20})
    assert hostile.status_code == 404
    assert "<SCRIPT" not in text_of(hostile).replace("<script src", "")
