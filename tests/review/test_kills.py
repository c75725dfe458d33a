"""A worker that is killed over a bundle of PDFs, or over a pack of scans: what it makes is whole or absent, once.

By SIGKILL, of real processes, on PostgreSQL: once at each step that others can see (a row is written, a file is about
to get its name or to go), and twenty times at random points. The worker is forked off the test, which spares it its
start; its children die with it.
"""

import itertools
import os
import random
import shutil
import signal
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.sharedctypes import RawValue
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from accounts.models import AuditEntry
from agreements.models import Agreement
from attachments import intake as scans_in
from attachments import jobs, reading
from attachments.models import Intake, Job, StoredFile
from attachments.qr import Mark
from attachments.reading import Page
from review import intake as piles
from review import papers, scans
from review.models import IntakeDocument
from review.papers import BOUND, ZIP, Wish
from tests import world as worlds
from tests.attachments import corpus
from tests.world import World

# first: a worker is forked off this process, in which no browser's threads run yet
pytestmark = [pytest.mark.postgres, pytest.mark.first, pytest.mark.django_db(transaction=True)]
KILLS, COLD_KILLS = 20, 3


@pytest.fixture
def world(transactional_db: None, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.PDF_PROCESSES = 1
    return worlds.build()


def worker(steps: int = 0) -> int:
    """`manage.py worker --once` in a process of its own; its number. It dies at its so manieth step, if at any."""
    connections.close_all()
    if child := os.fork():
        return child
    code = 1
    try:
        if steps:
            os.setpgid(0, 0)
            die_at(steps)
        call_command("worker", once=True)
        code = 0
    finally:
        os._exit(code)


def die_at(steps: int) -> None:
    """Ends this process and its children at their so manieth step, counted together."""
    taken = RawValue("i")

    def step() -> None:
        taken.value += 1
        if taken.value == steps:
            os.killpg(0, signal.SIGKILL)

    def write(execute: Callable, sql: str, params: object, many: bool, context: dict) -> object:
        answer = execute(sql, params, many, context)
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not connection.in_atomic_block:
            step()
        return answer

    def commit() -> None:
        committed()
        step()

    committed = connection._commit
    connection._commit = commit
    connection.execute_wrappers.append(write)
    sys.addaudithook(lambda event, _: step() if event in ("os.rename", "os.remove") else None)


def alone() -> float:
    """How long a worker takes that nobody kills."""
    begun = time.monotonic()
    assert os.waitpid(worker(), 0)[1] == 0
    return time.monotonic() - begun


def kill(span: float, chance: random.Random) -> bool:
    """Kills a worker before `span` is over; whether there was a job that it had not done."""
    process = worker()
    time.sleep(chance.uniform(0, span))
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return interrupted()


def interrupted() -> bool:
    """Whether there is a job that was begun and not done. What waits a minute in life goes on at once here; and these
    kills are nobody's fault."""
    return bool(Job.objects.filter(status="running").update(heartbeat=timezone.now() - 2 * jobs.LEASE, tries=0))


def kill_at_every_step(start: Callable[[], object], check: Callable[[], None]) -> None:
    """A job each, killed at its first step, at its second, and so on, until one has no so manieth step; each is taken
    up by a worker that nobody kills. `check` is asked after each of them."""
    for steps in itertools.count(1):
        start()
        ended = os.waitpid(worker(steps), 0)[1]
        with one_moment():
            check()
        interrupted()
        alone()
        check()
        assert not Job.objects.filter(status__in=Job.OPEN).exists()
        if ended == 0:
            assert steps > 4  # claimed, a file moved, committed, given back
            return


def kill_twenty_times(start: Callable[[], object], check: Callable[[], None], cool: Callable | None = None) -> None:
    """Twenty kills over jobs that `start` asks for, one after the other; `check` is asked after each, and at the end.

    `cool` takes away what makes the second run faster than the first; before the first kills it is called again.
    """
    chance, kills = random.Random(20261127), 0
    kill_at_every_step(start, check)
    if cool:
        cool()
    start()
    cold = span = alone()
    if cool:
        start()
        span = alone()
    while kills < KILLS:
        if not Job.objects.filter(status__in=Job.OPEN).exists():
            start()
        if cool and kills < COLD_KILLS:
            cool()
        kills += kill(cold if cool and kills < COLD_KILLS else span, chance)
        with one_moment():
            check()
    alone()
    check()
    assert set(Job.objects.values_list("status", flat=True)) == {"done"}


@contextmanager
def one_moment() -> Iterator[None]:
    """The last word of a worker may still be on its way to the database when it is dead."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def done(kind: str) -> list[Job]:
    return list(Job.objects.filter(kind=kind, status="done"))


# PDFs out


@pytest.mark.parametrize("way", [ZIP, BOUND])
def test_a_bundle(world, way):
    cases = [case.pk for case in world.many(3, "province")]
    wish, asker = Wish(*papers.find("personal"), tuple(cases), way), world.user("p1")
    store = Path(settings.MEDIA_ROOT) / "sheets"
    wholes = set()

    def check() -> None:
        made = done("papers.bundle")
        assert AuditEntry.objects.filter(kind="bundle").count() == len(made)
        for job in made:
            assert job.path.stat().st_size == job.size
            wholes.add(contents(job.path))
        for path in store.rglob("*.pdf"):
            pikepdf.open(path).close()

    def contents(path: Path) -> tuple:
        if way == ZIP:
            with zipfile.ZipFile(path) as bundle:
                assert bundle.testzip() is None
                return tuple(bundle.namelist())
        with pikepdf.open(path) as bound:
            return tuple(bytes(page.Contents.read_raw_bytes()) for page in bound.pages)

    def empty() -> None:
        shutil.rmtree(store, ignore_errors=True)

    kill_twenty_times(lambda: papers.ask(wish, by=asker, address=None), check, empty)
    (whole,) = wholes
    assert len(whole) == 4 if way == ZIP else len(whole) > 3
    assert set((Path(settings.MEDIA_ROOT) / "jobs").iterdir()) == {job.path for job in done("papers.bundle")}


# Scans in


@pytest.fixture
def pack(world, monkeypatch) -> Callable[[], Intake]:
    """Brings in the sealed paper of a team: its application of two pages, its agreement of three. Whose a page is
    stands in a script; all else is done as ever."""
    agreement = world.team_agreement("saved")
    codes = [case.revisions.get().code for case in (agreement.application, agreement)]
    pages = [
        Page(Mark(code, page, last)) for code, last in zip(codes, (2, 3), strict=True) for page in range(1, last + 1)
    ]

    def read(pdf: Path, pictures: Path, count: int) -> Iterator[Page]:
        pictures.mkdir()
        for number, page in enumerate(pages):
            (pictures / f"{number}.jpg").write_bytes(b"\xff\xd8 page")
            yield page

    monkeypatch.setattr(reading, "read", read)
    monkeypatch.setattr(scans, "MAX_SCANS", 1000)
    monkeypatch.setattr(scans_in, "MAX_OPEN", 1000)  # the faster the machine, the more are read between two kills
    asker = world.user("u1")
    return lambda: piles.begin([SimpleUploadedFile("扫描件.pdf", corpus.paper(5), "application/pdf")], by=asker)


def test_reading_a_pack(pack):
    def check() -> None:
        read = [str(intake.job_id) for intake in Intake.objects.exclude(read_in=None)]
        assert sorted(read) == sorted(str(job.pk) for job in done("intake.read"))
        for intake in Intake.objects.all():
            places = [document.places for document in intake.documents.all()]
            assert places == ([[0, 1], [2, 3, 4]] if intake.read_in else [])
            if intake.read_in:
                assert intake.picture(4).exists()
                with pikepdf.open(intake.pdf(0)) as pdf:
                    assert len(pdf.pages) == 5

    kill_twenty_times(pack, check)


def test_filing_a_pack(world, pack):
    agreement, user = Agreement.objects.get(), world.user("u1")
    others = set(StoredFile.objects.values_list("pk", flat=True))

    def start() -> None:
        intake = pack()
        jobs.run_all()
        intake.refresh_from_db()
        piles.file_rows(intake, {row.document.pk: row.target.case.seen for row in piles.rows(intake, user)}, by=user)

    def check() -> None:
        times = len(done("intake.file"))
        assert IntakeDocument.objects.exclude(filed=None).count() == 2 * times
        assert agreement.steps.filter(action="upload").count() == times
        for case, pages in ((agreement.application, 2), (agreement, 3)):
            copies = case.scans.select_related("file")
            assert [scan.number for scan in copies] == list(range(1, times + 1))
            for scan in copies:
                with pikepdf.open(scan.file.path) as pdf:
                    assert len(pdf.pages) == scan.file.pages == pages
        assert StoredFile.objects.exclude(pk__in=others).count() == 2 * times

    kill_twenty_times(start, check)
    kept = {file.path for file in StoredFile.objects.all()}
    assert set((Path(settings.MEDIA_ROOT) / "pdf").rglob("*.pdf")) == kept
