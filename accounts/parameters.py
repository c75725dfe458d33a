"""系统参数: what an administrator may set while the system runs. Declared here once, with its default and its limits.

    parameters.get("deadlines.soon")     # of the type of its default

The table holds what was set; a row that is empty means the default. Read once a request (and in a worker every few
seconds), with one query for all; with it come the special days of the calendar, which an administrator sets as well.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic

from django.apps import apps
from django.core.signals import request_started
from django.db.models import DateField, Value
from django.db.models.functions import Cast
from django.db.models.signals import post_save
from django.dispatch import receiver

Setting = str | int | bool
FRESH = 5  # seconds that values are believed where no request begins


@dataclass(frozen=True)
class Declared:
    """One parameter. `least` and `most` bound a number; `most` is also the length of a text."""

    key: str
    label: str
    default: Setting
    help: str
    least: int = 0
    most: int = 200

    def read(self, text: str) -> Setting:
        """A stored text as a value; one that is none (any more) is the default."""
        if isinstance(self.default, bool):
            return text == "1" if text else self.default
        if isinstance(self.default, int):
            fits = text.isascii() and text.isdigit() and self.least <= int(text) <= self.most
            return int(text) if fits else self.default
        return text or self.default


DECLARED = {
    one.key: one
    for one in (
        Declared(
            "deadlines.soon", "临期提醒（工作日）", 0, "距办理时限还有几个工作日时标为「临期」；0 为最后一天", most=10
        ),
        Declared(
            "export.alarm_rows",
            "导出预警行数",
            5000,
            "一人一天导出的行数与打包下载的份数合计超过此数，操作日志另记一条预警",
            100,
            10**6,
        ),
        Declared("footer.organiser", "主办单位", "", "显示在每页底部；不填为「〈省〉科学技术厅」"),
        Declared("footer.operator", "承办单位", "", "显示在每页底部；不填不显示"),
        Declared("footer.contact", "联系电话", "", "显示在每页底部，如 027-87135678；不填不显示"),
        Declared("footer.site_code", "网站标识码", "", "党政机关网站标识码，显示在每页底部"),
        Declared("footer.icp", "ICP 备案号", "", "如 鄂ICP备05000000号-1，显示在每页底部"),
        Declared("footer.police", "公安备案号", "", "如 鄂公网安备42010000000000号，显示在每页底部"),
        Declared(
            "keep.days",
            "消息与任务保存（天）",
            180,
            "已读的消息、已结束的后台任务过此天数后清除；审核记录和操作日志长期保存",
            60,
            3650,
        ),
        Declared("publicity.days", "公示期（工作日）", 5, "拟选派名单公示几个工作日", 1, 30),
    )
}

_kept = threading.local()


def get(key: str) -> Setting:
    """The value of a declared parameter. KeyError for any other."""
    return DECLARED[key].read(_read().texts.get(key, ""))


@dataclass(frozen=True)
class Calendar:
    """What differs from the week, in order: `off`, days from Monday to Friday on which offices are shut; `worked`,
    Saturdays and Sundays on which they are open."""

    off: list[date]
    worked: list[date]


def calendar() -> Calendar:
    return _read().calendar


def _read() -> threading.local:
    """Both tables by one query, unless they have just been read."""
    if getattr(_kept, "until", 0) < monotonic():
        none = Cast(Value(None), DateField())
        texts = apps.get_model("accounts.Parameter").objects.order_by().annotate(start=none, end=none)
        days = apps.get_model("accounts.SpecialDays").objects.order_by().filter(active=True)
        rows = list(
            texts.values_list("key", "text", "start", "end")
            .union(days.values_list("kind", "name", "first", "last"), all=True)
        )  # fmt: skip
        _kept.texts = {key: text for key, text, start, _ in rows if start is None}
        _kept.calendar = _calendar([(kind, start, end) for kind, _, start, end in rows if start])
        _kept.until = monotonic() + FRESH
    return _kept


def _calendar(rows: list[tuple[str, date, date]]) -> Calendar:
    """A day that is both is worked: 调休 is announced day by day."""

    def days(kind: str) -> Iterable[date]:
        return (start + timedelta(n) for one, start, end in rows if one == kind for n in range((end - start).days + 1))

    worked = set(days("worked"))
    off = {day for day in days("off") if day.weekday() < 5} - worked
    return Calendar(sorted(off), sorted(day for day in worked if day.weekday() > 4))


@receiver(request_started, dispatch_uid="accounts.parameters")
@receiver(post_save, sender="accounts.Parameter", dispatch_uid="accounts.parameters")
@receiver(post_save, sender="accounts.SpecialDays", dispatch_uid="accounts.parameters.days")
def forget(sender=None, **kwargs) -> None:
    """Read again: a request begins, or a row was saved."""
    _kept.until = 0


# Where the public looks a number of the footer up: the registers of 工业和信息化部 and of 公安部
REGISTERS = {"icp": "https://beian.miit.gov.cn/", "police": "https://beian.mps.gov.cn/"}


@dataclass(frozen=True)
class Line:
    """One of the foot of every page; its text is a link where `url` says so."""

    label: str
    text: str
    url: str = ""


def footer(organiser: str) -> list[Line]:
    lines = [Line("主办单位", str(get("footer.organiser") or organiser))]
    for key in ("operator", "contact", "site_code", "icp", "police"):
        if text := get(f"footer.{key}"):
            lines.append(Line(DECLARED[f"footer.{key}"].label, str(text), REGISTERS.get(key, "")))
    return lines
