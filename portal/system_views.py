"""系统管理 beside the Django admin: what is read there and not edited."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.http import SignedInRequest
from accounts.models import AuditEntry
from portal.forms import LogFilter
from review.views import list_page, pager_of

administrator = role_required("accounts.administer")


@administrator
@require_safe
def log(request: SignedInRequest, log: str) -> HttpResponse:
    """登录日志 or 操作日志: to read and query; there is no way to change a row."""
    if log not in AuditEntry.Log.values:
        raise Http404
    conditions = LogFilter(request.GET, log=log)
    found = AuditEntry.objects.filter(conditions.q(), log=log).select_related("actor")
    page = list_page(request, found, keys=("at", "id"), descending=True)
    context = {
        "log": AuditEntry.Log(log), "filter": conditions, "rows": page.rows, "pager": pager_of(conditions, page),
    }  # fmt: skip
    return render(request, "portal/log.html", context)
