"""Processes beside each other: a child that eats memory or hangs takes nobody with it, and leaves nothing behind."""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.db import connections

from attachments import jobs
from attachments.models import Job

logger = logging.getLogger("ktp.worker")

POLL = 0.1
BEAT_EVERY = 5.0
GRACE = 10.0  # between asking a child to stop and ending it
TOO_LONG = "超过 {} 分钟仍未完成，已停止。请缩小范围后重新发起。"
STOPS = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Linux ends this process when its parent has gone, whatever the parent died of."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signum)


def stop_when_told() -> None:
    """`docker stop` and Ctrl-C raise KeyboardInterrupt; once, so that nothing hinders what has to be put in order."""

    def stop(signum: int, frame: object) -> None:
        for one in STOPS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in STOPS:
        signal.signal(one, stop)


@dataclass
class Part:
    """Some of a worker's work, in a process of its own: begun anew after `every` so many seconds, not before the last
    one has ended."""

    work: Callable[[], object]
    every: float = 1
    child: int = 0
    begun: float = float("-inf")


def side_by_side(parts: Sequence[Part]) -> None:
    """Keeps the parts going until this process is told to stop. It has no business with the database itself."""
    try:
        while True:
            for part in parts:
                if part.child and _ended(part.child):
                    part.child = 0
                if not part.child and time.monotonic() - part.begun > part.every:
                    part.begun, part.child = time.monotonic(), _fork(part.work)
            time.sleep(POLL)
    finally:
        _end(*(part.child for part in parts if part.child))


def supervise(job: Job) -> None:
    """Do one claimed job in a child; keep its lease, end it when it is cancelled or takes too long."""
    child = _fork(partial(jobs.run, job))
    begun = told = time.monotonic()
    try:
        while not _ended(child):
            time.sleep(POLL)
            now = time.monotonic()
            if now - begun > jobs.minutes_of(job) * 60:
                _end(child)
                return jobs.give_back(job, TOO_LONG.format(jobs.minutes_of(job)))
            if now - told > BEAT_EVERY:
                told = now
                if not jobs.beat(job):
                    _end(child)
    except BaseException:
        _end(child)
        raise
    finally:
        jobs.give_back(job)  # of a child that has ended its job there is nothing to give back


def _fork(work: Callable[[], object]) -> int:
    """The number of a child that does this and ends, or ends with us."""
    connections.close_all()  # a connection must not be shared by two processes
    sys.stdout.flush()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _be_child(work, parent)
    return child


def _be_child(work: Callable[[], object], parent: int) -> None:
    code = 1
    try:
        die_with_parent()
        if os.getppid() != parent:  # it had died before it could be asked for
            os._exit(code)
        for one in STOPS:
            signal.signal(one, signal.SIG_DFL)
        work()
        connections.close_all()
        sys.stdout.flush()
        code = 0
    except BaseException:
        logger.exception("a child of the worker broke")
    finally:
        os._exit(code)


def _ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _end(*children: int) -> None:
    """Ask, wait, end."""
    left = list(children)
    for signum in (signal.SIGTERM, signal.SIGKILL):
        for child in left:
            with suppress(ProcessLookupError):
                os.kill(child, signum)
        until = time.monotonic() + GRACE
        while left := [child for child in left if not _ended(child)]:
            if time.monotonic() > until:
                break
            time.sleep(POLL)
