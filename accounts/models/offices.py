"""Desks, and who acts for them."""

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from accounts import validators
from accounts.models.reference import Region, today_within


class Organisation(models.Model):
    """A desk: the office or unit on which work lies. Officers act for it by `Appointment`."""

    class Kind(models.TextChoices):
        PROVINCE = "province", "省科技厅"
        CITY = "city", "市州科技局"
        LEGAL_UNIT = "legal_unit", "法人单位"
        HOST_UNIT = "host_unit", "派驻单位"

    kind = models.CharField("类别", max_length=12, choices=Kind.choices)
    region = models.OneToOneField(
        Region, models.PROTECT, null=True, blank=True, related_name="bureau", verbose_name="管辖市（州）",
        help_text="仅市州科技局填写；一个市（州）只有一个科技局",
    )  # fmt: skip
    name = models.CharField("机构名称", max_length=100, validators=[validators.clean_line])
    location = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在地")
    phone = models.CharField("联系电话", max_length=20, blank=True, validators=[validators.clean_phone])
    contact = models.CharField("联系人", max_length=50, blank=True, validators=[validators.clean_name])
    contact_phone = models.CharField("联系人电话", max_length=20, blank=True, validators=[validators.clean_phone])
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        ordering = ("kind", "pk")
        default_permissions = ()
        permissions = (("act_for", "代表该机构办理"), ("fill_organisation", "填写机构信息"))
        constraints = (
            models.UniqueConstraint(fields=("kind",), condition=models.Q(kind="province"), name="one_province"),
            models.UniqueConstraint(
                fields=("kind", "credit_code"), condition=~models.Q(credit_code=""), name="one_unit_per_code"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of_province(cls) -> "Organisation | None":
        """The provincial office, while it acts."""
        return cls.objects.filter(kind=cls.Kind.PROVINCE, active=True).first()

    def clean(self) -> None:
        if (self.kind == self.Kind.CITY) != (self.region_id is not None):
            raise ValidationError({"region": "市州科技局须选择管辖市（州），其他机构不选。"})


class Appointment(UserObjectPermissionBase):
    """「代表该机构办理」: a person acts for an organisation. The table django-guardian keeps object permissions in.

    With `until` it ends by itself after that day (leave cover), at the person's next request.
    """

    user = models.ForeignKey("accounts.User", models.PROTECT, verbose_name="用户")
    content_object = models.ForeignKey(Organisation, models.PROTECT, verbose_name="机构")
    since = models.DateField("任职自", null=True, blank=True, help_text="不填即刻生效")
    until = models.DateField("任职至", null=True, blank=True, help_text="当天仍有效，次日起自动失效；不填长期有效")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = verbose_name_plural = "任职"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="appointment_ends_after_it_begins",
                violation_error_message="任职截止日期不能早于开始日期。",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user}（{self.content_object}）"

    def save(self, *args, **kwargs) -> None:
        if self.permission_id is None:
            self.permission = Permission.objects.get(codename="act_for", content_type__app_label="accounts")
        super().save(*args, **kwargs)

    @staticmethod
    def in_force(prefix: str = "") -> models.Q:
        """Of appointments, or of rows that lead to one (`prefix="appointment__"`): those that count today."""
        days = today_within(f"{prefix}since", f"{prefix}until")
        return days & models.Q(**{f"{prefix}permission__codename": "act_for"})

    @property
    def standing(self) -> str:
        today = timezone.localdate()
        if self.until and self.until < today:
            return "已到期"
        return "未开始" if self.since and self.since > today else "任职中"
