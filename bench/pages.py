"""Pages beside a bare one, at several sizes of the table, turn by turn in one run.

Turn by turn, because a shared machine is faster in one minute than in the next: a page is compared with the bare page
of the same round, and the large database with the small one. What a visit changes is taken back.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from unicodedata import east_asian_width

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client, override_settings

from accounts.models import User

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


@dataclass(frozen=True)
class Stock:
    """What a database is filled with: what it is called, how much is there, and how more comes."""

    words: str
    there: Callable[[], int]
    more: Callable[[int], None]


def compare(sizes: list[int], rounds: int, stock: Stock, visits_of: Callable[[], list[Visit]]) -> None:
    settings.TEMPLATES[0]["DIRS"].append(settings.BASE_DIR / "bench" / "templates")
    by_size = dict(zip(sizes, databases(sizes, stock), strict=True))
    samples: dict[tuple[str, int], Sample] = defaultdict(Sample)
    with override_settings(ROOT_URLCONF="bench.urls"):
        places = {}
        for size, database in by_size.items():
            connections["default"] = database
            visits = visits_of()
            clients = {name: Client() for name in {visit.user for visit in visits}}
            for name, client in clients.items():
                if name:
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
    _report(places[sizes[0]][0], sizes, stock, samples)


def databases(sizes: list[int], stock: Stock) -> Iterator:
    """One database for each size, each seeded on top of a copy of the one before."""
    first = connections["default"]
    before = None
    for size in sizes:
        name = f"bench_{size}"
        _administer(f"CREATE DATABASE {name} TEMPLATE {before or 'template1'}")
        database = first.copy()
        database.settings_dict["NAME"] = name
        limits = database.settings_dict["OPTIONS"].pop("options")  # seeding takes longer than a page may
        connections["default"] = database
        begun = time.monotonic()
        if before is None:
            call_command("migrate", verbosity=0)
            call_command("seed_demo")
        stock.more(size - stock.there())
        with connection.cursor() as work:
            work.execute("VACUUM ANALYZE")
            work.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            print(f"{size:,} {stock.words}：{time.monotonic() - begun:.0f} 秒，{work.fetchone()[0]}", flush=True)
        connection.close()
        database.settings_dict["OPTIONS"]["options"] = limits
        before = name
        yield database


def _administer(statement: str) -> None:
    admin = psycopg2.connect(os.environ["DATABASE_URL"])
    admin.autocommit = True
    with admin.cursor() as work:
        work.execute(statement)
    admin.close()


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


def _report(visits: list[Visit], sizes: list[int], stock: Stock, samples: dict[tuple[str, int], Sample]) -> None:
    print(
        f"\n{wide('页面', 30)}{stock.words[0] + '数':>7}{'中位 ms':>8}{'p95 ms':>10}{'SQL':>6}{'SQL ms':>9}{'KB':>8}"
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
