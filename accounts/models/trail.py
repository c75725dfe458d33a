"""What was tried, and what was done."""

from typing import ClassVar

from django.db import models

from accounts import crypto
from accounts.append_only import REFUSED, AppendOnly


class Tally(models.Model):
    """How often something was tried in one window of time (`limits.exceeded`); rows past `until` mean nothing."""

    key = models.CharField(max_length=120, unique=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


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
