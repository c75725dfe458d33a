"""审核附件: what the first desk has sealed is checked by the province, upload by upload, beside the application."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags

from accounts.models import Notice
from applications import services
from applications.models import Application, SealedSheet
from review.history import faults
from review.refusal import Refused
from review.services import perform_many
from tests.world import WORDS, World, paper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pdf")]
QUEUE = "/review/sealed/queue/checking/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def seal(world: World, case: Application, who: str = "wh1") -> SealedSheet:
    upload = SimpleUploadedFile("盖章.pdf", paper().read(), "application/pdf")
    services.upload_sealed(Application.objects.for_review().get(pk=case.pk), actor=world.user(who), upload=upload)
    return SealedSheet.objects.for_review().get(application=case)


def lines(world: World, who: str) -> list[str]:
    return [str(one) for one in Notice.objects.filter(user=world.user(who), topic="").order_by("pk")]


def decide(world: World, sheets, action: str, **data):
    data = {"rows": [sheet.row_value for sheet in sheets], "action": action, "queue": "checking", **data}
    return world.client("p1").post("/review/sealed/decide/", data, follow=True)


# The province's queue


def test_an_upload_lies_with_the_province_and_leaves_the_application_where_it_is(world):
    case = world.application("initial")
    sheet = seal(world, case)
    assert (sheet.state, sheet.desk, sheet.owner) == ("checking", world.office, world.user("wh1"))
    after = Application.objects.get(pk=case.pk)
    assert (after.state, after.seen, after.desk_id) == (case.state, case.seen, case.desk_id)
    page = world.client("p1").get(QUEUE)
    assert [one.pk for one in page.context["rows"]] == [sheet.pk]
    assert "审核附件归档" in text_of(page)
    for who in ("wh1", "yc1", "s1", "a1"):
        assert world.client(who).get(QUEUE).status_code == 403, who
    assert list(faults(SealedSheet)) == []


def test_one_is_judged_beside_what_was_issued(world):
    sheet = seal(world, world.application("docking"))
    page = world.client("p1").get(f"/review/sealed/case/{sheet.pk}/?queue=checking")
    text = page.content.decode()
    assert f"/application/{sheet.pk}/1/pdf/?view=pages" in text
    assert f"/application/{sheet.pk}/sealed/1/?view=pages" in text
    assert "「退回」后通知：上传人" in text
    world.perform(sheet, "archive", "p1")
    assert SealedSheet.objects.get().state == "archived"


def test_many_ticked_go_together_and_a_return_asks_for_words(world):
    first, second = (seal(world, world.application("province", name)) for name in ("s1", "s4"))
    third = seal(world, world.application("province", "s2"), "yc1")
    answer = decide(world, [first, second, third], "return")
    assert answer.status_code == 422
    assert "请填写退回意见" in text_of(answer)
    decide(world, [first, second], "return", comment=WORDS)
    decide(world, [third], "archive")
    states = dict(SealedSheet.objects.values_list("pk", "state"))
    assert states == {first.pk: "returned", second.pk: "returned", third.pk: "archived"}
    assert [step.comment for step in first.steps.filter(action="return")] == [WORDS]
    assert list(faults(SealedSheet)) == []


def test_a_decision_is_on_what_was_seen(world):
    case = world.application("province")
    seen = seal(world, case)
    seal(world, case, "wh2")
    with pytest.raises(Refused, match="重新上传"):
        world.perform(seen, "archive", "p1", seen=seen.seen)
    assert SealedSheet.objects.get().state == "checking"


def test_what_was_archived_by_mistake_is_sent_back(world):
    sheet = world.perform(seal(world, world.application("province")), "archive", "p1")
    assert [one.pk for one in world.client("p1").get("/review/sealed/queue/archived/").context["rows"]] == [sheet.pk]
    sheet = world.return_it(sheet)
    assert sheet.state == "returned"


# The desk that uploads


def test_who_uploaded_is_told_and_may_upload_again(world):
    case = world.application("province")
    world.return_it(seal(world, case))
    (line,) = lines(world, "wh1")
    assert line.startswith(f"您的审核附件（申报人乙）：{world.office.name}已「退回」。请在")
    assert line.endswith(f"退回意见：{WORDS}")
    assert Notice.objects.get(user=world.user("wh1"), topic="").url == f"/application/{case.pk}/seal/"
    page = text_of(world.client("wh2").get(f"/application/{case.pk}/seal/"))  # a colleague reads it as well
    assert WORDS in page
    assert "已退回" in page
    answer = world.client("wh2").post(f"/application/{case.pk}/seal/", {"file": paper()}, follow=True)
    assert "等待省科技厅核对" in text_of(answer)
    sheet = SealedSheet.objects.for_review().get()
    assert (sheet.state, sheet.owner, sheet.revision_number) == ("checking", world.user("wh2"), 2)
    world.perform(sheet, "archive", "p1")
    assert lines(world, "wh2") == [f"您的审核附件（申报人乙）：{world.office.name}已「归档」，当前状态为「已归档」。"]
    page = text_of(world.client("wh1").get("/papers/sealed/"))
    assert f"已退回：{WORDS}" in page
    assert "已归档" in page


def test_before_an_upload_it_is_said_who_gets_it(world):
    case = world.application("province")
    code, intake = case.revisions.get().code, world.intake("wh1")
    intake.documents.update(code=code)
    for state in ("awaited", "checking", "returned"):
        page = text_of(world.client("wh1").get(f"/application/{case.pk}/seal/"))
        assert f"上传后通知：{world.office.name}" in page, state
        page = text_of(world.client("wh1").get(f"/review/intake/{intake.key}/"))
        assert f"提交个人申请表后通知：{world.office.name}" in page, state
        if state == "awaited":
            seal(world, case)
        elif state == "checking":
            world.return_it(SealedSheet.objects.for_review().get())


def test_one_line_tells_of_all_that_were_decided_together(world):
    sheets = [seal(world, world.application("province", name)) for name in ("s1", "s4")]
    seen = {sheet.pk: sheet.seen for sheet in sheets}
    perform_many(SealedSheet, "return", seen, actor=world.user("p1"), comment=WORDS)
    (line,) = lines(world, "wh1")
    assert "申报人乙等 2 份" in line
    assert WORDS in line
    assert Notice.objects.get(user=world.user("wh1"), topic="").url == "/papers/"


def test_a_unit_and_its_team(world):
    case = world.team_application("province")
    sheet = world.return_it(seal(world, case, "u1"))
    assert WORDS in text_of(world.client("u1").get("/papers/sealed/"))
    assert world.client("u1").get(f"/review/sealed/case/{sheet.pk}/").status_code == 200
    for who in ("wh1", "yc1"):
        assert world.client(who).get(f"/review/sealed/case/{sheet.pk}/").status_code == 404, who


def test_what_is_archived_is_not_replaced_until_there_is_a_new_version(world):
    case = world.application("province")
    world.perform(seal(world, case), "archive", "p1")
    with pytest.raises(Refused, match="已归档"):
        seal(world, case)
    assert case.scans.count() == 1
    assert "已归档" in text_of(world.client("wh1").get(f"/application/{case.pk}/seal/"))
    case = world.perform(world.return_it(case), "submit")
    sheet = seal(world, case)
    assert (sheet.state, sheet.of_revision) == ("checking", 2)
    papers = text_of(world.client("p1").get("/papers/sealed/"))
    assert "第 1 版" in papers
    assert "，已归档" in papers  # the copy of before stays what it is


def test_an_overtaken_copy_stays_and_the_province_is_told(world):
    case = world.application("province")
    sheet = seal(world, case)
    world.perform(world.return_it(case), "submit")
    assert SealedSheet.objects.get().state == "checking"
    page = text_of(world.client("p1").get(f"/review/sealed/case/{sheet.pk}/?queue=checking"))
    assert "这份盖章件对应第 1 版，申请现为第 2 版" in page
    assert "第 1 版（现为第 2 版）" in text_of(world.client("p1").get(QUEUE))


def test_a_copy_of_what_the_applicant_takes_back_goes_with_it(world):
    case = world.application("initial")
    sheet = seal(world, case)
    world.perform(case, "withdraw")
    assert SealedSheet.objects.get().state == "awaited"
    for who in ("p1", "wh1"):
        assert world.client(who).get(f"/review/sealed/case/{sheet.pk}/").status_code == 404, who
        assert not world.client(who).get("/papers/sealed/").context["rows"]
    world.perform(Application.objects.for_review().get(pk=case.pk), "submit")
    assert seal(world, case).state == "checking"
    assert list(faults(SealedSheet)) == []


def test_who_uploaded_may_take_it_back_and_a_colleague_may_not(world):
    sheet = seal(world, world.application("province"))
    address = f"/review/sealed/case/{sheet.pk}/"
    assert [move.action for move in world.client("wh2").get(address).context["moves"]] == []
    assert [move.action for move in world.client("wh1").get(address).context["moves"]] == ["withdraw"]
    data = {"rows": sheet.row_value, "action": "withdraw", "from": "case"}
    assert world.client("wh2").post("/review/sealed/decide/", data).status_code == 409
    assert world.client("wh1").post("/review/sealed/decide/", data).status_code == 302
    assert SealedSheet.objects.get().state == "awaited"


def test_whoever_is_not_the_first_desk_any_more_uploads_nothing(world):
    case = world.application("province")
    for who in ("yc1", "p1", "s1"):
        with pytest.raises(Refused):
            seal(world, case, who)
    assert not case.scans.exists()
    assert not SealedSheet.objects.exists()


# What was there before


def test_what_had_been_uploaded_before_waits_to_be_checked(world):
    stays, gone, team = (
        world.application("province"),
        world.application("initial", "s4"),
        world.team_application("push"),
    )
    for case, who in ((stays, "wh1"), (stays, "wh1"), (gone, "wh1"), (team, "u1")):
        seal(world, case, who)
    world.perform(gone, "withdraw")
    before = snapshot()
    for related in ("handlings", "steps", "revisions"):
        SealedSheet.related(related).objects.all()._raw_delete("default")
    SealedSheet.objects.all()._raw_delete("default")
    import_module("applications.migrations.0018_sealed_sheets_of_what_is_there").of_what_is_there(apps, None)
    assert snapshot() == before
    assert list(faults(SealedSheet)) == []


def snapshot() -> list:
    names = ("pk", "state", "desk", "owner", "step_count", "revision_number", "of_revision")
    handlings = SealedSheet.related("handlings").objects.order_by("case", "organisation")
    revisions = SealedSheet.related("revisions").objects.order_by("case", "number")
    return [
        *SealedSheet.objects.order_by("pk").values_list(*names),
        *handlings.values_list("case", "organisation", "revision", "state"),
        *revisions.values_list("case", "number", "content"),
    ]
