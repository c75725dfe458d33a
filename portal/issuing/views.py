"""用户管理 › 批量发放: from a sheet or for all city bureaus; looked at, confirmed, one-time passwords fetched once."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access import role_required
from accounts.audit import Kind, Note
from accounts.http import SignedInRequest
from attachments import storage, workbook
from attachments.workbook import Column
from portal.issuing import roster, services
from portal.issuing.forms import BureausForm, SheetForm
from portal.issuing.models import Issuance

administrator = role_required("accounts.administer")
SHOWN = 200  # lines of a preview
PASSWORDS = (Column("姓名", 12), Column("用户名", 20), Column("一次性密码", 20), Column("机构", 32))


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: SignedInRequest) -> HttpResponse:
    """The template, the upload, the bureaus. A sheet with a fault is told all of them and is not kept."""
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    faults: list[roster.Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            lines = _read(form.cleaned_data["file"])
            _, faults = roster.check(lines)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            if not faults:
                issuance = services.keep(lines, by=request.user, title=form.cleaned_data["file"].name)
                return redirect("portal:issuance", issuance.key)
    return _start_page(request, form=form, faults=faults)


def _read(file) -> list[roster.Line]:
    with storage.workplace() as folder:
        path = folder / "sheet.xlsx"
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        return roster.read(path)


def _start_page(request: SignedInRequest, *, form=None, bureaus=None, faults=()) -> HttpResponse:
    recent = Issuance.objects.filter(by=request.user, confirmed_at__isnull=False).order_by("-at")[:10]
    context = {
        "form": form or SheetForm(), "bureaus": bureaus or BureausForm(), "faults": faults[:SHOWN],
        "more_faults": max(0, len(faults) - SHOWN), "fault_lines": len({fault.line for fault in faults}),
        "recent": recent,
    }  # fmt: skip
    wrong = bool(faults or (form and form.errors) or (bureaus and bureaus.errors))
    return render(request, "portal/issuing/start.html", context, status=422 if wrong else 200)


@administrator
@require_safe
def template(request: SignedInRequest) -> HttpResponseBase:
    with storage.workplace() as folder:
        roster.write_template(folder / "template.xlsx")
        return _workbook(folder / "template.xlsx", "账号导入模板.xlsx")


@administrator
@require_POST
def bureaus(request: SignedInRequest) -> HttpResponse:
    """All city bureaus, as many accounts each as are wanted; pressed again, only what is missing."""
    form = BureausForm(request.POST)
    if not form.is_valid():
        return _start_page(request, bureaus=form)
    lines = roster.bureaus(form.cleaned_data["officers"], form.cleaned_data["pattern"])
    if not lines:
        messages.info(request, f"各市州科技局都已有 {form.cleaned_data['officers']} 个在用账号，无需发放。")
        return redirect("portal:issuing")
    issuance = services.keep(lines, by=request.user, title="市州科技局账号")
    return redirect("portal:issuance", issuance.key)


def _own(request: SignedInRequest, key: UUID) -> Issuance:
    return get_object_or_404(Issuance, key=key, by=request.user)


@administrator
@require_safe
def issuance(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Before the confirmation what will be issued, after it the passwords, once."""
    return _page(request, _own(request, key))


def _page(request: SignedInRequest, found: Issuance, *, errors=(), status: int = 200) -> HttpResponse:
    labels, lines = [column.label for column in roster.COLUMNS], services.lines_of(found)
    rows = [[(label, line.cells.get(label, "")) for label in labels] for line in lines[:SHOWN]]
    context = {
        "issuance": found, "labels": labels, "rows": rows, "more": max(0, len(lines) - SHOWN), "errors": errors,
    }  # fmt: skip
    return render(request, "portal/issuing/issuance.html", context, status=status)


@administrator
@require_POST
def confirm(request: SignedInRequest, key: UUID) -> HttpResponse:
    found = _own(request, key)
    try:
        with transaction.atomic():
            users = services.confirm(found)
            notes = [Note(Kind.ISSUE, f"发放账号「{one}」（{one.username}）", one) for one in users]
            if notes:
                notes.append(
                    Note(Kind.IMPORT, f"批量发放账号 {len(users)} 个（{found.title}）", extra={"count": len(users)})
                )
            audit.record_all(request, notes)
    except ValidationError as error:
        return _page(request, found, errors=error.messages, status=409)
    if users:
        messages.success(request, f"已发放 {len(users)} 个账号。")
    return redirect("portal:issuance", key)


@administrator
@require_POST
def passwords(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    """The one-time passwords as a workbook, once."""
    found = _own(request, key)
    with transaction.atomic():
        rows = services.take_passwords(found)
        if rows:
            text = f"下载 {len(rows)} 个一次性密码（{found.title}）"
            audit.record(request, Kind.EXPORT, text, rows=len(rows))
    if not rows:
        messages.warning(request, "一次性密码只能下载一次，已经下载过或已过期；需要时请在用户管理中重置密码。")
        return redirect("portal:issuance", key)
    about = (("有效期", "24 小时内有效，首次登录后必须修改"), ("保管", "请当面或通过电话告知本人，用后删除本文件"))
    with storage.workplace() as folder:
        path = folder / "passwords.xlsx"
        workbook.write(path, "一次性密码", PASSWORDS, rows, count=len(rows), about=about)
        return _workbook(path, f"一次性密码-{timezone.localdate():%Y%m%d}.xlsx")


def _workbook(path, name: str) -> HttpResponseBase:
    """Read before its folder goes."""
    response = HttpResponse(path.read_bytes(), content_type=workbook.CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
