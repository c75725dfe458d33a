"""打包上传: each document comes to its case or is asked about; nothing twice, nothing wrong, nothing lost."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Notice
from agreements import services as agreements
from agreements.models import Agreement
from applications.models import Application
from attachments import intake as scans_in
from attachments import jobs, reading
from attachments.models import Intake, Job, StoredFile
from attachments.qr import Mark
from attachments.reading import Page
from review import intake as piles
from review.models import IntakeDocument
from tests.attachments import corpus, zip_corpus
from tests.world import World, paper

pytestmark = pytest.mark.django_db
PILE = "/review/intake/"
UNREAD, BLANK = Page(), Page(blank=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def scanner(world, monkeypatch):
    """What stands on the pages of the next scans, instead of looking: `scanner[name of file] = pages`."""
    scripted: dict[int, list[Page]] = {}

    def inspect(raw, clean, limits=None) -> int:
        clean.write_bytes(raw.read_bytes())
        with pikepdf.open(raw) as pdf:
            return len(pdf.pages)

    def read(pdf, pictures, count) -> Iterator[Page]:
        pictures.mkdir(exist_ok=True)
        for number in range(count):
            (pictures / f"{number}.jpg").write_bytes(b"\xff\xd8 page")
        with pikepdf.open(pdf) as document:
            yield from (scripted.get(int(page.mediabox[2]), UNREAD) for page in document.pages)

    monkeypatch.setattr("attachments.validation.inspect", inspect)
    monkeypatch.setattr(reading, "read", read)

    def scan(*pages: Page) -> bytes:
        """A PDF whose pages are known by their width."""
        pdf = pikepdf.new()
        for page in pages:
            width = 600 + len(scripted)
            scripted[width] = page
            pdf.add_blank_page(page_size=(width, 842))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()

    return scan


def text_of(response) -> str:
    return " ".join(strip_tags(response.content.decode()).split())


def sheet(case, *numbers: int, of: int = 3, revision: int = 0, turn: int = 0) -> list[Page]:
    """Pages of a case's paper; all of them where none are named."""
    code = case.revisions.get(number=revision or case.revision_number).code
    return [Page(Mark(code, number, of), turn) for number in numbers or range(1, of + 1)]


def stored_files() -> list:
    return list((Path(settings.MEDIA_ROOT) / "pdf").rglob("*.pdf"))


def brought(world: World, who: str, *files: bytes | tuple[str, bytes]) -> Intake:
    """Uploaded by hand, read by the worker."""
    uploads = [
        SimpleUploadedFile(*one) if isinstance(one, tuple) else SimpleUploadedFile(f"scan{number}.pdf", one)
        for number, one in enumerate(files)
    ]
    answer = world.client(who).post(PILE, {"scans": uploads})
    assert answer.status_code == 302, text_of(answer)
    jobs.run_all()
    intake = Intake.objects.latest("created")
    assert answer.url == f"{PILE}{intake.key}/"
    return intake


def verdicts(world: World, intake: Intake, who: str) -> list[tuple[str, str]]:
    return [(row.target.title if row.target else "", row.verdict) for row in piles.rows(intake, world.user(who))]


def filed(world: World, intake: Intake, who: str, rows: list[str] | None = None):
    """Confirm what is ticked (or `rows`) and let the worker do it."""
    client = world.client(who)
    if rows is None:
        rows = client.get(f"{PILE}{intake.key}/").context["picked"]
    answer = client.post(f"{PILE}{intake.key}/file/", {"rows": rows})
    jobs.run_all()
    return answer


def kept_pages(scan) -> list[tuple[int, int]]:
    """(width, rotation) of each page of a stored file."""
    with scan.file.open() as file, pikepdf.open(file) as pdf:
        return [(int(page.mediabox[2]), page.get("/Rotate", 0)) for page in pdf.pages]


# ---- what goes where ----


def test_a_pile_is_sorted_and_filed_with_one_confirmation(world, scanner):
    one, other = world.application("province", "s1"), world.application("approved", "s4")
    intake = brought(world, "wh1", scanner(*sheet(other, 2, 1, of=2), *sheet(one, 1, 2), *sheet(one, 3, turn=180)))
    assert [verdict for _, verdict in verdicts(world, intake, "wh1")] == ["fit", "fit"]
    assert not one.scans.exists()
    answer = filed(world, intake, "wh1")
    assert answer.url == f"/jobs/{Job.objects.latest('created').key}/"
    assert Job.objects.latest("created").url == f"{PILE}{intake.key}/"
    assert kept_pages(other.scans.get()) == [(601, 0), (600, 0)]
    assert kept_pages(one.scans.get()) == [(602, 0), (603, 0), (604, 180)]
    assert one.scans.get().file.uploaded_by == world.user("wh1")
    assert one.scans.get().revision == one.revision_number
    assert [verdict for _, verdict in verdicts(world, intake, "wh1")] == ["filed", "filed"]
    assert "已提交 2 份" in text_of(world.client("wh1").get(f"{PILE}{intake.key}/"))


def test_a_second_confirmation_does_nothing(world, scanner):
    one = world.application("province", "s1")
    intake = brought(world, "wh1", scanner(*sheet(one)))
    rows = world.client("wh1").get(f"{PILE}{intake.key}/").context["picked"]
    filed(world, intake, "wh1", rows)
    filed(world, intake, "wh1", rows)
    assert one.scans.count() == StoredFile.objects.count() == 1
    assert stored_files() == [one.scans.get().file.path]


def test_a_units_agreement_is_uploaded_for_its_leader_and_the_office_hears_of_it(world, scanner):
    case = world.team_agreement("saved")
    intake = brought(world, "u1", scanner(*sheet(case)))
    filed(world, intake, "u1")
    case = Agreement.objects.get(pk=case.pk)
    step = case.steps.latest("number")
    assert (case.state, step.action, step.actor, step.organisation) == (
        "archiving", "upload", world.user("u1"), case.application.unit,
    )  # fmt: skip
    assert Notice.objects.filter(user=case.owner, text__contains="上传扫描件").exists()
    world.perform(case, "archive")


def test_a_unit_has_no_button_for_it_and_cannot_post_it_without_a_scan(world):
    case = world.team_agreement("archiving")
    assert case.moves_for(world.user("u1")) == []
    data = {"rows": case.row_value, "action": "upload", "from": "case"}
    answer = world.client("u1").post("/review/agreements/decide/", data)
    assert "您无权办理这条记录" in text_of(answer)
    assert Agreement.objects.get(pk=case.pk).seen == case.seen


def test_paper_of_others_is_told_apart_without_saying_whose(world, scanner):
    foreign, agreement = world.application("province", "s2"), world.agreement("saved", "s4")
    team = world.team_application("province", "l1")
    stranger = Page(Mark("ZZZZZZZZZZZZ", 1, 1))
    pile = (*sheet(foreign), *sheet(agreement), *sheet(team), stranger)
    intake = brought(world, "wh1", scanner(*pile))
    assert [verdict for _, verdict in verdicts(world, intake, "wh1")] == ["not"] * 4
    client = world.client("wh1")
    answer = client.get(f"{PILE}{intake.key}/")
    page = text_of(answer)
    assert page.count("不属于本单位") == 3
    assert page.count("查验码在本系统中不存在") == 1
    for name in (foreign.applicant_name, agreement.application.applicant_name, team.applicant_name, team.team_name):
        assert name not in page
    rows, before = [f"{pk}:1" for pk in intake.documents.values_list("pk", flat=True)], StoredFile.objects.count()
    filed(world, intake, "wh1", rows)
    assert StoredFile.objects.count() == before
    # the unit whose paper it is may file its own, and nothing else of it
    intake = brought(world, "u1", scanner(*pile))
    assert [verdict for _, verdict in verdicts(world, intake, "u1")] == ["not", "not", "fit", "not"]


def test_paper_of_others_that_has_come_to_the_desk_is_called_by_its_name(world, scanner):
    pushed = world.application("docking", "s3")  # of 黄冈, to 武汉
    once = world.application("returned", "s2", returned_from="docking")  # of 宜昌, to 黄冈, who said no
    stale = sheet(once)
    once = world.perform(once, "submit")
    intake = brought(world, "wh1", scanner(*sheet(pushed)))
    page = text_of(world.client("wh1").get(f"{PILE}{intake.key}/"))
    assert f"这是{pushed.applicant_name}（个人）的个人申请表，它的盖章件不属于本单位" in page
    intake = brought(world, "hg1", scanner(*stale), scanner(*sheet(once)))
    page = text_of(world.client("hg1").get(f"{PILE}{intake.key}/"))
    assert page.count(f"这是{once.applicant_name}（个人）的个人申请表") == 1  # not the version that never came to it
    assert page.count("不属于本单位") == 2


def test_an_older_version_is_refused_before_and_at_the_filing(world, scanner):
    one = world.application("returned", "s1")
    stale = sheet(one)
    one = world.perform(one, "submit")
    intake = brought(world, "wh1", scanner(*stale), scanner(*sheet(one)))
    rows = piles.rows(intake, world.user("wh1"))
    assert [row.verdict for row in rows] == ["not", "fit"]
    assert "这是第 1 版，现在是第 2 版" in rows[0].notes[0]
    ticked = [row.value for row in rows if row.tickable]
    one = world.perform(world.return_it(one), "submit")  # meanwhile it has been returned and sent again
    filed(world, intake, "wh1", ticked)
    assert not one.scans.exists()
    assert "这是第 2 版，现在是第 3 版" in intake.documents.get(number=2).outcome


def test_missing_doubled_and_uncounted_pages_are_asked_about(world, scanner):
    one, other, third = (world.application("province", name) for name in ("s1", "s4", world.specialist("WH", "YC")))
    old = [Page(Mark(sheet(third)[0].mark.code))] * 2
    intake = brought(world, "wh1", scanner(*sheet(one, 1, 3), *sheet(other), *sheet(other, 2), *old))
    rows = piles.rows(intake, world.user("wh1"))
    assert [row.verdict for row in rows] == ["ask"] * 3
    assert [row.notes[0] for row in rows] == [
        "缺第 2 页", "第 2 页有重复，默认用先扫描的一张", "纸上没有页码信息，请核对页数和次序",
    ]  # fmt: skip
    assert world.client("wh1").get(f"{PILE}{intake.key}/").context["picked"] == []
    filed(world, intake, "wh1", [rows[1].value])  # a person has looked at the pages
    assert len(kept_pages(other.scans.get())) == 3
    assert not one.scans.exists()


def test_the_same_document_twice_in_a_pack_and_one_that_has_a_scan(world, scanner):
    one = world.application("province", "s1")
    filed(world, brought(world, "wh1", scanner(*sheet(one))), "wh1")
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD))
    (row,) = piles.rows(intake, world.user("wh1"))
    assert (row.verdict, row.notes) == ("ask", ["这一版已有盖章件"])
    piles.arrange(intake, None, code=row.document.code, pages=[(3, 0)], by=world.user("wh1"))
    rows = piles.rows(intake, world.user("wh1"))
    assert [row.verdict for row in rows] == ["ask", "ask"]
    filed(world, intake, "wh1", [row.value for row in rows])
    assert one.scans.count() == 2
    assert intake.documents.filter(filed=None).get().outcome == piles.TWICE


def test_closed_cases_and_the_twentieth_scan(world, scanner, monkeypatch):
    case = world.team_agreement("archived")
    intake = brought(world, "u1", scanner(*sheet(case)))
    (row,) = piles.rows(intake, world.user("u1"))
    assert (row.verdict, row.notes) == ("not", ["协议已归档，不能再替换扫描件。"])
    case = world.team_application("province", "l2", unit="u2")
    monkeypatch.setattr("review.scans.MAX_SCANS", 0)
    (row,) = piles.rows(brought(world, "u2", scanner(*sheet(case))), world.user("u2"))
    assert row.verdict == "not"


def test_a_case_that_has_moved_on_is_refused_and_the_others_go_through(world, scanner):
    first, second = (
        world.team_agreement("saved", "l1"),
        world.agree(world.team_application("approved", "l3", unit="u1"), "saved"),
    )
    intake = brought(world, "u1", scanner(*sheet(first), *sheet(second)))
    rows = world.client("u1").get(f"{PILE}{intake.key}/").context["picked"]
    world.walk(Agreement.objects.get(pk=first.pk), "saved")
    uploaded(world, first)
    filed(world, intake, "u1", rows)
    assert "上传扫描件" in intake.documents.get(number=1).outcome
    assert first.scans.count() == second.scans.count() == 1
    assert Agreement.objects.get(pk=second.pk).state == "archiving"


def uploaded(world: World, case: Agreement) -> None:
    case = Agreement.objects.get(pk=case.pk)
    agreements.upload_scan(case, actor=case.owner, seen=case.seen, upload=paper())


# ---- by hand ----


def test_what_could_not_be_read_is_filed_by_hand(world, scanner):
    one = world.application("province", "s1")
    intake = brought(world, "wh1", scanner(*sheet(one, 1), BLANK, UNREAD, UNREAD, UNREAD))
    client = world.client("wh1")
    page = client.get(f"{PILE}{intake.key}/")
    assert (page.context["loose"].unread, page.context["loose"].blank) == ([2, 3, 4], [1])
    picture = client.get(f"{PILE}{intake.key}/page/4/")
    assert (picture["Content-Type"], b"".join(picture.streaming_content)) == ("image/jpeg", b"\xff\xd8 page")
    address = f"{PILE}{intake.key}/1/"
    form = client.get(address)
    assert [at for at, *_ in form.context["pages"]] == [0, 2, 3, 4, 1]
    data = {"case": one.revisions.get().code, "code": "", **places({0: 1, 4: 2, 2: 3}, range(5)), "turn_4": "180"}
    assert client.post(address, data).status_code == 302
    (row,) = piles.rows(intake, world.user("wh1"))
    assert (row.verdict, row.document.pages) == ("fit", [[0, 0], [4, 180], [2, 0]])
    assert piles.loose(intake) == piles.Loose([3], [1], {})
    filed(world, intake, "wh1")
    assert [width for width, _ in kept_pages(one.scans.get())] == [600, 604, 602]


def places(chosen: dict[int, int], ats) -> dict[str, str]:
    return {f"place_{at}": str(chosen.get(at, "")) for at in ats} | {f"turn_{at}": "0" for at in ats}


def of_three_pages(html: str) -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    for _ in range(3):
        pdf.add_blank_page()
    pdf.save(out)
    return out.getvalue()


def test_a_new_document_by_its_code_or_from_the_list_and_taken_apart_again(world, scanner, monkeypatch):
    monkeypatch.setattr("attachments.pdf.render", of_three_pages)
    one, foreign = world.application("province", "s1"), world.application("province", "s2")
    intake = brought(world, "wh1", scanner(UNREAD, UNREAD))
    client, address = world.client("wh1"), f"{PILE}{intake.key}/new/"
    listed = [label for _, label in client.get(address).context["form"].fields["case"].choices]
    assert any(one.applicant_name in label for label in listed)
    assert not any(foreign.applicant_name in label for label in listed)
    code = one.revisions.get().code
    spoken = f" {code[:4].lower()} {code[4:]}-1/2"
    answer = client.post(address, {"code": spoken, **places({1: 1}, range(2))})
    assert answer.status_code == 302
    document = intake.documents.get()
    assert (document.code, document.pages, document.by_hand) == (code, [[1, 0]], True)
    (row,) = piles.rows(intake, world.user("wh1"))
    assert (row.verdict, row.notes) == ("ask", ["缺第 2、3 页", "已人工整理"])  # one of the three that were issued
    assert client.get(f"{PILE}{intake.key}/").context["picked"] == []
    client.post(f"{PILE}{intake.key}/{document.number}/apart/")
    assert not intake.documents.exists()
    assert piles.loose(intake).unread == [0, 1]


def test_the_whole_sheet_by_hand_leaves_no_doubt_and_a_part_of_it_does(world, scanner, monkeypatch):
    monkeypatch.setattr("attachments.pdf.render", of_three_pages)
    one, by = world.application("province", "s1"), world.user("wh1")
    code = one.revisions.get().code
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD, UNREAD, UNREAD))
    document = intake.documents.get()
    for pages, notes in (
        ([0, 1, 2], []),
        ([0, 2], ["缺第 2 页"]),
        ([0, 3, 2], []),  # the page that could not be read stands where one is missing
        ([0, 1, 2, 3], ["第 4 页多于应有的页数"]),
        ([0, 2, 1], ["页的次序与纸上的页码不一致"]),
        ([3, 4, 5], []),
        ([3, 4], ["缺第 3 页"]),
    ):
        piles.arrange(intake, document, code=code, pages=[(at, 0) for at in pages], by=by)
        (row,) = piles.rows(intake, by)
        assert (row.notes, row.verdict) == ([*notes, "已人工整理"], "ask" if notes else "fit"), pages


def test_a_page_that_somebody_has_left_out_is_listed_and_can_be_used_again(world, scanner):
    one, by = world.application("province", "s1"), world.user("wh1")
    code = one.revisions.get().code
    intake = brought(world, "wh1", scanner(*sheet(one), *sheet(one, 2)))
    page, address = world.client("wh1"), f"{PILE}{intake.key}/"
    assert "个人） 第 2 页扫描第 4 页" in text_of(page.get(address))  # a second copy
    piles.arrange(intake, intake.documents.get(), code=code, pages=[(0, 0), (3, 0)], by=by)
    assert [at for at, _ in page.get(address).context["coded"]] == [1, 2]
    assert piles.unfiled(intake) == 4
    filed(world, intake, "wh1", [row.value for row in piles.rows(intake, by)])
    assert piles.unfiled(intake) == 2
    assert [at for at, *_ in page.get(f"{address}new/").context["pages"]] == [1, 2]
    piles.arrange(intake, None, code=code, pages=[(1, 0), (2, 0)], by=by)
    assert page.get(address).context["coded"] == []


def test_a_page_of_one_document_is_not_offered_to_another_of_the_same_code(world, scanner):
    one, by = world.application("province", "s1"), world.user("wh1")
    code = one.revisions.get().code
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD))
    second = piles.arrange(intake, None, code=code, pages=[(3, 0)], by=by)
    assert piles.own_pages(intake, second) == [3]
    with pytest.raises(piles.Refused):
        piles.arrange(intake, second, code=code, pages=[(3, 0), (1, 0)], by=by)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"place_0": "1"}, "请选择这份材料是谁的"),
        ({"place_0": "1", "code": "ZZZZZZZZZZZZ"}, "请选择这份材料是谁的"),
        ({"place_0": "1", "code": "foreign"}, "请选择这份材料是谁的"),
        ({"place_0": "1", "case": "foreign"}, "请从列表中选择"),
        ({"place_0": "1", "code": "stale"}, "这是第 1 版"),
        ({"code": "own"}, "请至少选一页"),
        ({"place_0": "1", "place_1": "1", "code": "own"}, "位置相同"),
        ({"place_0": "x", "code": "own"}, "请填写整数"),
        ({"place_0": "1", "turn_0": "45", "code": "own"}, "请从列表中选择"),
    ],
)
def test_what_a_hand_may_not_do(world, scanner, data, words):
    stale = world.application("returned", "s4")
    codes = {"stale": stale.revisions.get().code}
    world.perform(stale, "submit")
    codes["own"] = world.application("province", "s1").revisions.get().code
    codes["foreign"] = world.application("province", "s2").revisions.get().code
    intake = brought(world, "wh1", scanner(UNREAD, UNREAD))
    data = places({}, range(2)) | {name: codes.get(value, value) for name, value in data.items()}
    answer = world.client("wh1").post(f"{PILE}{intake.key}/new/", data)
    assert answer.status_code in (409, 422)
    assert words in text_of(answer)
    assert not intake.documents.exists()


def test_a_page_with_a_code_goes_to_no_other_document(world, scanner):
    one, other = world.application("province", "s1"), world.application("province", "s4")
    intake = brought(world, "wh1", scanner(*sheet(one, of=1), *sheet(other, of=1), UNREAD))
    by = world.user("wh1")
    document = intake.documents.get(number=1)
    codes = [one.revisions.get().code, other.revisions.get().code]
    for pages, code in (
        ([(0, 0), (1, 0)], codes[0]),
        ([(0, 0)], codes[1]),
        ([(0, 0), (0, 0)], codes[0]),
        ([(9, 0)], codes[0]),
    ):
        with pytest.raises(piles.Refused):
            piles.arrange(intake, document, code=code, pages=pages, by=by)
    piles.arrange(intake, document, code=codes[0], pages=[(0, 0), (2, 0)], by=by)
    with pytest.raises(piles.Refused):  # the page is used by now
        piles.arrange(intake, None, code=codes[1], pages=[(2, 0)], by=by)


def test_a_document_arranged_anew_while_it_is_filed_is_not_filed_as_it_was(world, scanner, monkeypatch):
    one = world.application("province", "s1")
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD))
    stored = piles._stored

    def meanwhile(*args):
        piles.arrange(
            intake, intake.documents.get(), code=one.revisions.get().code, pages=[(0, 0)], by=world.user("wh1")
        )
        return stored(*args)

    monkeypatch.setattr(piles, "_stored", meanwhile)
    filed(world, intake, "wh1")
    assert not one.scans.exists()
    assert not StoredFile.objects.exists()


# ---- what comes in ----


def test_zips_pdfs_and_what_is_neither(world, scanner):
    one, other = world.application("province", "s1"), world.application("province", "s4")
    twice = scanner(*sheet(one))
    good = zip_corpus.packed(("某某/a.pdf", scanner(*sheet(other))), ("某某/说明.docx", b"x"), ("b.pdf", b"no pdf"))
    spoilt = zip_corpus.packed(("a.pdf", scanner(UNREAD)), ("b.pdf", b"%PDF-7.7")).replace(b"%PDF-7.7", b"%PDF-8.8")
    intake = brought(
        world, "wh1", ("一.pdf", twice), ("二.zip", good), ("三.pdf", twice), ("四.txt", b"x"),
        ("五.zip", zip_corpus.linked()), ("六.zip", spoilt),
    )  # fmt: skip
    assert intake.files == [["一.pdf", 3], ["二.zip／a.pdf", 3]]
    why = dict(intake.passed_over)
    assert why["四.txt"] == why["二.zip／说明.docx"] == "不是 PDF，没有处理"
    assert "不是 PDF" in why["二.zip／b.pdf"]
    assert why["三.pdf"] == "与「一.pdf」内容相同，没有重复处理"
    assert "不安全" in why["五.zip"]
    assert "已损坏" in why["六.zip"]
    assert [verdict for _, verdict in verdicts(world, intake, "wh1")] == ["fit", "fit"]
    assert "没有处理的文件" in text_of(world.client("wh1").get(f"{PILE}{intake.key}/"))


@pytest.mark.parametrize("data", [{}, {"scans": "text"}, {"scans": SimpleUploadedFile("a.exe", b"MZ")}])
def test_nothing_fit_is_said_so(world, data):
    answer = world.client("wh1").post(PILE, data)
    assert answer.status_code == 422
    assert "请选择盖章扫描件" in text_of(answer)
    assert not Intake.objects.exists()


def test_limits_of_pages_and_of_packs(world, scanner, monkeypatch):
    monkeypatch.setattr(scans_in, "MAX_PAGES", 4)
    monkeypatch.setattr(scans_in, "MAX_OPEN", 1)
    intake = brought(world, "wh1", scanner(UNREAD, UNREAD, UNREAD), scanner(UNREAD, UNREAD), scanner(BLANK))
    assert [pages for _, pages in intake.files] == [3, 1]
    assert "另行上传" in intake.passed_over[0][1]
    answer = world.client("wh1").post(PILE, {"scans": SimpleUploadedFile("a.pdf", corpus.GOOD)})
    assert answer.status_code == 422
    assert "没有办完" in text_of(answer)
    world.client("wh1").post(f"{PILE}{intake.key}/end/")
    brought(world, "wh1", scanner(UNREAD))


def test_large_packs_are_read_for_those_who_may_bring_them_and_for_nobody_else(world, monkeypatch):
    monkeypatch.setattr("attachments.uploadhandler.PATIENCE", 1000)
    monkeypatch.setattr("attachments.uploadhandler.LimitedUploadHandler.patience", 1000)
    big = SimpleUploadedFile("a.zip", b"x" * 5000)
    assert world.client("s1").post(PILE, {"scans": big}).status_code == 413
    big.seek(0)
    assert world.client().post(PILE, {"scans": big}).status_code == 413
    big.seek(0)
    assert world.client("wh1").post(PILE, {"scans": big}).status_code == 302


# ---- whose, and until when ----


def test_packs_are_their_owners(world, scanner):
    one = world.application("province", "s1")
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD))
    for who in ("wh2", "yc1"):
        client = world.client(who)
        for path in ("", "page/0/", "new/", "1/"):
            assert client.get(f"{PILE}{intake.key}/{path}").status_code == 404
        for path in ("file/", "end/", "read/", "1/apart/", "1/", "new/"):
            assert client.post(f"{PILE}{intake.key}/{path}").status_code == 404
    assert world.client("p1").get(f"{PILE}{intake.key}/").status_code == 403
    assert not Intake.objects.get().ended


def test_the_end_takes_the_scans_away_and_leaves_what_was_filed(world, scanner, media):
    one = world.application("province", "s1")
    intake = brought(world, "wh1", scanner(*sheet(one), UNREAD))
    filed(world, intake, "wh1")
    assert intake.upload(0).exists()
    client = world.client("wh1")
    client.post(f"{PILE}{intake.key}/end/")
    client.post(f"{PILE}{intake.key}/end/")
    assert not intake.folder.exists()
    assert one.scans.get().file.path.exists()
    assert "这批扫描件已结束" in text_of(client.get(f"{PILE}{intake.key}/"))
    for path in ("page/0/", "new/"):
        assert client.get(f"{PILE}{intake.key}/{path}").status_code == 404


def test_whoever_leaves_pages_unfiled_is_told_once_before_they_go(world, scanner):
    one = world.application("province", "s1")
    left = brought(world, "wh1", scanner(*sheet(one), UNREAD, BLANK))
    brought(world, "wh1", scanner(BLANK))
    assert piles.remind() == 0
    Intake.objects.update(created=timezone.now() - timedelta(days=26))
    assert (piles.remind(), piles.remind()) == (1, 0)
    notice = Notice.objects.get(user=world.user("wh1"), topic__startswith="intake:")
    assert notice.url == f"{PILE}{left.key}/"
    assert "还有 4 页没有提交" in notice.text


def test_pages_that_lay_on_their_side_are_told_as_those_upside_down(world, scanner):
    one = world.application("province", "s1")
    pages = (*sheet(one, 1, turn=90), *sheet(one, 2, turn=180), *sheet(one, 3, turn=270))
    (row,) = piles.rows(brought(world, "wh1", scanner(*pages)), world.user("wh1"))
    assert (row.verdict, row.notes) == ("fit", ["第 2 页原是倒的，已转正", "第 1、3 页原是横的，已转正"])


def test_an_empty_file_is_told_as_such(world, scanner):
    one, answer = world.application("province", "s1"), world.client("wh1").post(PILE, {"scans": empty("空.pdf")})
    assert answer.status_code == 422
    assert "文件是空的" in text_of(answer)
    pack = zip_corpus.packed(("空.pdf", b""), ("空2.pdf", b""))
    intake = brought(world, "wh1", ("好.pdf", scanner(*sheet(one))), ("空.pdf", b""), ("包.zip", pack))
    assert {why for _, why in intake.passed_over} == {"文件是空的，请重新扫描后上传"}
    assert len(intake.passed_over) == 3


def empty(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"")


def test_after_thirty_days_the_scans_go(world, scanner):
    intake = brought(world, "wh1", scanner(UNREAD))
    assert scans_in.expire() == 0
    Intake.objects.update(created=timezone.now() - timedelta(days=31))
    assert scans_in.expire() == 1
    assert not intake.folder.exists()


def test_reading_that_was_cancelled_is_begun_again(world, scanner):
    one = world.application("province", "s1")
    client = world.client("wh1")
    answer = client.post(PILE, {"scans": SimpleUploadedFile("a.pdf", scanner(*sheet(one)))})
    job = Job.objects.get()
    jobs.cancel(job)
    assert "重新识别" in text_of(client.get(answer.url))
    client.post(f"{answer.url}read/")
    client.post(f"{answer.url}read/")
    assert Job.objects.count() == 2
    jobs.run_all()
    assert client.get(answer.url).context["picked"]
    client.post(f"{answer.url}read/")
    assert Job.objects.count() == 2


# ---- whatever dies ----


def test_reading_begun_twice_makes_one_proposal(world, scanner, monkeypatch):
    """The first run dies when all is read but nothing written; the second finds its files in the way, and goes on."""
    one = world.application("province", "s1")
    keep = scans_in.keep

    def dies(*args):
        keep(*args)
        monkeypatch.setattr(scans_in, "keep", keep)
        raise KeyboardInterrupt

    monkeypatch.setattr(scans_in, "keep", dies)
    world.client("wh1").post(PILE, {"scans": SimpleUploadedFile("a.pdf", scanner(*sheet(one)))})
    with pytest.raises(KeyboardInterrupt):
        jobs.run_all()
    assert not IntakeDocument.objects.exists()
    jobs.run_all()
    assert IntakeDocument.objects.count() == 1
    assert Intake.objects.get().picture(0).exists()


@pytest.mark.parametrize("at", range(3))
def test_filing_that_dies_is_whole_or_absent_and_once(world, scanner, monkeypatch, at):
    """It dies as it files the document number `at` of two, or after both; then it is done again."""
    cases = [world.application("province", name) for name in ("s1", "s4")]
    intake = brought(world, "wh1", scanner(*sheet(cases[0]), *sheet(cases[1])))
    file, count = piles._file, 0

    def dies(*args, **kwargs):
        nonlocal count
        if count == at:
            raise KeyboardInterrupt
        count += 1
        answer = file(*args, **kwargs)
        if count == at == 2:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(piles, "_file", dies)
    with pytest.raises(KeyboardInterrupt):
        filed(world, intake, "wh1")
    assert not StoredFile.objects.exists()
    assert not IntakeDocument.objects.exclude(filed=None).exists()
    assert stored_files() == []
    monkeypatch.setattr(piles, "_file", file)
    jobs.run_all()
    assert [Application.objects.get(pk=case.pk).scans.count() for case in cases] == [1, 1]


def test_a_document_larger_than_one_file_may_be_is_refused_alone(world, scanner, monkeypatch):
    one, other = world.application("province", "s1"), world.application("province", "s4")
    intake = brought(world, "wh1", scanner(*sheet(one, of=2), *sheet(other, of=1)))
    monkeypatch.setattr("attachments.validation.MAX_PAGES", 1)
    assert [verdict for _, verdict in verdicts(world, intake, "wh1")] == ["not", "fit"]
    monkeypatch.setattr("attachments.validation.MAX_BYTES", 10)
    filed(world, intake, "wh1")
    assert "超过" in intake.documents.get(number=2).outcome
    assert not other.scans.exists()
