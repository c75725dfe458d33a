"""派驻单位: who asks for help, once its city has confirmed it (domain.md §3.10)."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts import validators
from accounts.models import Organisation, Region, Term, term_field
from applications import flow
from review.flow import Flow
from review.models import Handling, Reviewed, ReviewedQuerySet, Revision, Step

VILLAGE = "行政村"  # how the kind of a village begins, in the dictionary 服务对象类型
PEOPLE_AT_MOST = [MaxValueValidator(1_000_000)]


def amount_field(label: str) -> models.DecimalField:
    """万元; nobody has to tell."""
    return models.DecimalField(
        label, max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )


def host_units() -> models.QuerySet[Organisation]:
    """Those that their city has confirmed: they are found, ask for help and are served."""
    return Organisation.objects.filter(kind=Organisation.Kind.HOST_UNIT, active=True)


class HostQuerySet(ReviewedQuerySet):
    def for_review(self) -> Self:
        return super().for_review().select_related("organisation", "host_type", "region__parent__bureau")


class HostAdmission(Reviewed):
    """A host unit's 机构信息 and its city's word on it.

    The organisation exists from the first 「提交」 on and is active only while it is confirmed: only then can it be
    found, publish needs and invite people. Its name, code and place stand fast with it.
    """

    organisation = models.OneToOneField(Organisation, models.PROTECT, null=True, related_name="host")
    state = models.CharField("状态", max_length=16, default=flow.BLANK, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    kind_name = models.CharField("单位类型", max_length=50, blank=True, editable=False)  # as it was submitted

    name = models.CharField("单位名称", max_length=100, blank=True, validators=[validators.clean_line])
    host_type = term_field("单位类型", Term.Kind.HOST_TYPE, null=True, blank=True)
    credit_code = models.CharField(
        "统一社会信用代码",
        max_length=18,
        blank=True,
        validators=[validators.clean_code_or_none],
        help_text="没有的请填「无」",
    )
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属区域",
        limit_choices_to={"level": Region.Level.COUNTY, "active": True}, help_text="由所在地市科技局审核",
    )  # fmt: skip
    address = models.CharField("单位地址", max_length=200, blank=True, validators=[validators.clean_line])
    founded = models.CharField(
        "成立时间", max_length=20, blank=True, validators=[validators.clean_line],
        help_text="如 2012年5月；没有的请填「无」",
    )  # fmt: skip
    legal_rep = models.CharField(
        "法定代表人", max_length=50, blank=True, validators=[validators.clean_name], help_text="或负责人"
    )
    legal_rep_phone = models.CharField("法定代表人电话", max_length=20, blank=True, validators=[validators.clean_phone])
    contact = models.CharField("联系人", max_length=50, blank=True, validators=[validators.clean_name])
    contact_phone = models.CharField("联系电话", max_length=20, blank=True, validators=[validators.clean_phone])
    main_business = models.CharField("主营业务", max_length=200, blank=True, validators=[validators.clean_text])
    tech_need = models.CharField("技术需求", max_length=200, blank=True, validators=[validators.clean_text])

    village_head = models.CharField("村书记", max_length=50, blank=True, validators=[validators.clean_name])
    households = models.PositiveIntegerField("户数", null=True, blank=True, validators=PEOPLE_AT_MOST)
    population = models.PositiveIntegerField("人口", null=True, blank=True, validators=PEOPLE_AT_MOST)
    industry = models.CharField("产业现状", max_length=200, blank=True, validators=[validators.clean_text])

    capital = amount_field("注册资本（万元）")
    assets = amount_field("资产总额（万元）")
    last_income = amount_field("上年收入（万元）")
    staff = models.PositiveIntegerField("用工人数", null=True, blank=True, validators=PEOPLE_AT_MOST)
    remark = models.CharField("备注", max_length=200, blank=True, validators=[validators.clean_text])

    objects = HostQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "派驻单位"
        default_permissions = ()
        permissions = (
            ("fill_host", "填写派驻单位信息"),
            ("act_host", "审核派驻单位"),
            ("view_hosts", "查看派驻单位"),
        )
        constraints = (models.UniqueConstraint(fields=("owner",), name="one_host_per_account"),)

    def __str__(self) -> str:
        return self.name or f"{self.owner}的单位"

    @classmethod
    def records_permission(cls) -> str:
        return "applications.view_hosts"

    @property
    def flow(self) -> Flow:
        return flow.HOST

    @property
    def confirmed(self) -> bool:
        return self.state == flow.CONFIRMED

    @property
    def is_village(self) -> bool:
        return bool(self.host_type and self.host_type.name.startswith(VILLAGE))

    def desk_for(self, name: str) -> Organisation | None:
        match name:
            case "city":
                return self.region.city.active_bureau if self.region else None
            case "province":
                return Organisation.of_province()
        raise ValueError(name)

    def take_facts(self, at: datetime) -> list[str]:
        self.kind_name = self.host_type.name if self.host_type else ""
        return ["kind_name"]


class HostAdmissionStep(Step):
    case = models.ForeignKey(HostAdmission, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        default_permissions = ()


class HostAdmissionRevision(Revision):
    case = models.ForeignKey(HostAdmission, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class HostAdmissionHandling(Handling):
    case = models.ForeignKey(HostAdmission, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()
