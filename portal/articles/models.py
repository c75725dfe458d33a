"""What is written for the public. `Article` is the work on it, `Publication` what the public reads: two tables, so that
a draft can't leak."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts import validators
from accounts.models import Organisation, User
from attachments.models import StoredFile
from portal.articles import flow
from review.flow import Flow, Move
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Step
from review.search import Searched

if TYPE_CHECKING:
    from portal.publicity.models import NameNotice


class Channel(models.TextChoices):
    NOTICE = "notice", "通知公告"
    NEWS = "news", "新闻信息"
    CASE = "case", "典型案例"


def absence(shown_from: datetime, expires_at: datetime | None) -> str:
    """Why the public does not read now what is not taken down: its time is to come, or over; empty while it does."""
    now = timezone.now()
    if expires_at and expires_at <= now:
        return "已下线"
    day = timezone.localtime(shown_from)
    return f"定时 {day.month} 月 {day.day} 日发布" if shown_from > now else ""


class ArticleQuerySet(ReviewedQuerySet):
    @staticmethod
    def whose(user: User) -> Q:
        """A text is its office's: whoever acts for that may go on with it."""
        return Q(source__in=user.desk_ids)

    def for_review(self) -> Self:
        return super().for_review().select_related("owner", "source")


class Article(Reviewed):
    """One text for a channel, as its office works on it. `owner` began it, and is told what becomes of it."""

    state = models.CharField("状态", max_length=16, default=flow.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="最近保存", editable=False
    )
    source = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="来源", editable=False)

    channel = models.CharField("栏目", max_length=10, choices=Channel.choices, default=Channel.NEWS)
    title = models.CharField("标题", max_length=100, blank=True, validators=[validators.clean_line])
    summary = models.CharField("摘要", max_length=300, blank=True, validators=[validators.clean_text])
    body = models.TextField("正文", blank=True)
    publish_at = models.DateTimeField(
        "定时发布", null=True, blank=True, help_text="不填则审核通过后立即发布；填了则到时才公开"
    )
    expires_at = models.DateTimeField("下线时间", null=True, blank=True, help_text="不填则长期公开")

    office: Organisation | None = None  # the province's, read once for many cases

    objects = ArticleQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "信息"
        default_permissions = ()
        permissions = (
            ("write_article", "编写信息"), ("act_publish", "审核发布信息"), ("view_records", "查看信息审核记录"),
        )  # fmt: skip
        indexes = (  # type: ignore[assignment]
            *Reviewed.Meta.indexes, models.Index(fields=("source", "since", "id"), name="article_of_office"),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title or "（无标题）"

    @property
    def flow(self) -> Flow:
        return flow.ARTICLE

    def desk_for(self, name: str) -> Organisation | None:
        if name == "province":
            return self.desk or self.office or Organisation.of_province()  # no other desk has it
        raise ValueError(name)

    @property
    def absence(self) -> str:
        """Of a published text, whose times are those of its publication: why the public does not read it now."""
        published = self.state == flow.PUBLISHED
        return absence(self.publish_at or self.since, self.expires_at) if published else ""

    @property
    def state_label(self) -> str:
        return self.absence or super().state_label

    @property
    def tone(self) -> str:
        return "grey" if self.absence else super().tone

    @property
    def named(self) -> "NameNotice | None":
        """The list of names below a 公示; of any other article None."""
        return getattr(self, "notice", None)

    def belongs_to(self, user: User) -> bool:
        return self.source_id in user.desk_ids

    def is_own(self, user: User) -> bool:
        """Nobody publishes what is their office's or what they have written, wherever they are by now; but the
        province its own notices: it would have nobody else to ask."""
        wrote = user.pk in (self.owner_id, self.saved_by_id)
        return (wrote or self.belongs_to(user)) and self.source.kind != Organisation.Kind.PROVINCE

    def may(self, user: User, move: Move) -> bool:
        """What the province does in an author's stead has a page of its own, and no button among the author's."""
        return not move.stand_in and super().may(user, move)

    @classmethod
    def before_freeze(cls, cases: Sequence[Reviewed]) -> None:
        office = Organisation.of_province() if cases else None
        for case in cases:
            case.office = office

    @classmethod
    def after_freeze(cls, cases: Sequence[Reviewed]) -> None:
        ArticleText.objects.bulk_create(
            ArticleText(article=case, number=case.revision_number, html=case.body) for case in cases
        )


class ArticleStep(Step):
    case = models.ForeignKey(Article, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        default_permissions = ()


class ArticleRevision(Revision):
    case = models.ForeignKey(Article, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class ArticleHandling(Handling):
    case = models.ForeignKey(Article, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()


class ArticleText(models.Model):
    """The clean HTML of one revision, beside the plain text that the revision itself holds for comparing."""

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    html = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("article", "number"), name="article_text_number"),)

    def __str__(self) -> str:
        return f"{self.article}（第 {self.number} 版）"


class ArticleFileQuerySet(models.QuerySet):
    def to_download(self) -> Self:
        """The files below a text, without its pictures."""
        return self.filter(kind=ArticleFile.Kind.FILE)

    def of_version(self, number: int | F | Subquery) -> Self:
        """Those that a version has: what its author has added or taken off since then nobody has reviewed."""
        return self.filter(Q(until=None) | Q(until__gte=number), revision__lte=number)

    def of_draft(self) -> Self:
        """Those that the version being written has."""
        return self.filter(until=None)


class ArticleFile(models.Model):
    """A picture in a text, or a file below it. Public while a version of its article that has it is shown."""

    class Kind(models.TextChoices):
        PICTURE = "picture", "图片"
        FILE = "file", "附件"

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(Article, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField("名称", max_length=100)
    alt = models.CharField("替代文字", max_length=100, blank=True)
    revision = models.PositiveIntegerField("自第几版", default=1)  # the one that was being written
    suffix = models.CharField(max_length=5)
    size = models.PositiveIntegerField()
    stored = models.OneToOneField(StoredFile, models.PROTECT, null=True)  # a PDF lies in the common store
    until = models.PositiveIntegerField("至第几版", null=True)  # the last one that has it; none: it is still there
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    objects = ArticleFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信息附件"
        default_permissions = ()
        ordering = ("created", "pk")
        indexes = (
            models.Index(fields=("created", "key"), name="article_file_newest",
                         condition=Q(kind="file")),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("articles:file", args=(self.key,))


class PublicationQuerySet(Searched):
    def shown(self, now: datetime | None = None) -> Self:
        """What the public may read now: not taken down, to come or expired. The one scope of all its pages."""
        now = now or timezone.now()
        alive = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(alive, withdrawn=False, shown_from__lte=now)

    def with_files(self) -> Self:
        """Those with something to download."""
        files = ArticleFile.objects.to_download().of_version(OuterRef("revision"))
        return self.filter(Exists(files.filter(article=OuterRef("article"))))


class Publication(models.Model):
    """An article as the public reads it. Written by `services` alone, with the move that publishes or takes down;
    `pinned` by the province at any time."""

    article = models.OneToOneField(Article, models.PROTECT, related_name="publication")
    revision = models.PositiveIntegerField()
    channel = models.CharField("栏目", max_length=10, choices=Channel.choices)
    title = models.CharField("标题", max_length=100)
    summary = models.CharField("摘要", max_length=300)
    html = models.TextField()
    source = models.CharField("来源", max_length=100)
    shown_from = models.DateTimeField("发布时间")
    expires_at = models.DateTimeField(null=True)
    pinned = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)
    search = models.TextField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已发布的信息"
        default_permissions = ()
        indexes = (
            models.Index(fields=("channel", "shown_from", "id"), name="publication_channel",
                         condition=Q(withdrawn=False)),
            models.Index(fields=("shown_from", "id"), name="publication_all", condition=Q(withdrawn=False)),
            models.Index(fields=("channel",), name="publication_pinned", condition=Q(withdrawn=False, pinned=True)),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:public", args=(self.pk,))

    @property
    def absence(self) -> str:
        """Why the public does not read it now; empty while it does."""
        return "已撤下" if self.withdrawn else absence(self.shown_from, self.expires_at)

    @property
    def is_shown(self) -> bool:
        """Of one row what `shown` is of many."""
        return not self.absence
