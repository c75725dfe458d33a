"""The officers' pages beside a bare one, at several sizes of the table, turn by turn in one run.

Turn by turn, because a shared machine is faster in one minute than in the next: a page is compared with the bare page
of the same round, and the large database with the small one. Decisions are made inside a transaction and taken back.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from unicodedata import east_asian_width

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from applications import flow
from applications.models import Application
from review.paging import _write as cursor
from review.services import MAX_BULK

AIM_RATIO, AIM_GROWTH, AIM_BULK = 2.0, 1.2, 3000.0
BULK_EVERY = 4  # the batch of 200 comes in every fourth round


@dataclass
class Sample:
    """What one page cost at one size."""

    ms: list[float] = field(default_factory=list)
    sql_ms: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0

    @property
    def median(self) -> float:
        return median(self.ms)

    @property
    def p95(self) -> float:
        return sorted(self.ms)[int(len(self.ms) * 0.95)]


@dataclass(frozen=True)
class Visit:
    """`bare` names the visit that a page is compared with."""

    name: str
    user: str
    open: Callable[[Client], HttpResponse]
    bare: str = ""
    status: int = 200
    rare: bool = False


def run(sizes: list[int], rounds: int) -> None:
    settings.TEMPLATES[0]["DIRS"].append(settings.BASE_DIR / "bench" / "templates")
    by_size = dict(zip(sizes, databases(sizes), strict=True))
    samples: dict[tuple[str, int], Sample] = defaultdict(Sample)
    with override_settings(ROOT_URLCONF="bench.urls"):
        places = {}
        for size, database in by_size.items():
            connections["default"] = database
            visits = _visits()
            clients = {name: Client() for name in {visit.user for visit in visits}}
            for name, client in clients.items():
                client.force_login(User.objects.get(username=name), "accounts.backends.RoleBackend")
            places[size] = visits, clients
            for visit in visits:
                _measure(visit, clients[visit.user], Sample())  # templates compiled, buffers filled
        print(f"测量：{rounds} 轮", flush=True)
        for turn in range(rounds):
            for size, (visits, clients) in places.items():
                connections["default"] = by_size[size]
                for visit in visits:
                    if not visit.rare or turn % BULK_EVERY == 0:
                        _measure(visit, clients[visit.user], samples[visit.name, size])
    _report(places[sizes[0]][0], sizes, samples)


def databases(sizes: list[int]):
    """One database for each size, each seeded on top of a copy of the one before."""
    first = connections["default"]
    before = None
    for size in sizes:
        name = f"bench_{size}"
        _administer(f"CREATE DATABASE {name} TEMPLATE {before or 'template1'}")
        database = first.copy()
        database.settings_dict["NAME"] = name
        database.settings_dict["OPTIONS"].pop("options")  # seeding and vacuuming take longer than a page may
        connections["default"] = database
        begun = time.monotonic()
        if before is None:
            call_command("migrate", verbosity=0)
            call_command("seed_demo")
        call_command("seed_demo", applications=size - Application.objects.count())
        with connection.cursor() as work:
            work.execute("VACUUM ANALYZE")
            work.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            print(f"{size:,} 份申请：{time.monotonic() - begun:.0f} 秒，{work.fetchone()[0]}", flush=True)
        connection.close()
        before = name
        yield database


def _administer(statement: str) -> None:
    admin = psycopg2.connect(os.environ["DATABASE_URL"])
    admin.autocommit = True
    with admin.cursor() as work:
        work.execute(statement)
    admin.close()


def _visits() -> list[Visit]:
    """The pages, on the rows that this database holds."""
    city, province = (User.objects.get(username=name).desks[0] for name in ("city", "province"))
    records = reverse("review:records", args=("selection",))
    condition = f"{records}?name=张&state={flow.APPROVED}"
    last = cursor("last")

    def rows(desk, state: str, count: int) -> list[str]:
        found = Application.objects.filter(desk=desk, state=state).order_by("since", "id")[:count]
        return [case.row_value for case in found]

    def get(url: str) -> Callable[[Client], HttpResponse]:
        return lambda client: client.get(url)

    def decide(picked: list[str], state: str, **more) -> Callable[[Client], HttpResponse]:
        url = reverse("review:decide", args=("selection",))
        data = {"rows": picked, "queue": state, "action": "pass", **more}
        return lambda client: client.post(url, data)

    def queue(state: str) -> str:
        return reverse("review:queue", args=("selection", state))

    first = rows(city, flow.INITIAL, 1)
    case = reverse("review:case", args=("selection", first[0].partition(":")[0])) + "?queue=initial"
    bare_city, bare_province = "空页面（地市）", "空页面（省厅）"
    return [
        Visit(bare_city, "city", get(reverse("bare", args=(flow.INITIAL,)))),
        Visit("申请审核，地市，第 1 页", "city", get(queue(flow.INITIAL)), bare_city),
        Visit("审核记录，地市", "city", get(records), bare_city),
        Visit("审核记录，地市，末页", "city", get(f"{records}?page={last}"), bare_city),
        Visit("申请详情，地市", "city", get(case), bare_city),
        Visit("通过 1 份，地市", "city", decide(first, flow.INITIAL, **{"from": "case"}), bare_city, 302),
        Visit("通过 200 份，地市", "city", decide(rows(city, flow.INITIAL, MAX_BULK), flow.INITIAL), "", 302, True),
        Visit(bare_province, "province", get(reverse("bare", args=(flow.PROVINCE,)))),
        Visit("申请审核，省厅，第 1 页", "province", get(queue(flow.PROVINCE)), bare_province),
        Visit("审核记录，省厅", "province", get(records), bare_province),
        Visit("审核记录，省厅，末页", "province", get(f"{records}?page={last}"), bare_province),
        Visit("审核记录，姓名 + 状态", "province", get(condition), bare_province),
        Visit("审核记录，姓名 + 状态，末页", "province", get(f"{condition}&page={last}"), bare_province),
        Visit(
            "通过 200 份，省厅",
            "province",
            decide(rows(province, flow.PROVINCE, MAX_BULK), flow.PROVINCE),
            "",
            302,
            True,
        ),
    ]


def _measure(visit: Visit, client: Client, sample: Sample) -> None:
    spent: list[float] = []

    def timed(execute, *statement):
        begun = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            spent.append(time.perf_counter() - begun)

    with transaction.atomic(), connection.execute_wrapper(timed):
        begun = time.perf_counter()
        response = visit.open(client)
        sample.ms.append((time.perf_counter() - begun) * 1000)
        transaction.set_rollback(True)
    if response.status_code != visit.status:
        raise RuntimeError(f"{visit.name}: {response.status_code}")
    sample.sql_ms.append(sum(spent) * 1000)
    sample.queries, sample.size = len(spent), len(response.content)


def _report(visits: list[Visit], sizes: list[int], samples: dict[tuple[str, int], Sample]) -> None:
    print(
        f"\n{wide('页面', 30)}{'份数':>7}{'中位 ms':>8}{'p95 ms':>10}{'SQL':>6}{'SQL ms':>9}{'KB':>8}"
        f"{'÷空页面':>7}{'÷小库':>7}"
    )
    missed = []
    for visit in visits:
        small = samples[visit.name, sizes[0]]
        for size in sizes:
            sample = samples[visit.name, size]
            ratio = sample.median / samples[visit.bare, size].median if visit.bare else None
            growth = sample.median / small.median if size != sizes[0] else None
            print(
                f"{wide(visit.name, 30)}{size:>9,}{sample.median:>10.1f}{sample.p95:>10.1f}{sample.queries:>6}"
                f"{median(sample.sql_ms):>9.1f}{sample.size / 1024:>8.1f}"
                f"{f'{ratio:.2f}' if ratio else '—':>9}{f'{growth:.2f}' if growth else '—':>9}"
            )
            if ratio and ratio > AIM_RATIO and visit.status == 200:
                missed.append(f"{visit.name}（{size:,}）是空页面的 {ratio:.2f} 倍")
            if growth and growth > AIM_GROWTH:
                missed.append(f"{visit.name}从 {sizes[0]:,} 到 {size:,} 慢了 {growth:.2f} 倍")
            if visit.rare and sample.p95 > AIM_BULK:
                missed.append(f"{visit.name}（{size:,}）用了 {sample.p95:.0f} ms")
    print(f"\n目标：页面 ≤ 空页面的 {AIM_RATIO:g} 倍，增长 ≤ {AIM_GROWTH:g} 倍，一批 200 份 ≤ {AIM_BULK / 1000:g} 秒。")
    print("\n".join(missed) or "全部达到。")


def wide(text: str, width: int) -> str:
    return text + " " * (width - sum(2 if east_asian_width(char) in "WF" else 1 for char in text))
