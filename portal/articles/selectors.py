from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from portal.articles import richtext
from portal.articles.documents import REQUIRED, text_of
from portal.articles.models import Article, ArticleFile, Channel, Publication
from portal.publicity.selectors import period
from review.refusal import Problem


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
    start, end = article.publish_at, article.expires_at
    if start and end and end <= start:
        problems.append(Problem("下线时间须晚于发布时间", f"{url}#id_expires_at"))
    notice = end and getattr(article, "notice", None)
    if notice and timezone.localdate(end) <= period(notice, start or timezone.now()).ends:
        problems.append(Problem("下线时间须晚于公示期的最后一天", f"{url}#id_expires_at"))
    return problems


def live(article: Article) -> list[Problem]:
    """The guard of 「撤下」 while a new version is written: there must be something to take down."""
    out = Publication.objects.filter(article=article, withdrawn=False).exists()
    return [] if out else [Problem("这篇信息没有在发布，无需撤下")]


NEWEST = 5  # of each channel, on the home page
DOWNLOADS = 6


def newest(count: int = NEWEST) -> list[tuple[Channel, list[Publication]]]:
    """What is new in each channel, the pinned first."""
    rows = Publication.objects.shown().only("title", "channel", "shown_from").order_by("-shown_from", "-id")
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
    rows = Article.objects.filter(owner=user).select_related("publication")
    return rows.defer("body", "publication__html", "publication__search")


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
