"""Paper as it really comes back: printed, sealed, badly scanned, all in one PDF; brought in and filed as 打包上传 does.

Half of the piles are documents in random order, the others single sheets in random order, which nothing but their own
codes tells apart; among them lie empty backs and paper of others. What was filed is judged by what lies in the store:
each picture there is known by its bytes, so the reader's word is not taken for it.
"""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from agreements.sheets import agreement_sheet
from applications.papers import form_sheet
from attachments import intake as scans_in
from attachments import jobs
from attachments.models import Job
from attachments.sheets import printed
from review import intake as piles
from review.models import Reviewed
from tests import world as worlds
from tests.attachments import sample, scanner
from tests.world import World

DPIS = (100, 150, 200)
AIM, AIM_FROM = 0.98, 150  # filed rightly by themselves, from so many dpi on; wrongly none at any
PILE = 25  # documents in one PDF
# How often a document has an empty back, a letter comes after it, and a page has a second seal, over part of its code.
BLANK, LETTER, SEAL = 0.2, 0.1, 0.2

Truth = tuple[str, int, int]  # of which document and page a picture is, and how far it is to be turned


@dataclass(frozen=True)
class Paper:
    """A document as it was issued."""

    case: Reviewed
    code: str
    file: Path
    pages: int


@dataclass
class Count:
    """What became of documents."""

    documents: int = 0
    pages: int = 0
    right: int = 0  # filed by themselves: whole, in order, upright
    wrong: int = 0
    seconds: float = 0.0  # from the upload to the proposal

    @property
    def left(self) -> int:
        """To be looked at by somebody."""
        return self.documents - self.right - self.wrong

    def __add__(self, other: "Count") -> "Count":
        return Count(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        share, speed = self.right / self.documents, self.pages / self.seconds
        return (
            f"{self.documents} 份 {self.pages:,} 页，自动提交且正确 {self.right} 份（{share:.1%}），"
            f"提交错 {self.wrong} 份，留待人工 {self.left} 份；识别 {speed:.1f} 页/秒"
        )


def issued(world: World, count: int) -> list[Paper]:
    """Papers of teams of the unit u1: agreements, and of every third team the application form too."""
    found = []
    for number, application in enumerate(world.many_teams(-(-count * 3 // 4), "approved")):
        found.append(_paper(world.agree(application, "saved"), agreement_sheet))
        if number % 3 == 0:
            found.append(_paper(application, partial(form_sheet, identity=False)))
    return found[:count]


def _paper(case: Reviewed, sheet: Callable) -> Paper:
    revision = case.revisions.get()
    file = printed(sheet(case, revision))
    with pikepdf.open(file) as document:
        return Paper(case, revision.code, file, len(document.pages))


def scanned(papers: Sequence[Paper], dpi: int, random: Random, *, shuffled: bool) -> tuple[bytes, dict]:
    """All in one PDF; and of each picture in it, by its hash, what it is: `Truth`, or None for what is not ours."""
    letter = printed(f"<p>{sample.TEXT}</p>")
    sheets: list[tuple[Path | None, int, str]] = []
    for paper in random.sample(papers, len(papers)):
        sheets += [(paper.file, number, paper.code) for number in range(1, paper.pages + 1)]
        if random.random() < BLANK:
            sheets.insert(random.randint(len(sheets) - paper.pages + 1, len(sheets)), (None, 1, ""))
        if random.random() < LETTER:
            sheets.append((letter, 1, ""))
    if shuffled:
        random.shuffle(sheets)
    faults = [scanner.random_fault(random, dpi, seal_on_code=random.random() < SEAL) for _ in sheets]
    pile = list(zip(sheets, faults, strict=True))
    data = scanner.to_pdf(
        (scanner.scanned(scanner.page_of(file, number, dpi), fault, random), fault) for (file, number, _), fault in pile
    )
    truths = [(code, number, fault.turned) if code else None for (_, number, code), fault in pile]
    return data, dict(zip((digest for digest, _ in pictures(io.BytesIO(data))), truths, strict=True))


def pictures(source: Path | io.BytesIO) -> Iterator[tuple[str, int]]:
    """Of each page the hash of its picture, and how far it is turned."""
    with pikepdf.open(source) as document:
        for page in document.pages:
            (picture,) = page.get_images().values()
            yield sha256(picture.read_raw_bytes()).hexdigest(), int(page.get("/Rotate", 0))


def brought(data: bytes, papers: Sequence[Paper], truth: dict[str, Truth | None], user: User) -> Count:
    """Upload, read, sort, and file what needs no look; then look at what has been filed."""
    count, begun = Count(len(papers), len(truth)), time.perf_counter()
    intake = piles.begin([SimpleUploadedFile("扫描件.pdf", data, "application/pdf")], by=user)
    _done(intake.job)
    count.seconds = time.perf_counter() - begun
    intake.refresh_from_db()
    fit = [row for row in piles.rows(intake, user) if row.verdict == piles.FIT]
    if fit:
        _done(piles.file_rows(intake, {row.document.pk: row.target.case.seen for row in fit}, by=user))
    for paper in papers:
        for one in paper.case.scans.all():
            lies = [
                truth[digest] == (paper.code, number, turned)
                for number, (digest, turned) in enumerate(pictures(one.file.path), 1)
            ]
            right = all(lies) and len(lies) == paper.pages
            count.right, count.wrong = count.right + right, count.wrong + (not right)
    scans_in.end(intake)
    return count


def _done(job: Job) -> None:
    jobs.run_all()
    job.refresh_from_db()
    if job.status != Job.Status.DONE:
        raise RuntimeError(f"{job.status}: {job.note}")


def run(count: int, seed: int) -> None:
    call_command("migrate", verbosity=0)
    world, random = worlds.build(), Random(seed)
    papers = issued(world, count)
    user, found = world.user("u1"), {dpi: Count() for dpi in DPIS}
    print(f"倾斜 ±5°、倒置、噪点、模糊、灰度、JPEG、红章；每 {PILE} 份一个 PDF，整份或逐页打乱，夹有空白页和外来文件")
    for number, start in enumerate(range(0, count, PILE)):
        some = papers[start : start + PILE]
        for dpi in DPIS:
            data, truth = scanned(some, dpi, random, shuffled=bool(number % 2))
            with transaction.atomic():  # taken back, so that the same papers can come again
                found[dpi] += brought(data, some, truth, user)
                transaction.set_rollback(True)
            print(f"{dpi} dpi：{found[dpi]}", flush=True)
    print(f"目标：{AIM_FROM} dpi 及以上 ≥ {AIM:.0%} 自动提交且正确，任何分辨率都不提交错")
