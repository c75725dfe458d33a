"""公示: the names of those selected in a batch, before the public, and what is said against them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.fields import EncryptedCharField
from accounts.models import Organisation, User
from applications.models import Batch
from portal.articles.models import Article
from review.deadlines import working_day_after
from review.models import new_code
from review.paging import Pager

NAMES_SHOWN = 1000  # lines of a list on one page
NAMES_BEGUN = 20  # beside a decision


@dataclass(frozen=True)
class Period:
    """The days between publication and the end of the last working day (`review.deadlines`); the day of publication
    does not count."""

    begins: date
    ends: date

    @property
    def over(self) -> bool:
        return timezone.localdate() > self.ends


@dataclass(frozen=True)
class Names:
    """One page of a list of names."""

    rows: list["NameRow"]
    page: int
    pages: int

    @property
    def pager(self) -> Pager:
        def url(page: int, there: bool) -> str | None:
            return f"?names={page}#names" if there else None

        back, on = self.page > 1, self.page < self.pages
        return Pager(
            url(1, back), url(self.page - 1, back), url(self.page + 1, on), url(self.pages, on),
            f"第 {self.page} 页，共 {self.pages} 页", NAMES_SHOWN, [],
        )  # fmt: skip


class NameNoticeQuerySet(models.QuerySet):
    def kept_by(self, user: User) -> Self:
        """Those of the batches that this person's offices run."""
        return self.filter(batch__office__in=user.desk_ids)


class NameNotice(models.Model):
    """A list of names as it stood when it was made; its words are an article, reviewed and published as any other."""

    article = models.OneToOneField(Article, models.PROTECT, related_name="notice")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", verbose_name="申报批次")
    days = models.PositiveSmallIntegerField("公示期（工作日）")
    count = models.PositiveIntegerField("人数")
    made_at = models.DateTimeField("生成时间", auto_now_add=True)

    objects = NameNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单公示"
        default_permissions = ()
        permissions = (("run_publicity", "名单公示和异议处理"),)
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.article.title

    def period(self, shown_from: datetime) -> Period:
        begins = timezone.localdate(shown_from)
        return Period(begins, working_day_after(begins, self.days))

    def names(self, page: str = "") -> Names:
        """The page that an address asks for, or the nearest one that there is."""
        pages = max(1, -(-self.count // NAMES_SHOWN))
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        number = min(max(number, 1), pages)
        rows = self.rows.filter(number__gt=(number - 1) * NAMES_SHOWN, number__lte=number * NAMES_SHOWN)
        return Names(list(rows), number, pages)

    def first_names(self) -> list["NameRow"]:
        return list(self.rows.all()[:NAMES_BEGUN])


class NameRow(models.Model):
    """One line, masked before it is written: what the public must not read is not here."""

    notice = models.ForeignKey(NameNotice, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField("序号")
    name = models.CharField("姓名", max_length=120)
    unit = models.CharField("单位", max_length=100)
    home = models.CharField("所在地市", max_length=20)
    target = models.CharField("拟服务地市", max_length=20)
    kind = models.CharField("类别", max_length=20)

    class Meta:
        default_permissions = ()
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("notice", "number"), name="name_row_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class ObjectionQuerySet(models.QuerySet):
    def kept_by(self, user: User) -> Self:
        return self.filter(notice__batch__office__in=user.desk_ids)

    def waiting(self) -> Self:
        return self.filter(handled_at=None)


class Objection(models.Model):
    """What somebody says against a list of names, and what the office answered. Who they are is encrypted."""

    notice = models.ForeignKey(NameNotice, models.PROTECT, related_name="objections", verbose_name="公示")
    code = models.CharField("回执号", max_length=12, unique=True, default=new_code, editable=False)
    name = EncryptedCharField("姓名", max_length=50)
    contact = EncryptedCharField("联系方式", max_length=50)
    content = models.TextField("异议内容", max_length=1000)
    at = models.DateTimeField("提出时间", auto_now_add=True)
    answer = models.CharField("处理意见", max_length=500, blank=True)
    handled_at = models.DateTimeField("处理时间", null=True)
    handled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    handled_for = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name="处理机构")

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        default_permissions = ()
        indexes = (models.Index(fields=("at", "id"), name="objection_list"),)

    def __str__(self) -> str:
        return f"公示异议 {self.code}"
