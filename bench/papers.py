"""Applications to PDF and zip, as the province downloads them: beside bare WeasyPrint, and again from the store.

Round by round, because a shared machine is faster in one minute than in the next: each round typesets the same
applications once bare and once as a job, in the same number of processes. CPU time is told beside the clock's.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from attachments import jobs
from attachments.models import Job
from review import papers
from review.papers import BOUND, ZIP, Wish

AIM_FIRST, AIM_AGAIN, AIM_GROWTH = 0.9, 20.0, 1.25
ROUND = 125
FEW = 250  # memory with so many is what memory with all of them is compared with


@dataclass
class Spent:
    """Seconds by the clock and of the processors, children and all."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> "Spent":
        self.wall -= time.perf_counter()
        self.cpu -= _cpu()
        return self

    def __exit__(self, *fault) -> None:
        self.wall += time.perf_counter()
        self.cpu += _cpu()


def _cpu() -> float:
    return sum(one.ru_utime + one.ru_stime for one in map(getrusage, (RUSAGE_SELF, RUSAGE_CHILDREN)))


def run(count: int, home: str) -> None:
    call_command("migrate", verbosity=0)
    call_command("seed_demo", verbosity=0)
    call_command("seed_demo", applications=int(count * 1.4), verbosity=0)  # two in three apply for themselves
    province = User.objects.get(username="province")
    process, folder = papers.find("personal")
    cases = list(papers.rows(process, folder, province).order_by(*process.filing).values_list("case_id", flat=True))
    cases = cases[:count]
    bare, first, again = Spent(), Spent(), Spent()
    pages = 0
    for start in range(0, len(cases), ROUND):
        wish = Wish(process, folder, tuple(cases[start : start + ROUND]))
        html = [found[0].source for _, found in papers.papers(wish, province)]
        for ours in (True, False) if start // ROUND % 2 else (False, True):
            if ours:
                with first:
                    _made(wish, province)
            else:
                with bare:
                    pages += _bare(html, home)
        print(f"  {min(start + ROUND, len(cases)):,} / {len(cases):,}", flush=True)
    everything = Wish(process, folder, tuple(cases))
    with again:
        job = _made(everything, province)
    print(
        f"\n个人申请 {len(cases):,} 份，{pages:,} 页，{settings.PDF_PROCESSES} 个进程，zip {job.size / 2**20:.0f} MB\n"
        f"首次：本系统 {pages / first.wall:.1f} 页/秒，裸 WeasyPrint {pages / bare.wall:.1f} 页/秒，"
        f"比值 {bare.wall / first.wall:.2f}（处理器时间 {bare.cpu / first.cpu:.2f}），目标 ≥ {AIM_FIRST:g}\n"
        f"再次：{again.wall:.1f} 秒，首次共 {first.wall:.1f} 秒，快 {first.wall / again.wall:.0f} 倍，"
        f"目标 ≥ {AIM_AGAIN:g}"
    )
    for way, label in ((ZIP, "打包"), (BOUND, "合并")):
        few, all_ = (_peak(Wish(process, folder, tuple(cases[:size]), way), province) for size in (FEW, len(cases)))
        print(
            f"内存，{label}，取自存库：{FEW} 份 {few:.0f} MB，{len(cases):,} 份 {all_:.0f} MB，目标 ≤ {AIM_GROWTH:g} 倍"
        )
    few, all_ = (
        _peak(Wish(process, folder, tuple(cases[:size])), province, KTP_MEDIA_ROOT=f"{home}/fresh-{size}")
        for size in (FEW, len(cases))
    )
    print(f"内存，打包，连同排版（最大的一个进程）：{FEW} 份 {few:.0f} MB，{len(cases):,} 份 {all_:.0f} MB")


def _made(wish: Wish, user: User) -> Job:
    job = papers.ask(wish, by=user, address=None)
    jobs.run_all()
    job.refresh_from_db()
    if job.status != Job.Status.DONE or job.note != f"{len(wish.cases):,} 个文件":
        raise RuntimeError(f"{job.status}: {job.note}")
    return job


def _bare(html: list[str], home: str) -> int:
    """The same pages by as many processes; how many pages of paper they became."""
    found = []
    for number in range(settings.PDF_PROCESSES):
        path = Path(home) / f"pages-{number}.json"
        path.write_text(json.dumps(html[number :: settings.PDF_PROCESSES]), encoding="utf-8")
        found.append(
            subprocess.Popen([sys.executable, "-m", "bench.bare_pdf", path], stdout=subprocess.PIPE, text=True)
        )
    return sum(int(process.communicate()[0]) for process in found)


def _peak(wish: Wish, user: User, **environment: str) -> float:
    """The most memory that one process took of a worker which did this job alone, in MB; looked up while it runs, as
    what the system tells at its end begins with the size of whoever started it."""
    job = papers.ask(wish, by=user, address=None)
    command = [sys.executable, "manage.py", "worker", "--once"]
    worker = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | environment)
    most = 0
    while worker.poll() is None:
        most = max(most, *map(_size, _family(worker.pid)))
        time.sleep(0.02)
    job.refresh_from_db()
    if job.status != Job.Status.DONE:
        raise RuntimeError(f"{job.status}: {job.note}")
    return most / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _size(pid: int) -> int:
    """The most that a process has held at once so far, in KB."""
    with suppress(OSError):
        if found := re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()):
            return int(found[1])
    return 0
