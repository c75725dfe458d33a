"""Work in the background: asked for in a request, done by `manage.py worker`, fetched by who asked.

A row of `Job` is the queue, the progress bar and the receipt in one. The promises, and how each is kept:
- a crash loses nothing: a run holds a lease and beats; a lease that is silent for LEASE is taken over, MAX_TRIES times;
- nothing is done twice: what a job changes is written in `run.commit()`, one transaction with its end and its lease;
- no half file is ever seen: a file gets its name when it is whole, and its row in that same transaction;
- one bad job hinders nobody: the worker runs each in a child process, with a time limit, and goes on after its death;
- a long one neither: the worker has two hands, and one of them takes no long jobs.

Kept small on purpose: of the queue libraries for Django, those on both our databases lose a task that is killed.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from attachments import storage
from attachments.models import JOB_KEPT, Job
from attachments.names import clean_file_name

logger = logging.getLogger("ktp.jobs")

LEASE = timedelta(seconds=60)
MAX_TRIES = 3
MANY = 500  # rows that are cleaned at once
MAX_OPEN = 5  # jobs one person may have waiting or running
BROKEN = "系统处理时出现故障，已记录。请稍后重新发起；仍不成功请联系系统管理员。"
GIVEN_UP = f"已尝试 {MAX_TRIES} 次仍未完成，请稍后重新发起；仍不成功请联系系统管理员。"
CANCELLED = "已按您的要求取消"


class Failed(Exception):
    """Ends a job with a sentence for who asked; not tried again."""


class Cancelled(Exception):
    """The person has cancelled it, or the run has lost its lease: stop, and leave no trace."""


@dataclass(frozen=True)
class Result:
    """A file, to be moved into the store; or `url`, a page where the result is to be seen."""

    path: Path | None = None
    file_name: str = ""
    note: str = ""
    url: str = ""


class Run:
    """One try at a job, as its maker sees it. `folder` is private and goes when the try ends."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.job, self.folder = job, folder
        self.lease: uuid.UUID = job.lease  # type: ignore[assignment]  # a claimed job has one
        self.args: dict[str, Any] = job.args
        self.user: User = job.asked_by
        self.committed = False
        self._told = 0.0

    def _mine(self):
        return Job.objects.filter(pk=self.job.pk, lease=self.lease, status=Job.Status.RUNNING)

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell how far it is; cheap enough to call for every item. Raises `Cancelled`. Not inside a transaction."""
        if monotonic() - self._told < 0.5 and done < total:
            return
        self._told = monotonic()
        told = {"done": done, "total": total, "heartbeat": timezone.now(), **({"note": note[:300]} if note else {})}
        if not self._mine().filter(cancelled=False).update(**told):
            raise Cancelled

    @contextmanager
    def commit(self, result: Result | None = None) -> Iterator[None]:
        """What is written in here happens together with the end of the job, or not at all. Raises `Cancelled`."""
        result = result or Result()
        size = storage.keep(result.path, storage.result_of(self.lease))[0] if result.path else 0
        with transaction.atomic():
            if not self._mine().filter(cancelled=False).select_for_update().exists():
                raise Cancelled
            yield
            self._mine().update(
                status=Job.Status.DONE, ended=timezone.now(), size=size, url=result.url, note=result.note[:300],
                file_name=_file_name(result) if result.path else "",
            )  # fmt: skip
        self.committed = True


def _file_name(result: Result) -> str:
    return clean_file_name(result.file_name, Path(result.file_name).suffix)


Maker = Callable[[Run], Result | None]


@dataclass(frozen=True)
class Kind:
    code: str
    label: str
    make: Maker
    minutes: int


_kinds: dict[str, Kind] = {}


def kind(code: str, label: str, *, minutes: int = 60) -> Callable[[Maker], Maker]:
    """Registers the maker of a kind of job. After `minutes` a run is ended as failed."""

    def register(make: Maker) -> Maker:
        _kinds[code] = Kind(code, label, make, minutes)
        return make

    return register


def start(code: str, *, by: User, title: str, args: dict[str, Any] | None = None, long: bool = False) -> Job:
    """Ask for a job. Pressed twice, the first one is given back while it is open. Raises `Failed` with a sentence
    when this person has too many open. `long`: it may take hours, and has to leave room for others."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=by.pk)
        opened = list(Job.objects.filter(asked_by=by, status__in=Job.OPEN))
        same = [job for job in opened if job.kind == code and job.args == (args or {}) and not job.cancelled]
        if same:
            return same[0]
        if len(opened) >= MAX_OPEN:
            raise Failed(f"您已有 {len(opened)} 个任务在等待或进行，请等其中一个完成后再发起。")
        return Job.objects.create(
            kind=_kinds[code].code, asked_by=by, title=title[:200], args=args or {}, standing=sorted(by.standing),
            long=long,
        )  # fmt: skip


def cancel(job: Job) -> None:
    """End it: at once while it waits, at its next step while it runs; one that has ended stays as it is."""
    waiting = Job.objects.filter(pk=job.pk, status=Job.Status.WAITING)
    if not waiting.update(status=Job.Status.CANCELLED, ended=timezone.now(), note=CANCELLED):
        Job.objects.filter(pk=job.pk, status=Job.Status.RUNNING).update(cancelled=True)


# ---- the worker's side ----


@transaction.atomic
def claim(*, long: bool = True) -> Job | None:
    """The next job, with a new lease: one that waits, or whose run has fallen silent. Without `long` no long one."""
    now = timezone.now()
    silent = Q(status=Job.Status.RUNNING, heartbeat__lt=now - LEASE)
    rows = Job.objects.filter(Q(status=Job.Status.WAITING) | silent).order_by("created")
    rows = rows if long else rows.filter(long=False)
    job = rows.select_for_update(skip_locked=True).first()
    if job is None:
        return None
    _remove_result(job)
    if job.cancelled or job.tries >= MAX_TRIES:
        job.status = Job.Status.CANCELLED if job.cancelled else Job.Status.FAILED
        job.note, job.ended = CANCELLED if job.cancelled else GIVEN_UP, now
        job.save(update_fields=["status", "note", "ended"])
        return job
    job.status, job.lease, job.heartbeat, job.tries = Job.Status.RUNNING, uuid.uuid4(), now, job.tries + 1
    job.done = job.total = 0
    job.save(update_fields=["status", "lease", "heartbeat", "tries", "done", "total"])
    return job


def run(job: Job) -> None:
    """Do one claimed job, here and now, to its end whatever it raises."""
    end = Job.objects.filter(pk=job.pk, lease=job.lease, status=Job.Status.RUNNING)
    try:
        with storage.workplace() as folder:
            attempt = Run(job, folder)
            if not attempt.user.is_active:
                raise Failed("发起人的账号已停用。")
            result = _kinds[job.kind].make(attempt)
            if not attempt.committed:
                with attempt.commit(result):
                    pass
    except Cancelled:
        end.update(status=Job.Status.CANCELLED, ended=timezone.now(), note=CANCELLED)
    except Failed as failure:
        end.update(status=Job.Status.FAILED, ended=timezone.now(), note=str(failure)[:300])
    except (KeyboardInterrupt, SystemExit):
        give_back(job)
        raise
    except OperationalError:  # the database was busy or away: the next try may do better
        logger.exception("job %s (%s) waits for its next try", job.pk, job.kind)
        give_back(job)
    except BaseException:  # WeasyPrint's fatal fetch error is none of Exception (P03)
        logger.exception("job %s (%s) broke", job.pk, job.kind)
        end.update(status=Job.Status.FAILED, ended=timezone.now(), note=BROKEN)
    finally:
        if not Job.objects.filter(pk=job.pk, lease=job.lease, status=Job.Status.DONE).exists():
            _remove_result(job)


def run_all() -> int:
    """Do every job that waits, one after the other, in this process; for tests and for `worker --once`."""
    count = 0
    while job := claim():
        if job.status == Job.Status.RUNNING:
            run(job)
        count += 1
    return count


def beat(job: Job) -> bool:
    """Keep the lease of a running job; False when the run has no more business: cancelled, ended or taken over."""
    mine = Job.objects.filter(pk=job.pk, lease=job.lease, status=Job.Status.RUNNING, cancelled=False)
    return bool(mine.update(heartbeat=timezone.now()))


def give_back(job: Job, note: str = "") -> None:
    """The run has ended too early: the job waits for its next try, or ends: cancelled, or failed with `note`."""
    mine = Job.objects.filter(pk=job.pk, lease=job.lease, status=Job.Status.RUNNING)
    now = timezone.now()
    mine.filter(cancelled=True).update(status=Job.Status.CANCELLED, ended=now, note=CANCELLED)
    if note:
        mine.update(status=Job.Status.FAILED, ended=now, note=note)
    else:
        mine.update(status=Job.Status.WAITING)


def minutes_of(job: Job) -> int:
    return _kinds[job.kind].minutes


def expire() -> int:
    """Take away the files of jobs that ended a day ago, and files that no job names any more."""
    old, count = Job.objects.filter(ended__lt=timezone.now() - JOB_KEPT).exclude(file_name=""), 0
    while due := list(old.only("lease")[:MANY]):  # those, and not which have become due since then
        for job in due:
            _remove_result(job)
        Job.objects.filter(pk__in=[job.pk for job in due]).update(file_name="", size=0)
        count += len(due)
    storage.sweep_results(_named)
    return count


def _named(leases: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those under which a file lies that a job names, or will when it ends."""
    rows = Job.objects.filter(~Q(file_name="") | Q(status=Job.Status.RUNNING), lease__in=leases)
    return {lease for lease in rows.values_list("lease", flat=True) if lease}


def forget(before: datetime) -> int:
    """Take away the rows of jobs that ended before then; their files have long gone. How many."""
    count = 0
    while due := list(Job.objects.filter(ended__lt=before, file_name="").values_list("pk", flat=True)[:MANY]):
        count += Job.objects.filter(pk__in=due).delete()[1].get("attachments.Job", 0)
    return count


def _remove_result(job: Job) -> None:
    if job.lease:
        storage.result_of(job.lease).unlink(missing_ok=True)
