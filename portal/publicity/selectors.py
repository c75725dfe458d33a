import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from accounts.masks import mask_name
from accounts.models import User
from applications import flow
from applications.models import Application, Batch
from portal.articles.models import Publication
from portal.publicity.models import NameNotice, NameRow, Objection, Period
from review.deadlines import waited


@dataclass(frozen=True)
class Published:
    """A 公示 that the public reads now."""

    url: str
    period: Period


def published(batch: Batch) -> Published | None:
    """The newest of a batch, if there is one."""
    shown = Publication.objects.shown().filter(article__notice__batch=batch).order_by("-shown_from")
    found = shown.select_related("article__notice").defer("html", "search", "article__body").first()
    if found is None:
        return None
    return Published(found.get_absolute_url(), found.article.notice.period(found.shown_from))


def chosen(batch: Batch) -> Iterator[Application]:
    """Whom a batch has selected, in the order of the list."""
    rows = Application.objects.filter(batch=batch, state=flow.APPROVED).select_related("home_city", "target_city")
    rows = rows.prefetch_related("participants").order_by("home_city__code", "unit_name", "pk")
    return rows.iterator(chunk_size=1000)


def line(application: Application, number: int) -> NameRow:
    """As the public reads it. The name of a team, or of a family's farm, often holds a name of one of its people: that
    is masked, too."""
    name, kind = mask_name(application.applicant_name), "个人"
    unit = _masked(application.unit_name, [application.applicant_name])
    if application.is_team:
        people = application.participants.all()
        team = _masked(application.team_name, (person.name for person in people))
        name, kind, unit = f"{team}（{name}等 {len(people)} 人）", "法人（团队）", application.unit_name
    return NameRow(
        number=number, name=name, kind=kind, unit=unit,
        home=application.home_city.name if application.home_city else "",
        target=application.target_city.name if application.target_city else "",
    )  # fmt: skip


def _masked(text: str, names: Iterable[str]) -> str:
    """Of two names that begin alike the longer is looked for first: 「张三」 would leave the end of 「张三丰」. Of a
    name of one sign there is nothing to hide."""
    longest = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest)), lambda match: mask_name(match[0]), text) if longest else text


def batches(user: User) -> list[tuple[Batch, int, list[NameNotice]]]:
    """The batches of this person's offices, the newest first: how many are selected, and the notices already made."""
    rows = list(Batch.objects.filter(office__in=user.desk_ids)[:10])
    made: dict[int, list[NameNotice]] = {row.pk: [] for row in rows}
    for notice in NameNotice.objects.filter(batch__in=rows).select_related("article__publication", "article__owner"):
        made[notice.batch_id].append(notice)
    counts = selected(rows)
    return [(row, counts.get(row.pk, 0), made[row.pk]) for row in rows]


def selected(rows: list[Batch]) -> dict[int, int]:
    found = Application.objects.filter(batch__in=rows, state=flow.APPROVED).order_by()
    return dict(found.values_list("batch").annotate(count=Count("pk")))


def objections(user: User, *, done: bool) -> QuerySet[Objection]:
    """Those of this person's offices that are done, or those that wait."""
    rows = Objection.objects.kept_by(user).filter(handled_at__isnull=not done)
    return rows.select_related("notice__article")


@dataclass(frozen=True)
class Open:
    """The objections that an office has not answered yet: how many, and how long the oldest has waited."""

    count: int
    oldest: datetime | None

    @property
    def waited(self) -> int:
        """In working days."""
        return waited(self.oldest) if self.oldest else 0


def open_objections(user: User) -> Open | None:
    """Those of this person's offices; None to whom they are none of their business. Asked once a request."""
    if not user.has_perm("portal.run_publicity"):
        return None
    if (known := getattr(user, "_open_objections", None)) is None:
        rows = Objection.objects.kept_by(user).waiting()
        known = user._open_objections = Open(**rows.aggregate(count=Count("pk"), oldest=Min("at")))
    return known


def objections_waiting(user: User) -> int:
    """The badge of 「公示异议」."""
    found = open_objections(user)
    return found.count if found else 0
