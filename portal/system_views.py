"""系统管理 beside the Django admin: what is read there and not edited."""

from django.contrib.auth.models import Permission
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.http import SignedInRequest
from accounts.models import AuditEntry
from accounts.roles import ROLES, group_label
from portal import logs
from portal.menu import opens, rows_for
from review.views import list_page, pager_of

administrator = role_required(logs.PERMISSION)


@administrator
@require_safe
def log(request: SignedInRequest, log: str) -> HttpResponse:
    """登录日志 or 操作日志: to read and query; there is no way to change a row."""
    if log not in logs.FILTERS:
        raise Http404
    conditions = logs.FILTERS[log](request.GET)
    page = list_page(request, logs.rows(conditions, log), keys=("at", "id"), descending=True)
    context = {
        "log": AuditEntry.Log(log), "filter": conditions, "rows": page.rows, "pager": pager_of(conditions, page),
    }  # fmt: skip
    return render(request, "portal/log.html", context)


@administrator
@require_safe
def roles(request: SignedInRequest) -> HttpResponse:
    """角色权限: who may do what kind of work, as accounts/roles.py says it; read, not edited."""
    named = {
        f"{row.content_type.app_label}.{row.codename}": row.name
        for row in Permission.objects.select_related("content_type")
    }
    groups = list(ROLES)
    granted = dict.fromkeys(label for row in ROLES.values() for label in row.permissions)
    rows = [
        (named.get(label, label), [(group_label(group), label in ROLES[group].permissions) for group in groups])
        for label in granted
    ]
    context = {"heads": [group_label(group) for group in groups], "rows": rows}
    return render(request, "portal/roles.html", context)


@administrator
@require_safe
def menu_preview(request: SignedInRequest, role: str) -> HttpResponse:
    """The sidebar as whoever has a role sees it, and whether each page opens to them."""
    if role not in ROLES:
        raise Http404
    rows = rows_for([role])

    def entry(row) -> dict:
        page = row.target
        return {"row": row, "page": page, "opens": page is None or opens(role, page)}

    tops = [
        {**entry(top), "children": [entry(row) for row in rows if row.parent_id == top.pk]}
        for top in rows if top.parent_id is None
    ]  # fmt: skip
    tops = [top for top in tops if top["page"] or top["children"]]
    others = [(name, group_label(name)) for name in ROLES]
    context = {"role": role, "label": group_label(role), "tops": tops, "others": others}
    return render(request, "portal/menu_preview.html", context)
