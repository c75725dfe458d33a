"""The sidebar: the manual's entries as first rows of the table, and the entries one person sees."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES, SYSTEM_ADMIN, Role, acting
from applications.docking.selectors import asked_count
from portal.models import MenuItem
from portal.pages import Page
from portal.publicity.selectors import objections_waiting
from review import registry
from review.flow import Stage
from review.selectors import Waiting

# (title, icon, page or "", children); the manual's words and nesting, role by role
_SELECTION, _DOCKING = "选派管理", "服务对接"
DEFAULTS: dict[str, tuple] = {
    Role.SPECIALIST: (
        ("基本信息", "person-vcard", "profile", ()),
        ("附件上传/下载", "paperclip", "papers", ()),
        ("申报管理", "journal-text", "", (("个人申请表", "application"), ("服务协议", "agreement"))),
        (_DOCKING, "people", "", (("需求", "docking_needs"), ("我的对接", "matches"))),
    ),
    Role.TEAM_LEADER: (
        ("基本信息", "person-vcard", "", (("团队负责人信息", "profile"), ("团队信息", "team"))),
        ("附件上传/下载", "paperclip", "papers", ()),
        ("申报管理", "journal-text", "", (("团队申请表", "application"), ("服务协议", "agreement"))),
        (_DOCKING, "people", "", (("需求", "docking_needs"), ("我的对接", "matches"))),
    ),
    Role.TEAM_MEMBER: (("基本信息", "person-vcard", "membership", ()),),
    Role.LEGAL_UNIT: (
        ("基本信息", "building", "unit", ()),
        ("附件上传/下载", "paperclip", "unit_papers", ()),
    ),
    acting(Role.LEGAL_UNIT): (
        ("基本信息", "building", "unit", ()),
        ("申报管理", "journal-text", "duties", ()),
        ("附件上传/下载", "paperclip", "", (("附件下载", "office_papers"), ("打包上传", "packed"))),
        (_SELECTION, "signpost-split", "", (("申请审核", "initial"), ("审核记录", "records"))),
        ("数据统计", "bar-chart", "", (("单位团队统计", "unit_teams"), ("法人单位信息统计", "statistics"))),
        ("信息发布", "newspaper", "articles", ()),
    ),
    Role.HOST_UNIT: (("基本信息", "building", "host", ()),),
    acting(Role.HOST_UNIT): (
        ("基本信息", "building", "host", ()),
        ("需求发布", "megaphone", "needs", ()),
        (_DOCKING, "people", "", (("找科技特派员", "specialists"), ("我的对接", "matches"), ("谁在服务", "serving"))),
    ),
    Role.CITY: (
        ("基本信息", "building", "organisation", ()),
        ("附件上传/下载", "paperclip", "", (("附件下载", "office_papers"), ("打包上传", "packed"))),
        (_SELECTION, "signpost-split", "",
         (("申请审核", "initial"), ("对接审核", "docking"), ("审核记录", "records"))),
        (_DOCKING, "people", "",
         (("派驻单位审核", "hosts"), ("需求审核", "need_review"), ("派驻单位", "host_records"),
          ("服务需求", "need_records"), ("对接记录", "match_records"), ("服务对接统计", "docking_statistics"))),
        ("数据统计", "bar-chart", "statistics", ()),
        ("信息发布", "newspaper", "articles", ()),
    ),
    Role.PROVINCE: (
        ("信息管理", "building", "", (("机构信息", "organisation"), ("法人审核", "admission"))),
        ("附件上传/下载", "paperclip", "",
         (("附件下载", "office_papers"), ("审核附件归档", "sealed"), ("协议归档", "archive"))),
        (_SELECTION, "signpost-split", "",
         (("申请审核", "province"), ("推送管理", "push"), ("审核记录", "records"))),
        (_DOCKING, "people", "",
         (("派驻单位", "host_records"), ("服务需求", "need_records"), ("对接记录", "match_records"),
          ("服务对接统计", "docking_statistics"))),
        ("数据统计", "bar-chart", "", (("省厅信息统计", "statistics"), ("导出", "exports"))),
        ("信息发布", "newspaper", "",
         (("信息审核", "publishing"), ("编写信息", "articles"), ("名单公示", "notices"), ("公示异议", "objections"))),
    ),
    SYSTEM_ADMIN: (
        ("系统管理", "gear", "",
         (("用户管理", "users"), ("角色权限", "roles"), ("机构管理", "organisations"), ("系统菜单", "menus"),
          ("申报批次", "batches"), ("数据字典", "terms"), ("行政区划", "regions"), ("系统参数", "parameters"),
          ("节假日", "special_days"), ("登录日志", "login_log"), ("操作日志", "operation_log"))),
    ),
}  # fmt: skip


@transaction.atomic
def load_defaults() -> None:
    """Add the entries of the manual's menu that this installation has never had: all of them at first, after an
    upgrade the new ones. `origin` remembers a row's place here whatever an administrator has made of it, so that
    nothing comes back that was switched off, moved or given to others.
    """
    groups = Group.objects.in_bulk(DEFAULTS, field_name="name")
    rows = {row.origin: row for row in MenuItem.objects.exclude(origin=None)}

    def ensure(role: str, origin: str, **values) -> MenuItem:
        if origin not in rows:
            rows[origin] = MenuItem.objects.create(origin=origin, **values)
            rows[origin].roles.add(groups[role])
        return rows[origin]

    for role, entries in DEFAULTS.items():
        for order, (title, icon, page, children) in enumerate(entries, 1):
            if children and all(f"{role}:{target}" in rows for _, target in children):
                continue
            top = ensure(role, f"{role}:{page or title}", title=title, icon=icon, page=page, order=order * 10)
            for place, (name, target) in enumerate(children, 1):
                ensure(role, f"{role}:{target}", title=name, page=target, parent=top.parent or top, order=place * 10)


@dataclass(frozen=True)
class Entry:
    """What partials/sidebar.html draws."""

    title: str
    icon: str
    url: str
    active: bool
    badge: str | None = None
    badge_late: bool = False
    children: list["Entry"] = field(default_factory=list)


# What waits beside the queues of the engine: {page: how many for a person}, asked where the menu shows the page
COUNTED: dict[str, Callable[[User], int]] = {"objections": objections_waiting, "matches": asked_count}


def places(request: HttpRequest) -> list[str]:
    """The addresses by which the menu knows where the reader is, the nearest first: the page's own; of a case the queue
    that it was opened from, else the records; of records without an entry the queues of their process."""
    match = request.resolver_match
    process = registry.get(match.kwargs.get("process", "")) if match and match.app_name == "review" else None
    if process is None:
        return [request.path]
    asked = request.POST if request.method == "POST" else request.GET
    opened = process.queue(asked.get("queue", ""))
    records = reverse("review:records", args=(process.code,))

    def queue(stage: Stage) -> str:
        return reverse("review:queue", args=(process.code, stage.state))

    return [request.path, *([queue(opened)] if opened else []), records, *map(queue, process.queues)]


def sidebar(user: User, at: list[str], queues: list[Waiting] | None) -> list[Entry]:
    """The entries of a person's role and groups; one query. Without `queues` nothing is counted. `at`: `places`."""
    # Of a role with two lives, the later one's menu takes the place of the earlier one's.
    rows = rows_for(user.all_groups - set(user.group_names[:-1]))
    here = next((found for path in at if (found := _where(path, rows))), None)
    waiting_at = {(one.process.code, one.stage.state): one for one in queues or ()}

    def entry(row: MenuItem) -> Entry:
        page = row.target
        counted = [waiting_at[key] for key in (page.queues if page else ()) if key in waiting_at]
        total = sum(one.count for one in counted)
        if queues is not None and row.page in COUNTED:
            total += COUNTED[row.page](user)
        url = page.url if page else ""
        return Entry(
            row.title,
            row.icon,
            url,
            active=row.pk == here,
            badge=_badge(total),
            badge_late=any(one.urgency == "late" for one in counted),
            children=[entry(child) for child in rows if child.parent_id == row.pk],
        )

    entries = [entry(row) for row in rows if row.parent_id is None]
    entries = [one for one in entries if one.url or one.children]
    return [_summed(one) if one.children else one for one in entries]


def rows_for(groups: Iterable[str]) -> list[MenuItem]:
    return list(MenuItem.objects.filter(active=True, roles__name__in=groups).distinct())


def opens(group: str, page: Page) -> bool:
    """Whether whoever is in a group may open a page: the menu shows, the page decides (D01)."""
    base = group.removesuffix(acting(""))  # of a role's second life the first one's rights hold, too
    held = {permission for name in {group, base} if name in ROLES for permission in ROLES[name].permissions}
    wanted = {page.permission} if isinstance(page.permission, str) else set(page.permission)
    return bool(held & wanted)


def _summed(group: Entry) -> Entry:
    """A group tells what its children tell: where the reader is, and how much waits below."""
    total = sum(1000 if child.badge == "999+" else int(child.badge or 0) for child in group.children)
    return replace(
        group,
        active=any(child.active for child in group.children),
        badge=_badge(total),
        badge_late=any(child.badge_late for child in group.children),
    )


def _badge(total: int) -> str | None:
    return ("999+" if total > 999 else str(total)) if total else None


def _where(path: str, rows: list[MenuItem]) -> int | None:
    """The row whose page the reader is on: the page itself, one of its tabs, or a page below it; the nearest wins."""
    below = [
        (len(url), row.pk)
        for row in rows
        if (page := row.target)
        for url in (page.url, *(reverse("review:queue", args=key) for key in page.queues))
        if path.startswith(url)
    ]
    return max(below)[1] if below else None
