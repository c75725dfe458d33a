from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from portal.articles import flow, richtext
from portal.articles.documents import REQUIRED, text_of
from portal.articles.models import Article, ArticleFile, Channel, Publication
from review.refusal import Problem
from review.selectors import PathStep, path


def missing(article: Article) -> list[Problem]:
    """What keeps an article from being submitted, each with the address of its place; the guard of 「提交审核」."""
    url = reverse("articles:edit", args=(article.pk,))
    problems = [
        Problem(f"「{article._meta.get_field(name).verbose_name}」未填写", f"{url}#id_{name}")
        for name in REQUIRED
        if not (text_of(article, name).strip() or (name == "body" and richtext.pictures(article.body)))
    ]
    if count := richtext.pictures_without_words(article.body):
        problems.append(Problem(f"{count} 张图片没有替代文字，看不见图片的人无法知道内容", f"{url}#id_body"))
    if count := strange_pictures(article):
        words = f"{count} 张图片是从别处复制来的，原处撤下后会消失，请删去后用「插入图片」重新上传"
        problems.append(Problem(words, f"{url}#id_body"))
    start, end = article.publish_at, article.expires_at
    if words := untimely(article, start):
        problems.append(Problem(words, f"{url}#id_publish_at"))
    if start and end and end <= start:
        problems.append(Problem("下线时间须晚于发布时间", f"{url}#id_expires_at"))
    notice = article.named if end else None
    if end and notice and timezone.localdate(end) <= notice.period(start or timezone.now()).ends:
        problems.append(Problem("下线时间须晚于公示期的最后一天", f"{url}#id_expires_at"))
    return problems


def strange_pictures(article: Article) -> int:
    """How many pictures of the text belong to another one."""
    used = richtext.pictures(article.body)
    return len(used - {file.get_absolute_url() for file in article.files.all()}) if used else 0


def untimely(article: Article, publish_at: datetime | None) -> str:
    """What is wrong with a time to come: there is one `Publication`, and what the public reads now would go until
    then. Empty where nothing is."""
    if publish_at and publish_at > timezone.now() and Publication.objects.shown().filter(article=article.pk).exists():
        return "原文正在公开，新版本审核通过后立即替换原文，不能定时发布，请清空「定时发布」"
    return ""


def timely(article: Article) -> list[Problem]:
    """The guard of 「发布」: since it was submitted an earlier version may have come out at its own time."""
    words = untimely(article, article.publish_at)
    return [Problem(f"{words}；请「不通过」退回作者修改")] if words else []


def live(article: Article) -> list[Problem]:
    """The guard of 「撤下」 while a new version is written: there must be something to take down."""
    out = Publication.objects.filter(article=article, withdrawn=False).exists()
    return [] if out else [Problem("这篇信息没有在发布，无需撤下")]


NEWEST = 5  # of each channel, on the home page
DOWNLOADS = 6


def newest(count: int = NEWEST) -> list[tuple[Channel, list[Publication]]]:
    """What is new in each channel, the pinned first."""
    rows = Publication.objects.shown().only("title", "channel", "shown_from", "pinned").order_by("-shown_from", "-id")
    pinned = list(rows.filter(pinned=True))  # few, and an index of their own; beside them each channel's is one range

    def of(channel: Channel) -> list[Publication]:
        first = [row for row in pinned if row.channel == channel]
        return [*first, *(row for row in rows.filter(channel=channel)[: count + len(first)] if row not in first)][
            :count
        ]

    return [(channel, of(channel)) for channel in Channel]


def downloads() -> QuerySet[ArticleFile]:
    """「资料下载」: the files that were put last under what the public reads."""
    files = ArticleFile.objects.to_download().of_version(F("article__publication__revision"))
    files = files.filter(article__in=Publication.objects.shown().values("article"))
    files = files.select_related("article__publication").defer(
        "article__body", "article__publication__html", "article__publication__search"
    )
    return files.order_by("-created", "-pk")[:DOWNLOADS]


def writes_for(user: User) -> Organisation | None:
    """In whose name a person writes: the first organisation they act for."""
    return next(iter(user.desks), None)


def mine(user: User) -> QuerySet[Article]:
    """What the offices of a person write."""
    rows = Article.objects.owned_by(user).select_related("publication", "owner")
    return rows.defer("body", "publication__html", "publication__search")


def way(article: Article) -> list[PathStep]:
    """The stations of a text; the last one says where the public does not read what is published."""
    *before, last = path(article)
    return [*before, replace(last, label=words, words=words) if (words := article.absence) else last]


@dataclass(frozen=True)
class Version:
    """One submission: by whom, when, what became of it."""

    number: int
    at: datetime
    by: str
    outcome: str
    public: bool  # the public reads it now

    @property
    def words(self) -> str:
        return f"{self.outcome}，正在公开" if self.public else self.outcome


def versions(article: Article, last: int) -> list[Version]:
    """Those up to `last`, the newest first."""
    out = getattr(article, "publication", None)
    shown = out.revision if out and out.is_shown else 0
    steps = article.steps.filter(revision__range=(1, last)).exclude(action="revise").order_by("number")
    first, latest = {}, {}
    for step in steps:
        first.setdefault(step.revision, step)
        latest[step.revision] = step
    waiting = article.flow.stage(flow.REVIEWING).label
    return [
        Version(number, first[number].at, first[number].actor_name,
                waiting if latest[number] is first[number] else latest[number].label, number == shown)
        for number in sorted(first, reverse=True)
    ]  # fmt: skip


def html_of(article: Article, revision: int) -> str:
    """The clean HTML of a revision; 0 is the text as its author has it now."""
    return richtext.clean(article.body if not revision else article.versions.get(number=revision).html)


def may_read_file(file: ArticleFile, user: User | AnonymousUser) -> bool:
    """The public while its article is shown; before, whoever may see the article."""
    if is_public(file):
        return True
    return isinstance(user, User) and Article.objects.visible_to(user).filter(pk=file.article_id).exists()


def is_public(file: ArticleFile) -> bool:
    shown = Publication.objects.shown().filter(article=file.article_id).values("revision")
    return ArticleFile.objects.of_version(Subquery(shown)).filter(pk=file.pk).exists()
