"""「导出」: conditions and columns of a table, and the workbook, at once or in the background."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import held
from accounts.access import client_ip, role_required, signed_in
from accounts.http import SignedInRequest
from attachments import jobs, storage, workbook
from stats import exports, services
from stats.export_forms import ExportForm
from stats.services import Order
from stats.tables import Export

COLUMNS = "columns"  # in the address: the keys, parted by commas; none: all


@role_required(exports.ALL)
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The six of the manual."""
    return render(request, "stats/exports.html", {"exports": exports.FILLED})


@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: SignedInRequest, code: str) -> HttpResponseBase:
    """Conditions stand in the address, and so do the columns; the button posts what is ticked."""
    found = exports.find(code)
    if found is None:
        raise Http404
    if not found.may(request.user):
        raise PermissionDenied
    if request.method == "POST":
        form = ExportForm(found, request.user, request.POST)
        if form.is_valid():
            try:
                return _made(request, _order(request, found, form))
            except jobs.Failed as refusal:
                form.add_error(None, str(refusal))
        return _page(request, found, form, status=422)
    kept = held.take(request)
    if kept is not None:
        messages.warning(request, held.SENTENCE)
    return _page(request, found, ExportForm(found, request.user, initial=_initial(request, found, kept)))


def _initial(request: SignedInRequest, found: Export, kept: QueryDict | None) -> dict:
    keys = kept.getlist(COLUMNS) if kept else request.GET.get(COLUMNS, "").split(",")
    typed = {"numbers": "numbers" in kept, "reason": kept.get("reason", "")} if kept else {}
    return {COLUMNS: [column.key for column in found.chosen(keys)], **typed}


def _order(request: SignedInRequest, found: Export, form: ExportForm) -> Order:
    given = form.cleaned_data
    numbers = bool(given.get("numbers"))
    return Order(
        found.code, found.conditions(request.GET).query(), given[COLUMNS], numbers,
        given["reason"] if numbers else "", client_ip(request),
    )  # fmt: skip


def _made(request: SignedInRequest, order: Order) -> HttpResponseBase:
    """The workbook, or the page of the job that makes it. Raises `jobs.Failed` with a sentence."""
    if services.count(order, request.user) > services.DIRECT_ROWS:
        return redirect("attachments:job", services.start(order, request.user).key)
    with storage.workplace() as folder:
        path = folder / "export.xlsx"
        rows = services.make(order, request.user, path)
        services.record(order, request.user, rows)
        return _download(path, services.file_name(order.export))


def _download(path: Path, name: str) -> FileResponse:
    """The open file outlives its folder."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=workbook.CONTENT_TYPE)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: SignedInRequest, found: Export, form: ExportForm, status: int = 200) -> HttpResponse:
    conditions = found.conditions(request.GET)
    query, ticked = conditions.query(), form[COLUMNS].value() or []
    columns = ",".join(ticked) if len(ticked) < len(found.columns) else ""
    carried = f"&{urlencode({COLUMNS: columns})}" if columns else ""
    context = {
        "export": found, "form": form, "filter": conditions, "ticked": ticked,
        "chips": [replace(chip, url=chip.url + carried) for chip in conditions.chips()],
        "remember": {"name": COLUMNS, "value": columns},
        "count": services.count(Order(found.code, query), request.user), "limit": services.DIRECT_ROWS,
        "crumbs": [{"label": found.page_label, "url": f"{found.page_url}?{query}".rstrip("?")}],
    }  # fmt: skip
    return render(request, "stats/export.html", context, status=status)
