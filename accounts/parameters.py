"""系统参数: what an administrator may set while the system runs. Declared here once, with its default and its limits.

    parameters.get("deadlines.soon")     # of the type of its default

The table holds what was set; a row that is empty means the default. Read once a request (and in a worker every few
seconds), with one query for all.
"""

import threading
from dataclasses import dataclass
from time import monotonic

from django.apps import apps
from django.core.signals import request_started
from django.db.models.signals import post_save
from django.dispatch import receiver

Value = str | int | bool
FRESH = 5  # seconds that values are believed where no request begins


@dataclass(frozen=True)
class Declared:
    """One parameter. `least` and `most` bound a number; `most` is also the length of a text."""

    key: str
    label: str
    default: Value
    help: str
    least: int = 0
    most: int = 200

    def read(self, text: str) -> Value:
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
        Declared("publicity.days", "公示期（工作日）", 5, "拟选派名单公示几个工作日", 1, 30),
    )
}

_kept = threading.local()


def get(key: str) -> Value:
    """The value of a declared parameter. KeyError for any other."""
    return DECLARED[key].read(_texts().get(key, ""))


def _texts() -> dict[str, str]:
    if getattr(_kept, "until", 0) < monotonic():
        _kept.texts = dict(apps.get_model("accounts.Parameter").objects.values_list("key", "text"))
        _kept.until = monotonic() + FRESH
    return _kept.texts


@receiver(request_started, dispatch_uid="accounts.parameters")
@receiver(post_save, sender="accounts.Parameter", dispatch_uid="accounts.parameters")
def forget(sender=None, **kwargs) -> None:
    """Read again: a request begins, or a row was saved."""
    _kept.until = 0


def footer(organiser: str) -> list[str]:
    """The lines at the foot of every page."""
    lines = [f"主办单位：{get('footer.organiser') or organiser}"]
    for key in ("operator", "contact", "site_code", "icp", "police"):
        if text := get(f"footer.{key}"):
            lines.append(f"{DECLARED[f'footer.{key}'].label}：{text}")
    return lines
