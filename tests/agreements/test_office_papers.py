"""「附件上传/下载」 of offices: the tabs, one paper at once, many as a zip or bound, and never one too many."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from guardian.shortcuts import remove_perm

from accounts.models import AuditEntry, User
from accounts.parameters import DECLARED
from applications import services
from attachments import bundles, jobs, workbook
from attachments.models import Job
from attachments.press import Press
from attachments.sheets import printed
from review import papers
from review.papers import Wish
from tests.changes import nothing_written
from tests.world import paper

pytestmark = pytest.mark.django_db
LABELS = ["个人申请", "团队申请", "单位附件", "审核附件", "个人服务协议", "团队服务协议"]


def sheet_of(pages: int = 1) -> bytes:
    pdf, out = pikepdf.Pdf.new(), io.BytesIO()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    pdf.save(out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def typeset(monkeypatch, settings, tmp_path) -> list[str]:
    """Pages that were typeset. In this process and at no cost: the press has tests of its own."""
    settings.MEDIA_ROOT = tmp_path
    pages: list[str] = []
    monkeypatch.setattr("attachments.pdf.render", lambda html: pages.append(html) or sheet_of())

    def through(press, pairs):
        for of, page in pairs:
            yield of, printed(page) if isinstance(page, str) else page

    monkeypatch.setattr(Press, "through", through)
    return pages


def seal(world, case, who: str = "wh1", name: str = "盖章.pdf"):
    upload = SimpleUploadedFile(name, paper().read(), "application/pdf")
    services.upload_sealed(case, actor=world.user(who), upload=upload)
    return case


def post(world, who: str, kind: str, cases=(), **data):
    rows = [case.pk for case in cases]
    return world.client(who).post(f"/papers/{kind}/bundle/", {"rows": rows, "way": "zip", **data})


def made(world, who: str, kind: str, cases=(), **data) -> tuple[Job, bytes]:
    """The file that a bundle becomes."""
    answer = post(world, who, kind, cases, **data)
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.key}/"
    jobs.run_all()
    job.refresh_from_db()
    return job, job.path.read_bytes() if job.path.exists() else b""


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        return bundle.namelist()


def listed(data: bytes, tmp_path) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        path = tmp_path / "list.xlsx"
        path.write_bytes(bundle.read(bundles.LIST))
    return workbook.read_rows(path)


# Tabs


@pytest.mark.parametrize(
    ("who", "labels"),
    [
        ("p1", LABELS),
        ("wh1", ["个人申请", "推送来的个人申请", "团队申请", "审核附件"]),
        ("u1", ["团队申请", "审核附件", "团队服务协议"]),
    ],
)
def test_each_office_has_its_tabs_under_the_manuals_names(world, who, labels):
    world.unit()
    page = world.client(who).get("/papers/")
    assert [folder.label for folder, _ in page.context["tabs"]] == labels
    assert page.context["folder"].label == labels[0]
    for _, url in page.context["tabs"]:
        assert world.client(who).get(url).status_code == 200


def test_each_paper_lies_in_its_tab(world):
    personal, team = seal(world, world.application("province")), world.team_application("docking")
    agreement, duties = world.agreement("archiving", "s2"), world.team_agreement("saved", "l2")
    unit = world.admission("u1")
    expected = {
        "personal": {personal.pk, agreement.application_id},
        "team": {team.pk, duties.application_id},
        "units": {unit.pk, world.admission("u2").pk},
        "sealed": {personal.pk},
        "personal-agreements": {agreement.pk},
        "team-agreements": {duties.pk},
    }
    client = world.client("p1")
    for kind, cases in expected.items():
        assert {row.case_id for row in client.get(f"/papers/{kind}/").context["rows"]} == cases, kind
    assert {row.case_id for row in world.client("u1").get("/papers/team/").context["rows"]} == {team.pk}
    assert {row.case_id for row in world.client("u2").get("/papers/team-agreements/").context["rows"]} == {duties.pk}
    assert {row.case_id for row in world.client("wh1").get("/papers/personal/").context["rows"]} == {personal.pk}


def test_a_city_has_its_own_people_apart_from_those_pushed_to_it(world):
    own, both = world.application("docking", "s1"), world.application("docking", "s4")  # s4 stays in 武汉
    pushed = world.application("docking", "s3")
    for kind, cases in (("personal", {own.pk, both.pk}), ("docked", {pushed.pk})):
        page = world.client("wh1").get(f"/papers/{kind}/")
        assert {row.case_id for row in page.context["rows"]} == cases
        assert ("上传盖章件" in page.content.decode()) == (kind == "personal")
    assert post(world, "wh1", "docked", [own]).status_code == 404
    assert post(world, "wh1", "personal", [pushed]).status_code == 404
    assert world.client("p1").get("/papers/docked/").status_code == 403


def test_sealed_paper_is_for_the_first_desk_and_the_province(world):
    case = seal(world, world.application("docking"))  # its target is yc1, who reads the application and not the seal
    for who, found in (("wh1", 1), ("p1", 1), ("yc1", 0), ("hg1", 0)):
        client = world.client(who)
        assert len(client.get("/papers/sealed/").context["rows"]) == found, who
        kind = "docked" if who == "yc1" else "personal"
        assert client.get(f"/papers/{kind}/").content.decode().count("盖章申请表") == found, who
        assert (post(world, who, "sealed", [case]).status_code == 200) == bool(found), who


def test_conditions_are_kept_from_tab_to_tab(world):
    world.application("docking")
    page = world.client("p1").get("/papers/personal/?name=申报人&state=docking&kind=team")
    assert len(page.context["rows"]) == 1  # 类别 is what the tab says
    (url,) = [url for folder, url in page.context["tabs"] if folder.code == "team"]
    assert url.startswith("/papers/team/?")
    assert "state=docking" in url


# One


def test_one_paper_comes_at_once(world, typeset):
    case = world.application("initial")
    answer = post(world, "wh1", "personal", [case])
    assert answer["Content-Type"] == "application/pdf"
    assert not Job.objects.exists()
    assert world.user("s1").profile.id_number in typeset[0]
    world.client("p1").get(f"/application/{case.pk}/1/pdf/")
    assert len(typeset) == 1  # the same sheet, kept


def test_one_case_of_two_papers_is_a_bundle(world):
    case = seal(world, world.application("initial"))
    _, data = made(world, "wh1", "personal", [case], scans="on")
    assert names(data) == [
        "武汉市/个人申请表/个人申请表_申报人乙_第1版.pdf",
        "武汉市/盖章申请表/盖章个人申请表_申报人乙_第1版.pdf",
        bundles.LIST,
    ]


# Many


def test_a_zip_has_readable_names_in_folders_and_a_list(world, tmp_path, monkeypatch):
    few = replace(DECLARED["export.alarm_rows"], default=4)
    monkeypatch.setitem(DECLARED, few.key, few)
    cases = [world.application("initial"), world.application("province", "s2"), world.application("final", "s4")]
    twins = world.many(2, "initial")
    User.objects.filter(pk__in=[case.owner_id for case in twins]).update(real_name="张三")
    twins = [world.walk(world.return_it(case), "initial") for case in twins]
    job, data = made(world, "p1", "personal", all="1")
    found = names(data)
    assert found[:-1] == [
        "武汉市/个人申请表/个人申请表_张三_第2版.pdf",
        "武汉市/个人申请表/个人申请表_张三_第2版_2.pdf",
        "武汉市/个人申请表/个人申请表_申报人乙_第1版.pdf",
        "武汉市/个人申请表/个人申请表_申报人戊_第1版.pdf",
        "宜昌市/个人申请表/个人申请表_申报人丙_第1版.pdf",
    ]
    assert re.fullmatch(r"个人申请_\d{8}_5份\.zip", job.file_name)
    head, *lines = listed(data, tmp_path)
    assert head[:5] == ["序号", "文件", "附件", "附件说明", "查验码"]
    assert [line[1] for line in lines] == found[:-1]
    codes = {line[1]: line[4] for line in lines}
    assert codes[found[2]] == cases[0].revisions.get().code
    assert lines[2][head.index("姓名")] == "申报人乙"
    (entry,) = AuditEntry.objects.filter(kind="bundle")
    assert (entry.actor_name, entry.extra["rows"], "个人申请 5 份" in entry.text) == ("办理员辰", 5, True)
    assert (job.done, job.total, job.note) == (5, 5, "5 个文件")
    assert AuditEntry.objects.get(kind="alarm").extra == {"rows": 5}


def test_all_is_what_the_query_finds(world):
    world.application("initial")
    wanted = world.application("docking", "s2")
    answer = post(world, "p1", "personal", all="1", back=f"state=docking&home_city={wanted.home_city_id}")
    assert "%E7%94%B3%E6%8A%A5%E4%BA%BA%E4%B8%99" in answer["Content-Disposition"]  # 申报人丙


def test_a_name_made_to_harm_is_harmless(world):
    case = world.application("initial")
    type(case).objects.filter(pk=case.pk).update(applicant_name="../../=cmd|' /C calc'!A0")
    other = world.application("initial", "s4")
    _, data = made(world, "wh1", "personal", [case, other])
    for name in names(data):
        assert all(re.fullmatch(r"\w[\w.-]*", part) for part in name.split("/")), name
        assert len(name.split("/")) in (1, 3)


def test_bound_papers_have_bookmarks_and_begin_on_sheets_of_their_own(world, monkeypatch):
    monkeypatch.setattr("attachments.pdf.render", lambda html: sheet_of(3 if "申报人乙" in html else 2))
    cases = [world.application("initial"), world.application("initial", "s4"), world.application("province", "s2")]
    job, data = made(world, "p1", "personal", cases, way="duplex")
    assert job.file_name.endswith("_3份.pdf")
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 3 + 1 + 2 + 2
        assert {tuple(map(int, page.mediabox)) for page in pdf.pages} == {(0, 0, 595, 842)}
        with pdf.open_outline() as outline:
            found = {
                chapter.title: [(mark.title, pikepdf.Page(mark.destination[0]).index) for mark in chapter.children]
                for chapter in outline.root
            }
    assert found == {
        "武汉市": [("个人申请表_申报人乙_第1版", 0), ("个人申请表_申报人戊_第1版", 4)],
        "宜昌市": [("个人申请表_申报人丙_第1版", 6)],
    }


def test_more_than_a_volume_are_bound_in_several(world, monkeypatch, tmp_path):
    monkeypatch.setattr(bundles, "VOLUME", 2)
    cases = world.many(5, "initial")
    _, data = made(world, "wh1", "personal", cases, way="bound")
    assert names(data) == ["第01册.pdf", "第02册.pdf", "第03册.pdf", bundles.LIST]
    assert [line[1] for line in listed(data, tmp_path)[1:]] == [
        "第1册，第 1 页起", "第1册，第 2 页起", "第2册，第 1 页起", "第2册，第 2 页起", "第3册，第 1 页起",
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["zip", "bound"])
def test_a_sheet_that_cannot_be_typeset_costs_itself_alone(world, monkeypatch, way):
    through = Press.through

    def losing(press, pairs):
        for of, place in through(press, pairs):
            yield of, None if "申报人乙" in of.name else place

    monkeypatch.setattr(Press, "through", losing)
    cases = [world.application("initial"), world.application("initial", "s4")]
    job, data = made(world, "wh1", "personal", cases, way=way)
    assert job.note == f"1 个文件；1 个{bundles.LOST}"
    if way == "zip":
        assert names(data) == ["武汉市/个人申请表/个人申请表_申报人戊_第1版.pdf", bundles.LIST]


# Never one too many


def test_what_has_not_come_to_a_person_cannot_be_ticked(world):
    mine, others = world.application("initial"), world.application("initial", "s3")
    draft = world.draft("s2")
    for cases in ([others], [mine, others], [draft]):
        with nothing_written():
            assert post(world, "wh1", "personal", cases).status_code == 404
    with nothing_written():
        assert post(world, "wh1", "personal-agreements", [mine]).status_code == 403
        assert post(world, "s1", "personal", [mine]).status_code == 403
        assert post(world, "wh1", "unknown", [mine]).status_code == 404


@pytest.mark.parametrize("rows", [[], ["x"], ["1:2"], ["９"], ["99999999999999999999"], ["-1"], ["1"] * 201])
def test_forged_rows_are_refused_with_a_sentence(world, rows):
    world.application("initial")
    client = world.client("wh1")
    with nothing_written():
        answer = client.post("/papers/personal/bundle/", {"rows": rows, "way": "zip", "back": "name=申"}, follow=True)
    assert answer.redirect_chain[0][0].startswith("/papers/personal/?name=")
    assert "请" in str(next(iter(answer.context["messages"]))) or "一次" in answer.content.decode()


def test_nothing_to_download_is_said(world):
    answer = world.client("wh1").post("/papers/personal/bundle/", {"all": "1", "way": "zip"}, follow=True)
    assert "没有可下载的附件。" in answer.content.decode()


def test_pressed_twice_it_is_one_job(world):
    cases = world.many(2, "initial")
    first, second = (post(world, "wh1", "personal", cases).url for _ in range(2))
    assert first == second


def revoke(world, who: str, desk) -> None:
    remove_perm("act_for", world.user(who), desk)


def test_a_right_that_ends_before_the_job_runs_leaves_nothing(world, typeset):
    cases = world.many(2, "initial")
    post(world, "wh1", "personal", cases)
    revoke(world, "wh1", world.bureaus["WH"])
    jobs.run_all()
    job = Job.objects.get()
    assert (job.status, job.note, job.file_name) == ("failed", papers.OUT_OF_SIGHT, "")
    assert typeset == []


def test_a_right_that_ends_while_the_job_runs_ends_what_follows(world, monkeypatch):
    monkeypatch.setattr(papers, "CHUNK", 1)
    cases = world.many(3, "initial")
    told = jobs.Run.progress

    def progress(run, done, total, note=""):
        told(run, done, total, note)
        if done == 1:
            revoke(world, "wh1", world.bureaus["WH"])

    monkeypatch.setattr(jobs.Run, "progress", progress)
    job, data = made(world, "wh1", "personal", cases)
    assert len(names(data)) == 3  # two and the list: the second was on its way
    assert "1 份没有附件或已不在您的查看范围内" in job.note


def test_a_version_that_was_taken_back_is_not_in_the_bundle(world):
    cases = world.many(3, "initial")
    post(world, "wh1", "personal", cases)
    world.perform(cases[0], "withdraw")
    jobs.run_all()
    assert Job.objects.get().note.startswith("2 个文件；1 份")


def test_of_an_overtaken_version_only_what_the_desk_has_read(world, typeset, tmp_path):
    """W06: the target declined version 1; of version 2 it learns neither text nor city nor state."""
    case = world.application("returned", returned_from="docking")
    world.write(case, target_host="另一合作社")
    case = world.perform(type(case).objects.get(pk=case.pk), "submit")
    world.many(1, "docking")
    _, data = made(world, "yc1", "docked", all="1")
    assert "较早版本/个人申请表/个人申请表_申报人乙_第1版.pdf" in names(data)
    line = next(line for line in listed(data, tmp_path) if "第1版" in line[1] and "申报人乙" in line[1])
    assert set(line[6:]) <= {""}
    assert not any("另一合作社" in html for html in typeset)


@pytest.mark.parametrize(("who", "full"), [("wh1", True), ("yc1", False), ("p1", True)])
def test_numbers_are_masked_as_on_the_single_download(world, typeset, who, full):
    case = world.application("docking")
    number = case.owner.profile.id_number
    world.client(who).get(f"/application/{case.pk}/1/pdf/")
    wish = Wish(*papers.find("docked" if who == "yc1" else "personal"), (case.pk,))
    ((_, found),) = papers.papers(wish, world.user(who))
    assert (number in found[0].source) == full
    assert found[0].source in typeset


# Left, cancelled, killed


def test_a_cancelled_bundle_leaves_nothing(world, monkeypatch, tmp_path):
    cases = world.many(3, "initial")
    post(world, "wh1", "personal", cases)
    through = Press.through

    def cancelling(press, pairs):
        for number, pair in enumerate(through(press, pairs)):
            if number == 1:
                jobs.cancel(Job.objects.get())
            yield pair

    monkeypatch.setattr(Press, "through", cancelling)
    jobs.run_all()
    assert Job.objects.get().status == "cancelled"
    assert not list((tmp_path / "jobs").glob("*"))
    assert not list((tmp_path / "incoming").glob("*"))
    assert not AuditEntry.objects.filter(kind="bundle").exists()


def test_a_worker_that_dies_over_it_begins_anew_and_ends_once(world, monkeypatch, typeset):
    cases = world.many(3, "initial")
    post(world, "wh1", "personal", cases)
    packed = bundles.pack
    monkeypatch.setattr(bundles, "pack", lambda *args: (packed(*args), (_ for _ in ()).throw(SystemExit))[1])
    with pytest.raises(SystemExit):
        jobs.run_all()
    monkeypatch.setattr(bundles, "pack", packed)
    jobs.run_all()
    job = Job.objects.get()
    assert (job.status, job.tries) == ("done", 2)
    assert len(names(job.path.read_bytes())) == 4
    assert len(typeset) == 3  # what was made before the death was kept
    assert AuditEntry.objects.filter(kind="bundle").count() == 1


def test_a_bundle_is_fetched_for_a_day_by_who_asked(world):
    cases = world.many(2, "initial")
    job, _ = made(world, "wh1", "personal", cases)
    address = f"/jobs/{job.key}/file/"
    answer = world.client("wh1").get(address)
    assert zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()[-1] == bundles.LIST
    for who in ("wh2", "p1", "s1"):
        assert world.client(who).get(address).status_code == 404
    Job.objects.update(ended=timezone.now() - timedelta(hours=25))
    assert world.client("wh1").get(address).status_code == 404


# Side by side


def panes(page: str) -> list[str]:
    return re.findall(r'<iframe[^>]* src="([^"]+)"', page)


def test_the_archive_lays_the_scan_beside_what_was_issued(world):
    case = world.agreement("archiving")
    page = world.client("p1").get(f"/review/agreements/case/{case.pk}/?queue=archiving").content.decode()
    assert panes(page) == [f"/agreement/{case.pk}/1/pdf/?view=pages", f"/agreement/{case.pk}/scan/1/?view=pages"]
    assert '<details class="compare no-print" open>' in page
    assert page.count('value="archive"') == 1  # in the bar that stays in sight
    for address in panes(page):
        assert world.client("p1").get(address).status_code == 200
        assert world.client("hg1").get(address).status_code == 404


def test_the_newest_scan_is_compared_with_the_version_it_was_made_from(world):
    case = world.unit("u1")
    case = world.perform(case, "change")
    case = services.submit_unit(case, actor=case.owner, seen=case.seen)
    page = world.client("p1").get(f"/review/admission/case/{case.pk}/").content.decode()
    assert panes(page) == [
        f"/application/unit/{case.pk}/1/pdf/?view=pages", f"/application/unit/{case.pk}/scan/1/?view=pages",
    ]  # fmt: skip


def test_sealed_applications_stand_by_folded(world):
    case = world.application("province")
    address = f"/review/selection/case/{case.pk}/"
    client = world.client("p1")
    assert panes(client.get(address).content.decode()) == []
    seal(world, case)
    page = client.get(address + "?queue=province").content.decode()
    assert panes(page) == [
        f"/application/{case.pk}/1/pdf/?view=pages", f"/application/{case.pk}/sealed/1/?view=pages",
    ]  # fmt: skip
    assert '<details class="compare no-print">' in page
    assert page.count('value="pass"') == 2  # beside the document, and in the bar of a phone
