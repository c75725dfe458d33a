"""Accounts, and who is behind them."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.db import models

from accounts import crypto, standards, validators
from accounts.fields import EncryptedCharField
from accounts.masks import mask_mobile
from accounts.models.offices import Appointment, Organisation
from accounts.models.reference import Region, Term, term_field
from accounts.roles import ROLES, SYSTEM_ADMIN, Role, acting


class Users(UserManager):
    def create_user(self, username, email=None, password=None, **fields):
        """Django's own would set is_staff and is_superuser, which an account here does not have."""
        user = self.model(username=self.model.normalize_username(username), email=email or "", **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, email=None, password=None, **fields):
        """`manage.py createsuperuser` makes a 系统管理员: one who administers, and decides on nothing (D03)."""
        user = self.create_user(username, email, password, **fields)
        user.groups.add(Group.objects.get_or_create(name=SYSTEM_ADMIN)[0])
        return user


class User(AbstractUser):
    """An account. `role` says what kind of work, `Appointment` for whom; never hard-deleted, only deactivated."""

    first_name = last_name = None  # type: ignore[assignment]
    is_staff = is_superuser = False  # nobody may do everything: rights come from the role and the groups only
    username = models.CharField(
        "用户名", max_length=50, unique=True, validators=[validators.clean_username],
        help_text="3 至 50 个小写字母、数字或 _ . @ -",
        error_messages={"unique": "该用户名已被使用，请换一个。"},
    )  # fmt: skip
    real_name = models.CharField("姓名", max_length=50, validators=[validators.clean_name])
    role = models.CharField("角色", max_length=12, choices=Role.choices, blank=True)
    mobile = EncryptedCharField("手机", max_length=11, blank=True, validators=[validators.clean_mobile])
    must_change_password = models.BooleanField("下次登录须修改密码", default=False)
    temporary_until = models.DateTimeField("初始密码有效期至", null=True, blank=True, editable=False)
    email = models.EmailField("通知邮箱", max_length=100, blank=True, help_text="不填则不发送邮件通知")
    session_round = models.PositiveIntegerField("会话轮次", default=0, editable=False)
    consented_at = models.DateTimeField("同意个人信息使用条款的时间", null=True, blank=True, editable=False)
    consent_version = models.CharField("条款版本", max_length=10, blank=True, editable=False)

    REQUIRED_FIELDS = ["real_name"]
    objects = Users()

    class Meta(AbstractUser.Meta):
        verbose_name = verbose_name_plural = "用户"
        permissions = (("administer", "系统管理"),)

    def __str__(self) -> str:
        return self.real_name or self.username

    def get_full_name(self) -> str:
        return self.real_name

    get_short_name = get_full_name

    def get_session_auth_hash(self) -> str:
        """Also moves with `session_round`, so that 「退出所有设备」 and an administrator's reset end every session."""
        return crypto.keyed_hash(f"{super().get_session_auth_hash()}:{self.session_round}")

    def get_session_auth_fallback_hash(self):
        for value in super().get_session_auth_fallback_hash():
            yield crypto.keyed_hash(f"{value}:{self.session_round}")

    @cached_property
    def desks(self) -> list[Organisation]:
        """The active organisations this person acts for; read once per request."""
        if not (self.is_active and self.pk):
            return []
        acting = Appointment.in_force("appointment__") & models.Q(appointment__user=self)
        return list(Organisation.objects.filter(acting, active=True))

    @property
    def group_names(self) -> list[str]:
        """The groups a role stands for: its own, and the one of those who act for an active organisation."""
        return [self.role, acting(self.role)] if acting(self.role) in ROLES and self.desks else [self.role]

    @cached_property
    def all_groups(self) -> set[str]:
        """Those of the role, and those they were put into; read once per request."""
        return {name for name in self.group_names if name} | set(self.groups.values_list("name", flat=True))

    @property
    def standing(self) -> set[str]:
        """What their rights stand on now: what was made for them while they had more is theirs no longer (L09)."""
        return self.all_groups | {f"desk {pk}" for pk in self.desk_ids}

    @property
    def desk_ids(self) -> set[int]:
        return {desk.pk for desk in self.desks}

    @property
    def of_province(self) -> bool:
        """Whether they act for the provincial office, which reads of all."""
        return any(desk.kind == Organisation.Kind.PROVINCE for desk in self.desks)

    @property
    def masked_mobile(self) -> str:
        return mask_mobile(self.mobile)


class Profile(models.Model):
    """个人基本信息 (domain.md §3.2). Name and mobile are the account's own; 「无」 is an answer, empty is not."""

    user = models.OneToOneField(User, models.PROTECT, related_name="profile", verbose_name="用户")
    role = models.CharField(max_length=12, choices=Role.choices, editable=False)

    gender = models.CharField("性别", max_length=1, choices=standards.Gender.choices, blank=True)
    birth_month = models.CharField("出生年月", max_length=7, blank=True, validators=[validators.clean_month])
    native_place = models.CharField("籍贯", max_length=50, blank=True, validators=[validators.clean_line])
    ethnicity = models.CharField("民族", max_length=2, choices=standards.ETHNICITIES, blank=True)
    political_status = models.CharField("政治面貌", max_length=2, choices=standards.PoliticalStatus.choices, blank=True)
    id_kind = models.CharField(
        "证件类型", max_length=8, choices=standards.IdentityKind.choices, default=standards.IdentityKind.IDENTITY_CARD
    )
    id_number = EncryptedCharField("证件号码", max_length=18, blank=True)
    id_hash = models.CharField(max_length=64, blank=True, editable=False)

    education = models.CharField("学历", max_length=2, choices=standards.Education.choices, blank=True)
    degree = models.CharField("学位", max_length=1, choices=standards.Degree.choices, blank=True)
    graduate_school = models.CharField("毕业院校", max_length=100, blank=True, validators=[validators.clean_line])
    major = models.CharField("所学专业", max_length=100, blank=True, validators=[validators.clean_line])

    work_unit = models.CharField("工作单位", max_length=100, blank=True, validators=[validators.clean_line])
    post = models.CharField("职务", max_length=50, blank=True, validators=[validators.clean_line])
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所在地",
        limit_choices_to={"level": Region.Level.COUNTY, "active": True},
        help_text="工作单位所在的县（市、区）；由所在地市科技局初审",
    )  # fmt: skip
    title_level = models.CharField("职称级别", max_length=1, choices=standards.TitleLevel.choices, blank=True)
    title_name = models.CharField("职称名称", max_length=50, blank=True, validators=[validators.clean_line])
    talent_type = term_field("人才类型", Term.Kind.TALENT, null=True, blank=True)
    discipline = term_field("专业类别", Term.Kind.DISCIPLINE, null=True, blank=True)
    speciality = models.CharField("专业特长", max_length=200, blank=True, validators=[validators.clean_text])
    service_mode = term_field("服务形式", Term.Kind.SERVICE_MODE, null=True, blank=True)

    phone = models.CharField("座机", max_length=20, blank=True, validators=[validators.clean_phone])
    email = models.CharField("邮箱", max_length=100, blank=True, validators=[validators.clean_email])
    address = models.CharField("通信地址", max_length=200, blank=True, validators=[validators.clean_line])
    postcode = models.CharField("邮编", max_length=6, blank=True, validators=[validators.clean_postcode])

    service_experience = models.CharField(
        "从事科技服务与创业经历", max_length=500, blank=True, validators=[validators.clean_text]
    )
    awards_penalties = models.CharField("奖惩情况", max_length=500, blank=True, validators=[validators.clean_text])
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "个人基本信息"
        default_permissions = ()
        permissions = (("fill_profile", "填写基本信息"),)
        constraints = (
            models.UniqueConstraint(
                fields=("role", "id_hash"), condition=~models.Q(id_hash=""), name="one_account_per_person_and_role"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}的基本信息"

    def save(self, *args, **kwargs):
        self.role = self.user.role
        self.id_hash = crypto.keyed_hash(self.id_number)
        super().save(*args, **kwargs)
