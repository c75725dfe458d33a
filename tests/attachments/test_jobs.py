"""Background jobs: once, whole or absent, whatever dies (F06, F16, F17, F21)."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Tally, User
from accounts.roles import Role
from attachments import jobs, storage
from attachments.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("asker", password="A-for-asker-2026", real_name="发起人")


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    monkeypatch.setattr(jobs, "_kinds", dict(jobs._kinds))


def made(run: jobs.Run) -> jobs.Result:
    path = run.folder / "out"
    path.write_bytes(b"whole")
    run.progress(3, 3)
    return jobs.Result(path, "结果.xlsx")


def job_of(user: User, make=made, **args) -> Job:
    jobs.kind("test", "试")(make)
    return jobs.start("test", by=user, title="试一试", args=args)


def settled(job: Job) -> Job:
    jobs.run_all()
    job.refresh_from_db()
    return job


def test_a_job_makes_its_file_and_its_asker_alone_fetches_it_for_a_day(user, client):
    job = settled(job_of(user))
    assert (job.status, job.done, job.total, job.file_name) == ("done", 3, 3, "结果.xlsx")
    address = f"/jobs/{job.key}/file/"
    client.force_login(user)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"whole"
    assert "no-store" in answer["Cache-Control"]
    client.force_login(User.objects.create_user("other", password="O-for-other-2026", real_name="别人"))
    assert client.get(address).status_code == client.get(f"/jobs/{job.key}/").status_code == 404
    client.force_login(user)
    Job.objects.update(ended=timezone.now() - timedelta(hours=25))
    assert client.get(address).status_code == 404
    assert jobs.expire() == 1
    assert not job.path.exists()
    assert client.get(f"/jobs/{job.key}/").status_code == 200


def test_the_page_tells_how_far_it_is_and_cancels(user, client):
    client.force_login(user)
    job = job_of(user)
    Job.objects.update(status="running", lease=job.key, heartbeat=timezone.now(), done=50, total=200)
    state = client.get(f"/jobs/{job.key}/state/").json()
    assert state["open"]
    assert "25%" in state["html"]
    client.post(f"/jobs/{job.key}/cancel/")
    job.refresh_from_db()
    assert job.cancelled
    assert not jobs.beat(job)


def test_one_that_waits_is_cancelled_at_once(user):
    job = job_of(user)
    jobs.cancel(job)
    assert settled(job).status == "cancelled"


def test_a_run_stops_at_its_next_step_after_cancelling(user):
    def make(run):
        jobs.cancel(run.job)
        run.progress(1, 1)
        raise AssertionError("went on")

    assert settled(job_of(user, make)).status == "cancelled"


def test_pressed_twice_it_is_one_job_and_too_many_are_refused_with_a_sentence(user):
    assert job_of(user, n=0) == job_of(user, n=0)
    for n in range(1, jobs.MAX_OPEN):
        job_of(user, n=n)
    with pytest.raises(jobs.Failed, match="5 个任务"):
        job_of(user, n=99)


@pytest.mark.parametrize(
    ("fault", "note"),
    [
        (jobs.Failed("没有可下载的内容。"), "没有可下载的内容。"),
        (RuntimeError("secret"), jobs.BROKEN),
        (BaseException(), jobs.BROKEN),
    ],
)
def test_a_fault_ends_it_with_a_sentence_and_leaves_nothing(user, fault, note):
    def make(run):
        (run.folder / "half").write_bytes(b"half")
        raise fault

    job = settled(job_of(user, make))
    assert (job.status, job.note) == ("failed", note)
    assert not job.path.exists()


def test_what_is_written_in_commit_falls_with_it(user):
    def make(run):
        path = run.folder / "out"
        path.write_bytes(b"whole")
        with run.commit(jobs.Result(path, "a.zip")):
            Tally.objects.create(key="written", until=timezone.now())
            raise RuntimeError

    job = settled(job_of(user, make))
    assert job.status == "failed"
    assert not Tally.objects.exists()
    assert not job.path.exists()


def test_a_run_that_lost_its_lease_has_no_say_any_more(user):
    def make(run):
        Job.objects.update(heartbeat=timezone.now() - 2 * jobs.LEASE)
        second = jobs.claim()
        assert second.lease != run.lease
        with run.commit():
            raise AssertionError("both wrote")

    job = job_of(user, make)
    first = jobs.claim()
    jobs.run(first)
    job.refresh_from_db()
    assert (job.status, job.tries) == ("running", 2)


def test_a_hand_that_takes_no_long_jobs_leaves_them_to_the_other(user):
    jobs.kind("test", "试")(made)
    long = jobs.start("test", by=user, title="长", args={"n": 1}, long=True)
    short = jobs.start("test", by=user, title="短", args={"n": 2})
    assert jobs.claim(long=False) == short
    assert jobs.claim(long=False) is None
    assert jobs.claim() == long
    Job.objects.update(heartbeat=timezone.now() - 2 * jobs.LEASE)
    assert jobs.claim(long=False) == short  # also of those that have fallen silent


def test_silent_runs_are_taken_over_three_times_then_given_up(user):
    job = job_of(user)
    for _ in range(jobs.MAX_TRIES):
        assert jobs.claim() == job
        assert jobs.claim() is None
        Job.objects.update(heartbeat=timezone.now() - 2 * jobs.LEASE)
    assert settled(job).note == jobs.GIVEN_UP


def test_a_deactivated_person_gets_nothing(user):
    job = job_of(user)
    User.objects.update(is_active=False)
    assert settled(job).status == "failed"


def test_who_has_lost_a_right_since_asking_fetches_nothing(world, client):
    officer = world.user("wh1")
    job = settled(job_of(officer))
    address = f"/jobs/{job.key}/file/"
    client.force_login(officer)
    assert b"".join(client.get(address).streaming_content) == b"whole"
    assert address in client.get("/jobs/").content.decode()
    held = officer.appointment_set.all()
    desk = held[0].pk
    held.filter(pk=desk).update(until=timezone.localdate() - timedelta(days=1))
    assert client.get(address).status_code == 404
    assert address not in client.get("/jobs/").content.decode()
    held.filter(pk=desk).update(until=None)
    assert b"".join(client.get(address).streaming_content) == b"whole"
    officer.role = Role.SPECIALIST
    officer.save()
    assert client.get(address).status_code == 404


def test_files_that_no_job_names_are_swept(user):
    job = settled(job_of(user))
    lost = storage.result_of(Job(kind="x").key)
    lost.write_bytes(b"lost")
    os.utime(lost, (0, 0))
    os.utime(job.path, (0, 0))
    jobs.expire()
    assert not lost.exists()
    assert job.path.exists()


def test_a_job_that_becomes_a_day_old_meanwhile_keeps_its_name_with_its_file(user, monkeypatch):
    first, second = settled(job_of(user, number=1)), settled(job_of(user, number=2))
    yesterday = timezone.now() - timedelta(hours=25)
    Job.objects.filter(pk=first.pk).update(ended=yesterday)
    remove = jobs._remove_result

    def slow(job: Job) -> None:
        remove(job)
        if job.pk == first.pk:
            Job.objects.filter(pk=second.pk).update(ended=yesterday)

    monkeypatch.setattr(jobs, "_remove_result", slow)
    assert jobs.expire() >= 1
    for job in (first, second):
        job.refresh_from_db()
        assert bool(job.file_name) is job.path.exists()
    assert not first.file_name


def test_a_file_whose_job_names_it_no_more_goes_too(user):
    job = settled(job_of(user))
    Job.objects.update(file_name="")
    os.utime(job.path, (0, 0))
    jobs.expire()
    assert not job.path.exists()


def test_rows_of_jobs_go_when_they_have_long_ended(user):
    old, new, open_one = settled(job_of(user, number=1)), settled(job_of(user, number=2)), job_of(user, number=3)
    Job.objects.filter(pk=old.pk).update(ended=timezone.now() - timedelta(days=200), file_name="")
    assert jobs.forget(timezone.now() - timedelta(days=180)) == 1
    assert set(Job.objects.all()) == {new, open_one}


# A worker that is killed (PostgreSQL, real processes)

WORKER = """
import os, sys, time
import django
django.setup()
from django.utils import timezone
from accounts.models import Tally
from attachments import jobs
from attachments.models import Job
from portal.management.commands import worker as command

@jobs.kind("kill", "试")
def make(run):
    for n in range(20):
        time.sleep(0.01)
        run.progress(n, 20)
    path = run.folder / "out"
    path.write_bytes(b"x" * 200_000)
    with run.commit(jobs.Result(path, "a.bin")):
        Tally.objects.create(key=f"{run.job.pk}", until=timezone.now())
        time.sleep(0.05)

from django.core.management import call_command
print("ready", flush=True)
call_command("worker", once=True)
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_at_random_points_leaves_the_result_whole_or_absent_and_once(user, settings):
    """Twenty kills spread over the life of a run, each by SIGKILL of the worker; then one that is left alone."""
    jobs.kind("kill", "试")(made)
    chance = random.Random(20261124)
    wanted = {jobs.start("kill", by=user, title="试", args={"n": n}).pk for n in range(4)}
    for _ in range(20):
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment(settings), stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(chance.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        whole_or_absent(wanted)
        # what waits a minute in life goes on at once here; and these kills are nobody's fault
        Job.objects.filter(status="running").update(heartbeat=timezone.now() - 2 * jobs.LEASE, tries=0)
    subprocess.run([sys.executable, "-c", WORKER], env=environment(settings), check=True, capture_output=True)
    assert set(Job.objects.filter(status="done").values_list("pk", flat=True)) == wanted
    whole_or_absent(wanted)
    assert {job.size for job in Job.objects.all()} == {200_000}


def environment(settings) -> dict[str, str]:
    """Of a process that works on this test's database."""
    database = connection.settings_dict
    address = (
        f"postgres://{database['USER']}@/{database['NAME']}?host={database['OPTIONS'].get('host') or database['HOST']}"
    )
    return os.environ | {"DATABASE_URL": address, "KTP_VAR_DIR": str(settings.VAR_DIR)}


def whole_or_absent(wanted: set) -> None:
    for job in Job.objects.filter(pk__in=wanted):
        effects = Tally.objects.filter(key=str(job.pk)).count()
        if job.status == "done":
            assert (effects, job.path.stat().st_size) == (1, 200_000)
        else:
            assert effects == 0


# A worker that does several things at once

BUSY_WORKER = """
import time
import django
django.setup()
from django.utils import timezone
from accounts.models import Tally
from attachments import jobs
from portal import digest

@jobs.kind("slow", "慢")
def slow(run):
    while True:
        run.progress(0, 1)
        time.sleep(0.1)

@jobs.kind("quick", "快")
def quick(run):
    pass

digest.send = lambda: Tally.objects.get_or_create(key="digest", defaults={"until": timezone.now()})

from django.core.management import call_command
call_command("worker")
"""


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_a_long_job_holds_up_neither_the_digest_nor_a_short_one_and_a_worker_ends_with_all_it_has(
    user, settings, signum
):
    for code in ("slow", "quick"):
        jobs.kind(code, "试")(made)
    slow = [jobs.start("slow", by=user, title="慢", args={"n": n}, long=True) for n in range(2)]
    quick = jobs.start("quick", by=user, title="快")
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY_WORKER], env=environment(settings), stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        in_time(lambda: Job.objects.get(pk=quick.pk).status == "done" and Tally.objects.filter(key="digest").exists())
        assert [Job.objects.get(pk=job.pk).status for job in slow] == ["running", "waiting"]
        assert len(members(process.pid)) > 3
        process.send_signal(signum)
        process.wait(timeout=60)
        in_time(lambda: not members(process.pid))
        given_back = signum == signal.SIGTERM  # of a killed one its silence tells, a minute later
        assert Job.objects.get(pk=slow[0].pk).status == ("waiting" if given_back else "running")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def in_time(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 120  # for a machine that has much else to do
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def members(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, own = stat.read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.append(int(stat.parent.name))
    return found
