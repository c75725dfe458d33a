"""The process beside the web server: background jobs; the morning's digest and mails; what has expired goes.

Each in a process of its own, so that nothing waits for anything: the digest comes at eight while a bundle of hours is
made, and of the two hands that do jobs one takes no long ones.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connections

from accounts import notices
from attachments import jobs, worker
from attachments.models import Job
from attachments.worker import Part
from portal import digest

POLL = 0.5
MINUTE = 60
Answer = TypeVar("Answer")


class Command(BaseCommand):
    help = "处理后台任务，发送通知邮件和每日待办提醒，每小时清理过期数据"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="做完现有的任务就结束")
        parser.add_argument("--with-parent", action="store_true", help="启动它的进程结束时一起结束")

    def handle(self, *, once: bool, with_parent: bool, **options) -> None:
        if with_parent:
            worker.die_with_parent(signal.SIGTERM)
        worker.stop_when_told()
        try:
            if once:
                while self.attempt(self.step):
                    pass
            else:
                worker.side_by_side(self.parts())
        except KeyboardInterrupt:
            self.stdout.write("后台任务进程已停止")

    def parts(self) -> list[Part]:
        return [
            Part(partial(self.hand, long=True)),
            Part(partial(self.hand, long=False)),
            Part(partial(self.attempt, digest.send), MINUTE),
            Part(partial(self.attempt, notices.mail_pending), MINUTE),
            Part(partial(self.attempt, self.housekeeping), 60 * MINUTE),
        ]

    def hand(self, *, long: bool) -> None:
        """Does one job after the other; without `long` none that takes hours."""
        worker.stop_when_told()
        with suppress(KeyboardInterrupt):
            while True:
                if not self.attempt(partial(self.step, long=long)):
                    time.sleep(POLL)

    def step(self, *, long: bool = True) -> bool:
        """Do the next job, if there is one."""
        job = jobs.claim(long=long)
        if job is not None and job.status == Job.Status.RUNNING:
            worker.supervise(job)
        return job is not None

    def housekeeping(self) -> None:
        call_command("housekeeping", stdout=self.stdout)

    def attempt(self, task: Callable[[], Answer]) -> Answer | None:
        try:
            return task()
        except OperationalError as fault:  # the database is away: so is the work; it will come back
            self.stderr.write(f"数据库暂不可用：{fault}".strip())
            connections.close_all()
            return None
