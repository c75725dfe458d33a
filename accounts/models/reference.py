"""What an administrator keeps: places, dictionaries, parameters, the calendar."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts.parameters import DECLARED

if TYPE_CHECKING:
    from accounts.models.offices import Organisation


def today_within(first: str, last: str) -> models.Q:
    """Rows whose days, from `first` to `last`, hold today; an empty end is open."""
    today = timezone.localdate()
    return models.Q(
        models.Q(**{f"{first}__isnull": True}) | models.Q(**{f"{first}__lte": today}),
        models.Q(**{f"{last}__isnull": True}) | models.Q(**{f"{last}__gte": today}),
    )


class Region(models.Model):
    """市州 and 县（市、区）. 仙桃, 潜江, 天门 and 神农架 stand as a city and as that city's only county.

    `custom` rows are 功能区, which have no national code but whose people apply like any county's.
    """

    class Level(models.TextChoices):
        CITY = "city", "市（州）"
        COUNTY = "county", "县（市、区）"

    code = models.CharField("代码", max_length=12)
    name = models.CharField("名称", max_length=50)
    level = models.CharField("级别", max_length=6, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="counties", verbose_name="所属市（州）"
    )
    custom = models.BooleanField("功能区", default=False)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ("code", "level")
        constraints = (models.UniqueConstraint(fields=("code", "level"), name="region_code_level"),)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.level == self.Level.COUNTY) != (self.parent_id is not None):
            raise ValidationError({"parent": "县（市、区）须选择所属市（州），市（州）不选。"})

    @property
    def city(self) -> "Region":
        """The city this region is or belongs to."""
        return self.parent if self.level == self.Level.COUNTY and self.parent else self

    @property
    def county(self) -> "Region | None":
        """The county that this region is; of a whole city nobody knows which."""
        return self if self.level == self.Level.COUNTY else None

    @property
    def active_bureau(self) -> "Organisation | None":
        """The bureau that acts for this city."""
        bureau = getattr(self, "bureau", None)
        return bureau if bureau is not None and bureau.active else None

    @property
    def full_name(self) -> str:
        """「宜昌市 秭归县」; a city that is its own county is named once."""
        return self.name if self.city.name == self.name else f"{self.city.name} {self.name}"


class Term(models.Model):
    """One entry of an editable dictionary (数据字典): chains, fields, kinds of people and units."""

    class Kind(models.TextChoices):
        CHAIN = "chain", "农业科技产业链"
        DISCIPLINE = "discipline", "专业类别"
        TALENT = "talent", "人才类型"
        SERVICE_MODE = "service_mode", "服务形式"
        UNIT_NATURE = "unit_nature", "单位性质"
        HOST_TYPE = "host_type", "服务对象类型"
        NEED_KIND = "need_kind", "需求类别"

    kind = models.CharField("字典", max_length=16, choices=Kind.choices)
    name = models.CharField("名称", max_length=50)
    order = models.PositiveSmallIntegerField("排序", default=0)
    active = models.BooleanField("启用", default=True)
    valid_from = models.DateField("有效期自", null=True, blank=True, help_text="不填即刻可选")
    valid_until = models.DateField(
        "有效期至", null=True, blank=True, help_text="当天仍可选；不填长期可选，已选用的不受影响"
    )

    class Meta:
        verbose_name = verbose_name_plural = "数据字典"
        ordering = ("kind", "order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("kind", "name"), name="term_kind_name"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="term_ends_after_it_begins",
                violation_error_message="有效期截止不能早于开始。",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def in_use() -> models.Q:
        """What may be chosen today; what was chosen before stays."""
        return today_within("valid_from", "valid_until") & models.Q(active=True)


def term_field(label: str, kind: Term.Kind, **options) -> models.ForeignKey:
    """A choice from one editable dictionary."""
    return models.ForeignKey(
        Term, models.PROTECT, verbose_name=label, related_name="+", limit_choices_to={"kind": kind}, **options
    )


class Parameter(models.Model):
    """What was set of a parameter that `parameters.DECLARED` declares; empty means its default."""

    key = models.CharField("参数", max_length=40, unique=True)
    text = models.CharField("取值", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "系统参数"
        default_permissions = ()
        ordering = ("key",)

    def __str__(self) -> str:
        return DECLARED[self.key].label if self.key in DECLARED else self.key


class SpecialDays(models.Model):
    """Days that are not what the week makes of them: a public holiday, or a day of a week-end that is worked instead.
    `review.deadlines` counts by them, as `parameters` reads them."""

    class Kind(models.TextChoices):
        OFF = "off", "放假"
        WORKED = "worked", "调休上班"

    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    name = models.CharField("名称", max_length=40, help_text="如 国庆节")
    first = models.DateField("首日")
    last = models.DateField("末日", help_text="含当日；只有一天的与首日相同")
    active = models.BooleanField("启用", default=True)

    MOST = 31  # days of one row

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        default_permissions = ()
        ordering = ("-first", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="special_days_end_after_they_begin",
                violation_error_message="末日不能早于首日。",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        days = f"{self.first}" if self.first == self.last else f"{self.first} 至 {self.last}"
        return f"{self.name}（{days} {self.get_kind_display()}）"

    def clean(self) -> None:
        if self.first and self.last and (self.last - self.first).days >= self.MOST:
            raise ValidationError({"last": f"一行最多 {self.MOST} 天，请核对日期。"})
