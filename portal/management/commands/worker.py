"""The process beside the web server: background jobs; mails and the morning's digest; what has expired goes."""

import signal
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connections

from accounts import notices
from attachments import jobs, worker
from attachments.models import Job
from portal import digest

POLL = 0.5
MINUTE = 60
EVERY = {"housekeeping": 60 * MINUTE}  # the other tasks: every minute


class Command(BaseCommand):
    help = "处理后台任务，发送通知邮件和每日待办提醒，每小时清理过期数据"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="做完现有的任务就结束")
        parser.add_argument("--with-parent", action="store_true", help="启动它的进程结束时一起结束")

    def handle(self, *, once: bool, with_parent: bool, **options) -> None:
        if with_parent:
            worker.die_with_parent(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # `docker stop` is a Ctrl-C
        due = {task: float("-inf") for task in (self.housekeeping, digest.send, notices.mail_pending)}
        try:
            while True:
                try:
                    for task, last in due.items():
                        if not once and time.monotonic() - last > EVERY.get(task.__name__, MINUTE):
                            due[task] = time.monotonic()
                            task()
                    busy = self.step()
                except OperationalError as fault:  # the database is away: so is the work; it will come back
                    self.stderr.write(f"数据库暂不可用：{fault}".strip())
                    connections.close_all()
                    busy = False
                if once and not busy:
                    return
                if not busy:
                    time.sleep(POLL)
        except KeyboardInterrupt:
            self.stdout.write("后台任务进程已停止")

    def housekeeping(self) -> None:
        call_command("housekeeping", stdout=self.stdout)

    def step(self) -> bool:
        """Do the next job, if there is one."""
        job = jobs.claim()
        if job is not None and job.status == Job.Status.RUNNING:
            worker.supervise(job)
        return job is not None
