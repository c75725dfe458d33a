"""Admission of a legal unit (manual: 法人申请表, 法人审核; domain.md §3.5)."""

from datetime import datetime

from django.db import models

from accounts import validators
from accounts.models import Organisation, Region, Term, term_field
from applications import flow
from review.flow import Flow
from review.models import Handling, Reviewed, Revision, Scan, Step


class UnitAdmission(Reviewed):
    """A legal unit's request to take part: its 机构信息, its sealed 单位概况, the province's word.

    The organisation exists from the first 「提交」 on; it is active (can be chosen, reviews, sees teams) only while its
    admission stands. Name and code are locked with it: a change is a new admission (W13).
    """

    organisation = models.OneToOneField(Organisation, models.PROTECT, null=True, related_name="admission")
    state = models.CharField("状态", max_length=16, default=flow.BLANK, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)

    name = models.CharField("单位名称", max_length=100, blank=True, validators=[validators.clean_line])
    credit_code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, validators=[validators.clean_credit_code]
    )
    nature = term_field("单位性质", Term.Kind.UNIT_NATURE, null=True, blank=True)
    frozen_nature = term_field("单位性质", Term.Kind.UNIT_NATURE, null=True, editable=False)  # as it was submitted
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属区域",
        limit_choices_to={"level": Region.Level.COUNTY, "active": True},
    )  # fmt: skip
    address = models.CharField("单位地址", max_length=200, blank=True, validators=[validators.clean_line])
    postcode = models.CharField("邮编", max_length=6, blank=True, validators=[validators.clean_postcode])
    founded_on = models.DateField("成立日期", null=True, blank=True)
    legal_rep = models.CharField("法人代表", max_length=50, blank=True, validators=[validators.clean_name])
    legal_rep_post = models.CharField("法人代表职务", max_length=50, blank=True, validators=[validators.clean_line])
    contact = models.CharField("联系人", max_length=50, blank=True, validators=[validators.clean_name])
    contact_phone = models.CharField("联系电话", max_length=20, blank=True, validators=[validators.clean_phone])
    email = models.CharField("邮箱", max_length=100, blank=True, validators=[validators.clean_email])
    main_business = models.CharField("主营业务", max_length=200, blank=True, validators=[validators.clean_text])
    tech_strength = models.CharField(
        "科技优势与服务内容", max_length=500, blank=True, validators=[validators.clean_text]
    )
    service_record = models.CharField(
        "近三年科技服务成效", max_length=500, blank=True, validators=[validators.clean_text]
    )

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "法人单位准入"
        default_permissions = ()
        permissions = (
            ("fill_unit", "填写法人单位信息"),
            ("act_admission", "审核法人单位"),
            ("view_admissions", "查看法人单位"),
        )
        constraints = (models.UniqueConstraint(fields=("owner",), name="one_admission_per_account"),)

    def __str__(self) -> str:
        return self.name or f"{self.owner}的单位"

    @classmethod
    def records_permission(cls) -> str:
        return "applications.view_admissions"

    @property
    def flow(self) -> Flow:
        return flow.ADMISSION

    @property
    def admitted(self) -> bool:
        return self.state == flow.ADMITTED

    def desk_for(self, name: str) -> Organisation | None:
        if name == "province":
            return Organisation.of_province()
        raise ValueError(name)

    def take_facts(self, at: datetime) -> list[str]:
        self.frozen_nature = self.nature
        return ["frozen_nature"]


class UnitAdmissionStep(Step):
    case = models.ForeignKey(UnitAdmission, models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        default_permissions = ()


class UnitAdmissionRevision(Revision):
    case = models.ForeignKey(UnitAdmission, models.PROTECT, related_name="revisions")

    class Meta(Revision.Meta):
        default_permissions = ()


class UnitAdmissionHandling(Handling):
    case = models.ForeignKey(UnitAdmission, models.PROTECT, related_name="handlings")

    class Meta(Handling.Meta):
        default_permissions = ()


class UnitAdmissionScan(Scan):
    case = models.ForeignKey(UnitAdmission, models.PROTECT, related_name="scans")

    class Meta(Scan.Meta):
        verbose_name = verbose_name_plural = "盖章单位概况"
        default_permissions = ()
