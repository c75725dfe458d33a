"""The statistics pages beside their bare SQL: the statements that each page sends, sent by themselves; and beside an
empty page of the same person, for a legal unit counts its own dozens, and most of its page is the frame.

Turn by turn: each round opens a page and sends its statements again, on the same connection, rows fetched.
"""

import time
from dataclasses import dataclass, field
from statistics import median

from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from applications import flow
from bench.pages import AIM_RATIO, databases, wide
from bench.queues import APPLICATIONS

EMPTY = "空页面"


@dataclass
class Sample:
    page: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    queries: int = 0
    size: int = 0


@override_settings(ROOT_URLCONF="bench.urls")
def run(size: int, rounds: int) -> None:
    settings.TEMPLATES[0]["DIRS"].append(settings.BASE_DIR / "bench" / "templates")
    (connections["default"],) = databases([size], APPLICATIONS)
    overview, teams, empty = reverse("stats:overview"), reverse("stats:teams"), reverse("bare", args=(flow.INITIAL,))
    pages = {
        "省厅，按所在地市": ("province", overview),
        "省厅，按产业链": ("province", f"{overview}?by=chain"),
        "省厅，按县": ("province", f"{overview}?by=target_county"),
        "省厅，当前环节": ("province", f"{overview}?by=state"),
        "省厅，环节与时长": ("province", reverse("stats:stages")),
        "地市，按意向服务市": ("city", overview),
        "地市，按所在县": ("city", f"{overview}?by=home_county"),
        "地市，环节与时长": ("city", reverse("stats:stages")),
        "法人单位": ("unit", overview),
        "单位团队统计": ("unit", teams),
        "单位团队统计，按产业链": ("unit", f"{teams}?by=chain"),
    }
    clients = {name: Client() for name, _ in pages.values()}
    for name, client in clients.items():
        client.force_login(User.objects.get(username=name), "accounts.backends.RoleBackend")
    visits = {f"{EMPTY} {name}": (name, empty) for name in clients} | pages
    samples = {name: Sample() for name in visits}
    for turn in range(rounds + 1):
        for name, (user, url) in visits.items():
            _measure(clients[user], url, samples[name] if turn else Sample())  # the first round fills buffers
    _report(size, [(name, samples[name], samples[f"{EMPTY} {user}"]) for name, (user, _) in pages.items()])


def _measure(client: Client, url: str, sample: Sample) -> None:
    statements: list[tuple[str, object]] = []

    def noted(execute, sql, params, many, context):
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        begun = time.perf_counter()
        response = client.get(url)
        sample.page.append((time.perf_counter() - begun) * 1000)
    if response.status_code != 200:
        raise RuntimeError(f"{url}: {response.status_code}")
    asked = [(sql, params) for sql, params in statements if sql.startswith("SELECT")]
    with connection.connection.cursor() as cursor:  # psycopg2's own
        begun = time.perf_counter()
        for sql, params in asked:
            cursor.execute(sql, params)
            cursor.fetchall()
        sample.bare.append((time.perf_counter() - begun) * 1000)
    sample.queries, sample.size = len(asked), len(response.content)


def _report(size: int, told: list[tuple[str, Sample, Sample]]) -> None:
    print(
        f"\n{size:,} 份申请\n{wide('页面', 24)}{'中位 ms':>8}{'只有 SQL ms':>10}{'÷SQL':>8}{'空页面 ms':>9}"
        f"{'÷(SQL+空页面)':>11}{'查询':>6}{'KB':>8}"
    )
    missed = []
    for name, sample, empty in told:
        page, bare, frame = median(sample.page), median(sample.bare), median(empty.page)
        print(
            f"{wide(name, 24)}{page:>10.1f}{bare:>13.1f}{page / bare:>9.2f}{frame:>12.1f}{page / (bare + frame):>15.2f}"
            f"{sample.queries:>8}{sample.size / 1024:>8.1f}"
        )
        if page > AIM_RATIO * bare:
            missed.append(f"{name}是其 SQL 的 {page / bare:.2f} 倍")
    print(f"\n目标：页面 ≤ 其 SQL 的 {AIM_RATIO:g} 倍。")
    print("\n".join(missed) or "全部达到。")
