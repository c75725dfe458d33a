"""Runs jobs in child processes: a child that eats memory or hangs takes nobody with it, and leaves nothing behind."""

import ctypes
import os
import signal
import time
from contextlib import suppress

from django.db import connections

from attachments import jobs
from attachments.models import Job

POLL = 0.1
BEAT_EVERY = 5.0
GRACE = 10.0  # between asking a child to stop and ending it
TOO_LONG = "超过 {} 分钟仍未完成，已停止。请缩小范围后重新发起。"
_PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int = signal.SIGKILL) -> None:
    """Linux ends this process when its parent has gone, whatever the parent died of."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signum)


def supervise(job: Job) -> None:
    """Do one claimed job in a child; keep its lease, end it when it is cancelled or takes too long."""
    connections.close_all()  # a connection must not be shared by two processes
    parent, child = os.getpid(), os.fork()
    if child == 0:
        _be_child(job, parent)
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


def _be_child(job: Job, parent: int) -> None:
    code = 1
    try:
        die_with_parent()
        if os.getppid() != parent:  # it had died before it could be asked for
            os._exit(code)
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_DFL)
        jobs.run(job)
        connections.close_all()
        code = 0
    finally:
        os._exit(code)


def _ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _end(child: int) -> None:
    """Ask, wait, end."""
    for signum, wait in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        with suppress(ProcessLookupError):
            os.kill(child, signum)
        until = time.monotonic() + wait
        while time.monotonic() < until:
            if _ended(child):
                return
            time.sleep(POLL)
