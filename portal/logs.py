"""登录日志 and 操作日志 as lists: what each shows, and its 「导出」."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditEntry, User
from attachments.workbook import DATE
from portal.forms import LogFilter, LoginFilter, OperationFilter
from review.filters import CaseFilter
from stats import exports
from stats.tables import Column, Export, plain

PERMISSION = "accounts.administer"
FILTERS: dict[str, type[LogFilter]] = {one.log: one for one in (LoginFilter, OperationFilter)}


def rows(conditions: CaseFilter, log: str) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(conditions.q(), log=log).select_related("actor")


def _column(key: str, label: str, read: Callable[[AuditEntry], str], width: int = 16) -> Column:
    return Column(key, label, lambda row: read(row.case), width)


COLUMNS = (
    Column("day", "日期", lambda row: timezone.localtime(row.case.at).date(), 12, DATE),
    _column("time", "时间", lambda one: f"{timezone.localtime(one.at):%H:%M:%S}", 10),
    _column("name", "姓名", lambda one: one.actor_name, 12),
    _column("username", "用户名", lambda one: one.actor.username if one.actor else "", 20),
    _column("role", "角色", lambda one: one.actor_role, 20),
    _column("organisation", "机构", lambda one: one.actor_organisation, 28),
    _column("kind", "操作", lambda one: one.get_kind_display()),
    _column("text", "内容", lambda one: one.text, 60),
    _column("object", "对象", lambda one: one.object_name, 20),
    _column("address", "网络地址", lambda one: one.address or ""),
    _column("ok", "结果", lambda one: "成功" if one.succeeded else "失败", 8),
)


def _export(log: AuditEntry.Log) -> Export:
    def found(user: User, conditions: CaseFilter) -> QuerySet:
        return rows(conditions, log).order_by("-at", "-id")

    return Export(
        f"{log}-log", log.label, f"{log.label}中符合条件的全部记录。", PERMISSION, COLUMNS, FILTERS[log], None,
        found, plain, page=("portal:log", log.value), page_label=log.label,
    )  # fmt: skip


def declare() -> None:
    for log in AuditEntry.Log:
        exports.declare(_export(log))
