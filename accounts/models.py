from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, Group, Permission, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from accounts import crypto, standards, validators
from accounts.append_only import REFUSED, AppendOnly
from accounts.fields import EncryptedCharField
from accounts.masks import mask_mobile
from accounts.parameters import DECLARED
from accounts.roles import ROLES, SYSTEM_ADMIN, Role, acting


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
    def masked_mobile(self) -> str:
        return mask_mobile(self.mobile)


class Notice(models.Model):
    """One line in a person's inbox; `accounts.notices` writes them. With a `topic` it is the one line on that matter,
    which counts what is new and comes to the top again; without, it stands as it was told.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="notices", verbose_name="收件人")
    text = models.CharField("内容", max_length=300)
    url = models.CharField(max_length=200, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    count = models.PositiveIntegerField(default=1)
    important = models.BooleanField(default=False)  # goes out by e-mail too
    at = models.DateTimeField("时间")
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("user", "topic"), condition=~models.Q(topic=""), name="one_notice_per_topic"
            ),
        )
        indexes = (
            models.Index(fields=("user", "at", "id"), name="inbox"),
            models.Index(fields=("user",), condition=models.Q(read_at=None), name="inbox_unread"),
            models.Index(fields=("at",), condition=models.Q(mailed_at=None, important=True), name="notice_to_mail"),
        )

    def __str__(self) -> str:
        return f"{self.text}（{self.count} 件）" if self.count > 1 else self.text


class Tally(models.Model):
    """How often something was tried in one window of time (`limits.exceeded`); rows past `until` mean nothing."""

    key = models.CharField(max_length=120, unique=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


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


class AuditChain(models.Model):
    """The end of one chain of the audit trail: how many rows it has, sealed. Its row is the lock of who appends.

    `steps` counts the rows of history (`review`) that its person has written. `before` is the chain that began before
    this one; the row CHAINS has the `count` of all and the name of the `last`, so that none goes missing as a whole.
    """

    CHAINS = "chains"

    name = models.CharField(max_length=20, unique=True)
    count = models.PositiveIntegerField(default=0)
    last = models.CharField(max_length=64, blank=True)
    steps = models.PositiveIntegerField(default=0)
    before = models.CharField(max_length=20, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"

    def sealed(self) -> str:
        """With our key: rows can't be cut off the end by setting an older count."""
        return crypto.seal(self.name, self.count, self.last, self.steps, self.before)


class AuditEntry(models.Model):
    """One row of 登录日志 or 操作日志: who, as what, when, from where, did what to what (Y04).

    Written by `audit.record` alone, sealed in a chain, never changed, never deleted (D09).
    """

    class Log(models.TextChoices):
        LOGIN = "login", "登录日志"
        OPERATION = "operation", "操作日志"

    class Kind(models.TextChoices):
        LOGIN = "login", "登录"
        LOGOUT = "logout", "退出"
        LOGIN_FAILED = "login_failed", "登录失败"
        LOCKED = "locked", "账号锁定"
        REGISTER = "register", "注册"
        PASSWORD = "password", "修改密码"
        SIGN_OUT = "sign_out", "退出所有设备"
        RESET = "reset", "重置密码"
        ISSUE = "issue", "发放账号"
        IMPORT = "import", "导入账号"
        ACCOUNT = "account", "变更账号"
        ACTIVATE = "activate", "启用账号"
        DEACTIVATE = "deactivate", "停用账号"
        APPOINT = "appoint", "任职变更"
        ORGANISATION = "organisation", "变更机构"
        REGION = "region", "变更行政区划"
        DICTIONARY = "dictionary", "变更数据字典"
        PARAMETER = "parameter", "变更系统参数"
        CALENDAR = "calendar", "变更节假日"
        BATCH = "batch", "变更申报批次"
        MENU = "menu", "变更系统菜单"
        EXPORT = "export", "导出数据"
        BUNDLE = "bundle", "打包下载"
        REVEAL = "reveal", "查看完整号码"
        ALARM = "alarm", "导出预警"
        REFUSED = "refused", "越权访问"
        OTHER = "other", "其他操作"

        @property
        def log(self) -> "AuditEntry.Log":
            logins = {"login", "logout", "login_failed", "locked", "sign_out"}
            return AuditEntry.Log.LOGIN if self.value in logins else AuditEntry.Log.OPERATION

    SEALED: ClassVar = (
        "chain", "number", "log", "kind", "actor_id", "actor_name", "actor_role", "actor_organisation", "address",
        "object_type", "object_id", "object_name", "text", "succeeded", "extra",
    )  # fmt: skip

    chain = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    at = models.DateTimeField("时间")
    log = models.CharField(max_length=9, choices=Log.choices)
    kind = models.CharField("操作", max_length=12, choices=Kind.choices)
    actor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", verbose_name="操作人")
    actor_name = models.CharField("操作人姓名", max_length=50, blank=True, db_index=True)
    actor_role = models.CharField("角色", max_length=60, blank=True)
    actor_organisation = models.CharField("机构", max_length=200, blank=True)
    address = models.GenericIPAddressField("网络地址", null=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField("对象", max_length=100, blank=True)
    text = models.CharField("内容", max_length=500)
    succeeded = models.BooleanField("结果", default=True)
    extra = models.JSONField(default=dict)
    seal = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        default_permissions = ()
        ordering = ("-at", "-id")
        constraints = (models.UniqueConstraint(fields=("chain", "number"), name="audit_number"),)
        indexes = (
            models.Index(fields=("log", "at", "id"), name="audit_log"),
            models.Index(fields=("object_type", "object_id", "at"), name="audit_object"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.text}"

    def save(self, *args, **kwargs):
        raise TypeError("The audit trail is written by audit.record alone")

    def delete(self, *args, **kwargs):
        raise TypeError(REFUSED)

    def sealed_by(self, previous: str) -> str:
        """A keyed hash over the previous row's seal and this row: who has only the database can't make it anew."""
        return crypto.seal(previous, f"{self.at.timestamp():.6f}", *(getattr(self, name) for name in self.SEALED))
