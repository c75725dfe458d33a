import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Region, User
from agreements import flow as agreements
from agreements.models import Agreement
from applications import flow
from applications.docking.selectors import approved
from applications.models import Application, Batch, Need, UnitAdmission
from applications.models.selection import end_words
from portal.maps import Outline, outlines
from portal.publicity.selectors import published
from review import registry


def decided_this_week(user: User) -> int:
    """How many decisions this person has taken in the last seven days, over all processes."""
    since = timezone.now() - timedelta(days=7)
    return sum(
        process.model.related("steps").objects.filter(actor=user, at__gte=since, organisation__isnull=False).count()
        for process in registry.all_processes()
        if user.has_perm(process.model.records_permission())
    )


@dataclass(frozen=True)
class Stop:
    """One of the way of a batch, as the home page draws it; `mark`: past, here, or nothing when it is to come."""

    head: str
    words: str
    mark: str = ""
    url: str = ""


def stops(batch: Batch) -> list[Stop]:
    """What happens in a batch, in its order. Up to the last date its dates tell where it stands, then its 公示."""
    now = timezone.now()
    out = published(batch)
    running = out is None or not out.period.over
    rows = [(batch.opens_at, _short(batch.opens_at), "开始申报"), (batch.closes_at, batch.ends, "申报截止")]
    if batch.mends_until and batch.mends_until > batch.closes_at:
        rows.append((batch.mends_until, end_words(batch.mends_until), "退回补正截止"))
    heads = [(head, words, "") for _, head, words in rows]
    here = sum(at <= now for at, *_ in rows)
    if here == len(rows):
        here += out is not None
        here += not running
    names = f"{out.period.begins:%-m月%-d日}至{out.period.ends:%-m月%-d日}，查看名单" if out else "审核成功的向社会公示"
    heads += [
        ("审核与对接", "初审、省厅审核和推送、服务地市接收、省厅终审", ""),
        ("名单公示", names, out.url if out else ""), ("签订协议", "四方盖章，扫描上传，省厅归档", ""),
    ]  # fmt: skip
    marks = ["past" if n < here else "here" if n == here else "" for n in range(len(heads))]
    return [Stop(head, words, mark, url) for (head, words, url), mark in zip(heads, marks, strict=True)]


def _short(at: datetime) -> str:
    """A moment; its year where it is another than this."""
    here = timezone.localtime(at)
    return f"{here:%-m月%-d日 %H:%M}" if here.year == timezone.localdate().year else f"{here:%Y年%-m月%-d日 %H:%M}"


FIGURES, FIGURES_KEPT = "public_figures", 600  # seconds; the home page tells how they stood within the last ten minutes
SHADES = 4  # of the map, beside none


@dataclass(frozen=True)
class Place:
    """A city on the home page: who serves there, and what is asked for there."""

    pk: int
    code: str
    name: str
    people: int
    teams: int
    needs: int
    shade: int = 0

    @property
    def serving(self) -> int:
        return self.people + self.teams

    @property
    def short(self) -> str:
        """As on maps, 「恩施」."""
        return re.sub(r"(土家族苗族)?(自治州|林区|市)$", "", self.name)

    @property
    def outline(self) -> Outline | None:
        return outlines()[1].get(self.code)


@dataclass(frozen=True)
class Figures:
    """What everybody may know: numbers alone, of what has been decided."""

    totals: list[tuple[str, int]]
    places: list[Place]


def public_figures() -> Figures:
    return cache.get_or_set(FIGURES, _figures, FIGURES_KEPT) or Figures([], [])


def _figures() -> Figures:
    kind = Application.Kind
    serving = Counter({(city, kind): count for city, kind, count in _counted(approved(), "target_city", "kind")})
    asked = Counter(dict(_counted(Need.objects.public(), "city")))
    places = [
        Place(
            city.pk, city.code, city.name, serving[city.pk, kind.PERSONAL], serving[city.pk, kind.TEAM], asked[city.pk]
        )
        for city in Region.objects.filter(level=Region.Level.CITY)
    ]
    most = max((place.serving for place in places), default=0)
    totals = [
        ("个人科技特派员", sum(place.people for place in places)),
        ("科技特派员团队", sum(place.teams for place in places)),
        ("法人单位", UnitAdmission.objects.filter(state=flow.ADMITTED).count()),
        ("已归档服务协议", Agreement.objects.filter(state=agreements.ARCHIVED).count()),
        ("公开的服务需求", asked.total()),
    ]
    return Figures(totals, [replace(place, shade=-(-SHADES * place.serving // (most or 1))) for place in places])


def _counted(rows: QuerySet, *names: str) -> QuerySet:
    return rows.order_by().values_list(*names).annotate(count=Count("pk"))
