"""需求: what a 派驻单位 asks for, public once its city has read it (domain.md §3.10)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from accounts import validators
from accounts.models import Organisation, Region, Term, User, term_field
from applications import flow
from review import search
from review.flow import Flow
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Step
from review.search import Searched

PUBLIC = models.Q(state=flow.PUBLISHED)
# What the public list is narrowed by; each has its own index over what is published.
CONDITIONS = ("city", "county", "chain", "discipline", "kind")


class NeedQuerySet(ReviewedQuerySet, Searched):
    @staticmethod
    def whose(user: User) -> models.Q:
        """All who act for its host unit go on with it; `owner` is who began it."""
        return models.Q(owner=user) | models.Q(host__in=user.desk_ids)

    def for_review(self) -> Self:
        return super().for_review().defer("search").select_related("host__location__parent__bureau", "form")

    def public(self) -> Self:
        """What anybody may read: published, its time not over, its host unit confirmed."""
        return self.filter(PUBLIC, host__active=True, ends_on__gte=timezone.localdate())


class Need(Reviewed):
    """The case that moves. What it says stands in its form while it is written, and in its revisions once submitted;
    the columns here repeat the last revision for lists. Closed, it may be published anew by another submission."""

    host = models.ForeignKey(Organisation, models.PROTECT, related_name="needs", verbose_name="派驻单位")
    state = models.CharField("状态", max_length=16, default=flow.DRAFT, editable=False)

    title = models.CharField("需求标题", max_length=60, blank=True, db_index=True)
    chain = term_field("产业链", Term.Kind.CHAIN, null=True)
    kind = term_field("需求类别", Term.Kind.NEED_KIND, null=True)
    discipline = term_field("希望的专业领域", Term.Kind.DISCIPLINE, null=True)
    city = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name="服务地市")
    county = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", verbose_name="服务县（市、区）")
    starts_on = models.DateField("服务开始日期", null=True)
    ends_on = models.DateField("服务结束日期", null=True)
    published_at = models.DateTimeField("发布时间", null=True, editable=False)
    search = models.TextField(default="", editable=False)  # of title and description, for `found`
    first_answer_at = models.DateTimeField("首次响应时间", null=True, editable=False)  # since it was published

    office: Organisation | None = None  # the province's, read once for many cases

    objects = NeedQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "服务需求"
        default_permissions = ()
        permissions = (
            ("publish_need", "发布需求"),
            ("act_need", "审核需求"),
            ("view_needs", "查看需求"),
        )
        indexes = (  # type: ignore[assignment]
            *Reviewed.Meta.indexes,
            models.Index(fields=("since", "id"), name="need_public", condition=PUBLIC),
            *(
                models.Index(fields=(name, "since", "id"), name=f"need_public_{name}", condition=PUBLIC)
                for name in CONDITIONS
            ),
        )

    def __str__(self) -> str:
        return self.title or "（未提交的需求）"

    @classmethod
    def records_permission(cls) -> str:
        return "applications.view_needs"

    @property
    def flow(self) -> Flow:
        return flow.NEED

    @property
    def is_public(self) -> bool:
        """As `NeedQuerySet.public` asks the database; a test compares them."""
        return self.state == flow.PUBLISHED and self.host.active and self.ends_on is not None and not self.is_over

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < timezone.localdate()

    @property
    def discardable(self) -> bool:
        """It never went anywhere, so nobody but its owner has seen it and nothing hangs on it."""
        return self.state == flow.DRAFT and self.step_count == 0

    def belongs_to(self, user: User) -> bool:
        return super().belongs_to(user) or self.host_id in user.desk_ids

    def desk_for(self, name: str) -> Organisation | None:
        match name:
            case "city":
                return self.host.location.city.active_bureau if self.host.location else None
            case "province":
                return self.office or Organisation.of_province()
        raise ValueError(name)

    def take_facts(self, at: datetime) -> list[str]:
        facts = self.form.facts()
        for name, value in facts.items():
            setattr(self, name, value)
        return list(facts)

    @classmethod
    def before_freeze(cls, cases: Sequence[Reviewed]) -> None:
        models.prefetch_related_objects(
            cases, "form__chain", "form__kind", "form__discipline", "form__county__parent", "host__host"
        )
        office = Organisation.of_province() if cases else None
        for case in cases:
            case.office = office


class NeedForm(models.Model):
    """A 需求 as it is being written. `version` counts saves, so that one tab can't overwrite another."""

    need = models.OneToOneField(Need, models.CASCADE, related_name="form")
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)

    title = models.CharField(
        "需求标题", max_length=60, blank=True, validators=[validators.clean_line], help_text="一句话说清要解决什么"
    )
    chain = term_field("产业链", Term.Kind.CHAIN, null=True, blank=True)
    kind = term_field("需求类别", Term.Kind.NEED_KIND, null=True, blank=True)
    discipline = term_field("希望的专业领域", Term.Kind.DISCIPLINE, null=True, blank=True)
    county = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="服务县（市、区）",
        limit_choices_to={"level": Region.Level.COUNTY, "active": True},
    )  # fmt: skip
    description = models.CharField(
        "需求描述", max_length=1000, blank=True, validators=[validators.clean_text],
        help_text="现状、问题、希望达到的效果；这里的内容会公开，请不要写联系方式",
    )  # fmt: skip
    starts_on = models.DateField("服务开始日期", null=True, blank=True)
    ends_on = models.DateField("服务结束日期", null=True, blank=True, help_text="到期后需求自动关闭")
    contact = models.CharField(
        "联系人", max_length=50, blank=True, validators=[validators.clean_name], help_text="不公开，达成对接后对方可见"
    )
    contact_phone = models.CharField(
        "联系电话", max_length=20, blank=True, validators=[validators.clean_phone],
        help_text="不公开，达成对接后对方可见",
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = "服务需求"
        default_permissions = ()

    def __str__(self) -> str:
        return self.title

    def facts(self) -> dict[str, object]:
        """The columns of `Need` that repeat this form once it is frozen."""
        names = ("title", "chain", "kind", "discipline", "county", "starts_on", "ends_on")
        return {name: getattr(self, name) for name in names} | {
            "city": self.county.city if self.county else None, "search": search.text_of(self.title, self.description),
        }  # fmt: skip


class NeedStep(Step):
    case = models.ForeignKey(Need, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        default_permissions = ()


class NeedRevision(Revision):
    case = models.ForeignKey(Need, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class NeedHandling(Handling):
    case = models.ForeignKey(Need, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()
