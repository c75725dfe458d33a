"""服务协议: when it opens, what it freezes, its number, its scans."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.validators import clean_code_or_none
from agreements import services
from agreements.counters import in_words
from agreements.documents import PERSONAL_SECTIONS
from agreements.models import Agreement, AgreementScan, NumberSeries
from agreements.selectors import closed_reason, sheet_of
from agreements.sheets import agreement_sheet
from attachments.models import StoredFile
from attachments.sheets import printed
from review.refusal import Refused
from tests.changes import nothing_written, undone
from tests.world import agreement_values, paper


def stored_files() -> set[Path]:
    return set(Path(settings.MEDIA_ROOT).rglob("*.pdf"))


def refused(call, *args, **kwargs) -> str:
    """The sentence; nothing is written to the database nor kept on the disk."""
    before, rows = stored_files(), StoredFile.objects.count()
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert (stored_files(), StoredFile.objects.count()) == (before, rows)
    return caught.value.reason


def upload(world, case, *, seen: int | None = None, file=None) -> Agreement:
    return services.upload_scan(
        case, actor=case.owner, seen=case.seen if seen is None else seen, upload=file or paper()
    )


# Opening


@pytest.mark.parametrize("state", ["draft", "initial", "province", "push", "docking", "final", "returned"])
def test_it_opens_only_after_approval_and_says_why(world, state):
    case = world.application(state)
    with nothing_written():
        reason = refused(services.open_agreement, case, actor=case.owner)
    assert reason == (
        f"服务协议在个人申请表通过省厅终审（审核成功）后才能填写。您的申请当前状态为「{case.state_label}」。"
    )
    assert closed_reason(None).endswith("您还没有填写申请表。")


def test_it_opens_once_and_knows_what_is_known(world):
    case = world.agreement("blank")
    assert (case.speciality, case.sender_name, case.host_name, case.host_address) == (
        "柑橘栽培与病虫害绿色防控", "湖北省农业科学院", "三峡柑橘专业合作社", "茅坪镇建设路18号",
    )  # fmt: skip
    with nothing_written():
        assert services.open_agreement(case.application, actor=case.owner) == case


# Saving


def test_each_empty_field_is_named_with_its_place(world):
    case = world.agreement("blank")
    for name in [name for _, names in PERSONAL_SECTIONS for name in names]:
        field = Agreement._meta.get_field(name)
        values = agreement_values() | {name: None if field.null else "\u3000"}
        with undone():
            saved = services.save_agreement(case, actor=case.owner, version=case.version, values=values)
            with pytest.raises(Refused) as caught:
                world.perform(saved, "save")
            assert [(problem.message, problem.url) for problem in caught.value.problems] == [
                (f"「{field.verbose_name}」未填写", f"/agreement/edit/#id_{name}")
            ]
            assert not case.revisions.exists()


def test_each_save_is_a_revision_and_the_number_stays(world):
    case = world.agreement("saved")
    first = case.number
    assert first == f"鄂科特〔{world.batch.year}〕个-0001"
    case = services.save_agreement(case, actor=case.owner, version=case.version, values={"host_name": "另一家合作社"})
    case = world.perform(case, "save")
    assert (case.number, case.revision_number, case.state) == (first, 2, "saved")
    assert [row.document.texts()["host_name"] for row in case.revisions.all()] == ["三峡柑橘专业合作社", "另一家合作社"]
    assert len(set(case.revisions.values_list("code", flat=True))) == 2


def test_numbers_count_up_within_a_year(world):
    cases = [world.agreement("saved", owner) for owner in ("s1", "s2", "s3")]
    assert [case.number[-5:] for case in cases] == ["-0001", "-0002", "-0003"]
    assert NumberSeries.objects.get().last == 3


def test_the_database_refuses_a_number_that_is_taken(world):
    first, second = world.agreement("saved", "s1"), world.agreement("saved", "s2")
    second.number = first.number
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_a_stale_tab_and_a_stranger_save_nothing(world):
    case = world.agreement("blank")
    services.save_agreement(case, actor=case.owner, version=0, values={"host_name": "先保存的"})
    with nothing_written():
        assert "另一个窗口" in refused(services.save_agreement, case, actor=case.owner, version=0, values={})
        with pytest.raises(Agreement.DoesNotExist):
            services.save_agreement(case, actor=world.user("s2"), version=1, values={})


@pytest.mark.parametrize("state", ["archiving", "archived"])
def test_once_a_scan_lies_with_the_province_nothing_is_rewritten(world, state):
    case = world.agreement(state)
    with nothing_written():
        assert "不能修改" in refused(services.save_agreement, case, actor=case.owner, version=case.version, values={})


def test_after_a_return_it_may_be_rewritten_and_then_needs_a_new_scan(world):
    case = world.agreement("returned")
    case = services.save_agreement(case, actor=case.owner, version=case.version, values={"work_plan": "每月六天"})
    case = world.perform(case, "save")
    assert (case.state, case.revision_number) == ("saved", 2)
    assert refused(world.perform, case, "upload") == "请先上传本版协议的盖章扫描件"
    case = upload(world, case)
    assert [(scan.number, scan.revision) for scan in case.scans.all()] == [(1, 1), (2, 2)]


def test_what_a_specialist_saves_the_province_sees_but_no_city(world):
    case = world.agreement("saved")
    for name, sees in (("p1", True), ("wh1", False), ("yc1", False), ("hg1", False), ("s2", False), ("a1", False)):
        assert Agreement.objects.visible_to(world.user(name)).filter(pk=case.pk).exists() == sees, name


# Scans


def test_scans_are_versions_and_the_archived_one_is_the_last(world):
    case = world.agreement("archiving")
    case = upload(world, case)
    assert (case.state, case.scans.count()) == ("archiving", 2)
    case = world.perform(case, "archive")
    assert refused(upload, world, case) == "协议已归档，不能再替换扫描件。"
    assert case.scans.count() == 2


def test_before_saving_there_is_nothing_to_seal(world):
    case = world.agreement("blank")
    assert refused(upload, world, case) == "请先填写并提交服务协议，再上传盖章扫描件。"


def test_a_scan_for_what_was_not_seen_is_not_kept(world):
    case = world.agreement("saved")
    seen = case.seen
    services.save_agreement(case, actor=case.owner, version=case.version, values={"work_plan": "每月六天"})
    world.perform(case, "save")
    assert "请刷新后再办理" in refused(upload, world, case, seen=seen)
    assert not AgreementScan.objects.exists()


def test_an_unfit_file_moves_nothing(world):
    case = world.agreement("saved")
    with nothing_written(), pytest.raises(ValidationError):
        upload(world, case, file=SimpleUploadedFile("协议.pdf", b"<html>", "application/pdf"))


def test_a_stranger_uploads_nothing(world):
    case = world.agreement("saved")
    before = stored_files()
    with nothing_written(), pytest.raises(Agreement.DoesNotExist):
        services.upload_scan(case, actor=world.user("s2"), seen=case.seen, upload=paper())
    assert stored_files() == before


def test_there_is_an_end_to_replacing(world, monkeypatch):
    monkeypatch.setattr("review.scans.MAX_SCANS", 2)
    case = upload(world, world.agreement("archiving"))
    assert refused(upload, world, case) == "最多上传 2 次，请联系系统管理员。"


def test_the_province_does_not_archive_its_own_officers_agreement(world):
    case = world.agreement("archiving")
    world.twin("p1", "s1")
    assert refused(world.perform, case, "archive", "p1") == "不能办理本人的申请。"
    assert world.perform(case, "archive", "p2").state == "archived"


# Public verification


def test_a_code_tells_whether_a_sheet_is_genuine_and_current(world):
    case = world.agreement("returned")
    code = case.revisions.get().code
    sheet = sheet_of(code)
    assert (sheet.kind, sheet.number, sheet.revision, sheet.state, sheet.current) == (
        "个人服务协议", case.number, 1, "扫描件已退回", True,
    )  # fmt: skip
    services.save_agreement(case, actor=case.owner, version=case.version, values={"work_plan": "每月六天"})
    world.perform(case, "save")
    old = sheet_of(code)
    assert (old.revision, old.current, old.state) == (1, False, "")
    assert sheet_of(case.application.revisions.get().code).kind == "个人申请表"


@pytest.mark.parametrize("code", ["", "x", "ABCDEFGHJKLM", "0" * 12, "I" * 12, "字" * 12, "A" * 500])
def test_any_other_code_is_unknown(world, code):
    assert sheet_of(code) is None


# Values


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("无", True),
        ("91110000600037341L", True),
        ("91110000600037341M", False),
        ("9111000060003734", False),
        ("９１１１００００６０００３７３４１Ｌ", False),
    ],
)
def test_credit_codes(code, good):
    if good:
        clean_code_or_none(code)
    else:
        with pytest.raises(ValidationError):
            clean_code_or_none(code)


def test_targets_in_words():
    assert in_words({"courses": 4, "new_techniques": 2, "demo_bases": 0}) == "推广新技术 2 项；举办培训班 4 场次"
    assert in_words({}) == "无"


def test_a_service_that_ends_before_it_begins(world):
    case = world.agreement("blank")
    values = agreement_values() | {"service_end": timezone.localdate() - timedelta(days=1)}
    case = services.save_agreement(case, actor=case.owner, version=case.version, values=values)
    assert refused(world.perform, case, "save") == "服务结束日期不能早于开始日期"


def test_the_scan_of_something_else_is_told_by_its_code(world, monkeypatch):
    """The wrong file chosen, or an older print: said at once, nothing kept. What can't be read is for the office."""
    monkeypatch.setattr("review.scans.LOOKED_AT", 2)
    mine, other = world.agreement("saved", "s1"), world.agreement("saved", "s2")

    def sheet(case: Agreement, number: int) -> SimpleUploadedFile:
        file = printed(agreement_sheet(case, case.revisions.get(number=number)))
        return SimpleUploadedFile("扫描件.pdf", file.read_bytes(), "application/pdf")

    def reason(file: SimpleUploadedFile) -> str:
        before = stored_files()
        with pytest.raises(ValidationError) as caught:
            upload(world, mine, file=file)
        assert stored_files() == before
        return caught.value.messages[0]

    code = other.revisions.get().code
    assert reason(sheet(other, 1)) == f"第 1 页的查验码是 {code}，这是另一份材料的扫描件，请核对后重新选择文件。"
    mine = services.save_agreement(mine, actor=mine.owner, version=mine.version, values=agreement_values())
    mine = world.perform(mine, "save")
    assert reason(sheet(mine, 1)) == ("这是第 1 版的扫描件，现在是第 2 版，请打印最新版本，盖章后重新上传。")
    assert upload(world, mine, file=sheet(mine, 2)).state == "archiving"
    assert upload(world, other, file=paper()).state == "archiving"
