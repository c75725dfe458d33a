from collections.abc import Sequence
from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts import validators
from accounts.models import Organisation, User
from agreements import flow
from applications.models import Application
from review.flow import Flow
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Scan, Step


class NumberSeries(models.Model):
    """The last number given out under a prefix; its row is locked while the next is taken (R11)."""

    prefix = models.CharField(max_length=30, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:04d}"

    @classmethod
    def take(cls, prefix: str) -> str:
        """「鄂科特〔2026〕个-0001」. To be called inside a transaction."""
        cls.objects.get_or_create(prefix=prefix)
        row = cls.objects.select_for_update().get(prefix=prefix)
        row.last += 1
        row.save(update_fields=["last"])
        return str(row)


class AgreementQuerySet(ReviewedQuerySet):
    def for_review(self) -> Self:
        return (
            super().for_review().select_related("application__batch__office", "application__owner", "application__unit")
        )


class Agreement(Reviewed):
    """个人服务协议 of an approved application (domain.md §3.4). Each 「提交」 freezes a revision."""

    application = models.OneToOneField(Application, models.PROTECT, verbose_name="申请")
    state = models.CharField("状态", max_length=16, default=flow.BLANK, editable=False)
    number = models.CharField("协议编号", max_length=40, blank=True, editable=False, db_index=True)
    frozen_host = models.CharField("服务企业", max_length=100, blank=True, editable=False)  # as it was submitted
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)

    speciality = models.CharField("专业技术特长", max_length=300, blank=True, validators=[validators.clean_text])
    division = models.CharField("团队成员分工", max_length=500, blank=True, validators=[validators.clean_text])
    service_start = models.DateField("服务开始日期", null=True, blank=True)
    service_end = models.DateField("服务结束日期", null=True, blank=True)
    committed_days = models.PositiveSmallIntegerField(
        "每年服务天数", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )

    sender_name = models.CharField("派出单位名称", max_length=100, blank=True, validators=[validators.clean_line])
    sender_head = models.CharField("派出单位负责人", max_length=50, blank=True, validators=[validators.clean_name])
    sender_contact = models.CharField("派出单位联系人", max_length=50, blank=True, validators=[validators.clean_name])
    sender_phone = models.CharField("派出单位联系电话", max_length=20, blank=True, validators=[validators.clean_phone])

    host_name = models.CharField("服务企业名称", max_length=100, blank=True, validators=[validators.clean_line])
    host_credit_code = models.CharField(
        "统一社会信用代码",
        max_length=18,
        blank=True,
        validators=[validators.clean_code_or_none],
        help_text="没有的请填「无」",
    )
    host_head = models.CharField("法定代表人", max_length=50, blank=True, validators=[validators.clean_name])
    host_contact = models.CharField("服务企业联系人", max_length=50, blank=True, validators=[validators.clean_name])
    host_phone = models.CharField("服务企业联系电话", max_length=20, blank=True, validators=[validators.clean_phone])
    host_address = models.CharField("服务企业地址", max_length=200, blank=True, validators=[validators.clean_line])
    host_main_business = models.CharField(
        "服务企业主营业务", max_length=300, blank=True, validators=[validators.clean_text]
    )

    service_need = models.CharField("科技服务需求", max_length=500, blank=True, validators=[validators.clean_text])
    work_plan = models.CharField("工作内容及时间安排", max_length=1000, blank=True, validators=[validators.clean_text])
    expected_targets = models.CharField(
        "预期完成任务指标", max_length=500, blank=True, validators=[validators.clean_text]
    )
    targets = models.JSONField("量化指标", default=dict, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "服务协议"
        default_permissions = ()
        permissions = (
            ("write_agreement", "填写服务协议"),
            ("act_archive", "归档协议扫描件"),
            ("view_records", "查看协议"),
        )
        constraints = (
            models.UniqueConstraint(fields=("number",), condition=~models.Q(number=""), name="agreement_number"),
        )

    def __str__(self) -> str:
        return f"{self.application.applicant_name}的服务协议"

    @property
    def flow(self) -> Flow:
        return flow.AGREEMENT

    @property
    def papers_name(self) -> str:
        return "团队服务协议" if self.application.is_team else "个人服务协议"

    def desk_for(self, name: str) -> Organisation | None:
        match name:
            case "province":
                return self.application.batch.office
            case "sender":
                return (
                    self.application.unit
                )  # a team's legal unit reads its agreement; a person's employer has no account
        raise ValueError(name)

    def is_own(self, user: User) -> bool:
        return self.application.is_own(user)

    @classmethod
    def before_decision(cls, cases: Sequence[Reviewed], user: User) -> None:
        Application.before_decision([case.application for case in cases], user)

    def take_facts(self, at: datetime) -> list[str]:
        """A number at the first 「提交」, which stays; whom it is with, for the lists."""
        self.frozen_host = self.host_name
        if self.number:
            return ["frozen_host"]
        kind = "团" if self.application.is_team else "个"
        self.number = NumberSeries.take(f"{settings.PROVINCE_SHORT}科特〔{self.application.batch.year}〕{kind}-")
        return ["frozen_host", "number"]


class AgreementScan(Scan):
    """The agreement sealed by all four parties."""

    case = models.ForeignKey(Agreement, models.PROTECT, related_name="scans", verbose_name="服务协议")

    class Meta(Scan.Meta):
        verbose_name = verbose_name_plural = "盖章扫描件"
        default_permissions = ()


class AgreementStep(Step):
    case = models.ForeignKey(Agreement, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        verbose_name = verbose_name_plural = "协议办理记录"
        default_permissions = ()


class AgreementRevision(Revision):
    case = models.ForeignKey(Agreement, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class AgreementHandling(Handling):
    case = models.ForeignKey(Agreement, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()
