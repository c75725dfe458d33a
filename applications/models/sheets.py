"""The forms as they are being written: 个人申请表 and 团队申请表 (domain.md §3.3, §3.7)."""

from django.db import models

from accounts import validators
from accounts.models import Region, Term, User
from applications.models.selection import Application


def chains_field(label: str) -> models.ManyToManyField:
    return models.ManyToManyField(
        Term, blank=True, related_name="+", verbose_name=label,
        limit_choices_to={"kind": Term.Kind.CHAIN, "active": True}, help_text="可多选",
    )  # fmt: skip


def region_field(label: str, level: str) -> models.ForeignKey:
    return models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label,
        limit_choices_to={"level": level, "active": True},
    )  # fmt: skip


class SelectionForm(models.Model):
    """What both kinds ask. `version` counts saves, so that one tab can't overwrite another."""

    application = models.OneToOneField(Application, models.CASCADE)
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)

    chains = chains_field("农业科技产业链")
    target_city = region_field("拟服务地市", Region.Level.CITY)
    target_county = region_field("拟服务县（市、区）", Region.Level.COUNTY)
    target_host = models.CharField(
        "拟服务企业", max_length=100, blank=True, validators=[validators.clean_line],
        help_text="输入名称可查找已登记的派驻单位；没有登记的，写营业执照上的全称",
    )  # fmt: skip
    target_host_address = models.CharField(
        "拟服务企业地址", max_length=200, blank=True, validators=[validators.clean_line]
    )
    planned_service = models.CharField("拟服务内容", max_length=300, blank=True, validators=[validators.clean_text])

    class Meta:
        abstract = True
        default_permissions = ()

    @property
    def names_no_host(self) -> bool:
        return not (self.target_host or self.target_host_address or self.target_city_id or self.target_county_id)

    def facts(self) -> dict[str, object]:
        """The columns of `Application` that repeat this form once it is frozen."""
        owner = self.application.owner
        return {
            "applicant_name": owner.real_name,
            "person_key": owner.profile.id_hash,
            "discipline": owner.profile.discipline,
            "target_city": self.target_city,
            "target_county": self.target_county,
            "target_host": self.target_host,
            "chain_names": "、".join(term.name for term in self.chains.all()),
        }

    def seat(self) -> dict[str, object]:
        """Of these columns those that decide who sits at the first desk; None what is not known yet."""
        raise NotImplementedError

    def people(self) -> list[User]:
        """All who apply by it."""
        return [self.application.owner]

    def numbers(self) -> set[str]:
        """Hashes of the identity numbers of all who apply."""
        profiles = (getattr(person, "profile", None) for person in self.people())
        return {profile.id_hash for profile in profiles if profile and profile.id_hash}


class PersonalForm(SelectionForm):
    """个人申请表."""

    class ApplyType(models.TextChoices):
        NEW = "new", "新选派"
        AGAIN = "again", "留任"

    apply_type = models.CharField("申请类型", max_length=5, choices=ApplyType.choices, blank=True)
    major = models.CharField("专业", max_length=100, blank=True, validators=[validators.clean_line])
    tech_field = models.CharField("专业技术领域", max_length=100, blank=True, validators=[validators.clean_line])
    introduction = models.CharField("个人介绍", max_length=300, blank=True, validators=[validators.clean_text])
    work_history = models.CharField(
        "工作经历", max_length=500, blank=True, validators=[validators.clean_text],
        help_text="一段一行：起止年月、单位、岗位",
    )  # fmt: skip

    class Meta(SelectionForm.Meta):
        verbose_name = verbose_name_plural = "个人申请表"

    def __str__(self) -> str:
        return f"{self.application.owner}的个人申请表"

    def facts(self) -> dict[str, object]:
        profile = self.application.owner.profile
        return super().facts() | {"unit_name": profile.work_unit, "home_county": profile.region} | self.seat()

    def seat(self) -> dict[str, object]:
        region = self.application.owner.profile.region
        return {"home_city": region and region.city}


class TeamForm(SelectionForm):
    """团队申请表, written by the leader; the members are frozen with it."""

    chains = chains_field("团队依托农业科技产业链")  # the manual's labels of this form
    target_city = region_field("拟服务市（州）", Region.Level.CITY)
    target_county = region_field("拟服务县（市）", Region.Level.COUNTY)
    leader_field = models.CharField(
        "负责人所从事的专业技术领域", max_length=100, blank=True, validators=[validators.clean_line]
    )
    leader_achievement = models.CharField(
        "在此领域取得的成就", max_length=300, blank=True, validators=[validators.clean_text]
    )

    class Meta(SelectionForm.Meta):
        verbose_name = verbose_name_plural = "团队申请表"

    def __str__(self) -> str:
        return f"{self.application.owner}的团队申请表"

    def facts(self) -> dict[str, object]:
        team = self.application.owner.team
        place = team.unit.location
        admission = getattr(team.unit, "admission", None)
        return super().facts() | {
            "unit_name": team.unit.name, "team_name": team.name,
            "home_city": place and place.city, "home_county": place and place.county,
            "unit_nature_id": admission and admission.frozen_nature_id,
        } | self.seat()  # fmt: skip

    def seat(self) -> dict[str, object]:
        team = getattr(self.application.owner, "team", None)
        return {"unit": team and team.unit}

    def people(self) -> list[User]:
        team = getattr(self.application.owner, "team", None)
        return team.people() if team else super().people()
