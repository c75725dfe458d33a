"""The legal unit's own pages: 机构信息, 单位概况, and its admission."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import held
from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from applications import papers, selectors, services
from applications.documents import UNIT_SECTIONS, unit_document
from applications.forms import UnitForm
from applications.models import UnitAdmission
from attachments import sheets
from attachments.forms import PdfUploadForm
from attachments.responses import paper_response
from review import drafts
from review.drafts import refused_answer, saved_answer, seen_of
from review.refusal import Refused
from review.selectors import path, revision_of
from review.services import perform

unit = role_required("applications.fill_unit")


def _mine(request: SignedInRequest) -> UnitAdmission:
    services.open_admission(request.user)
    return UnitAdmission.objects.for_review().select_related("organisation").get(owner=request.user)


@unit
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """「基本信息」: the form as it stands, where its admission is, what the province said."""
    admission = _mine(request)
    last = admission.steps.order_by("-number").first()
    document = (
        unit_document(admission)
        if admission.editable or not admission.revision_number
        else admission.revisions.get(number=admission.revision_number).document
    )
    context = {
        "admission": admission, "document": document, "path": path(admission),
        "missing": selectors.unit_missing(admission) if admission.editable else [],
        "returned": last if admission.returned_from else None,
        "changeable": admission.flow.move(admission.state, "change"),
    }  # fmt: skip
    return render(request, "applications/unit.html", context)


@unit
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest) -> HttpResponse:
    """「填写机构信息」: 「提交」 keeps what is typed and, when nothing is missing, issues 单位概况."""
    admission = _mine(request)
    form = UnitForm(held.typed(request), instance=admission)
    if not admission.editable:
        reason = f"当前状态为「{admission.state_label}」，机构信息不能修改。"
        if not form.unsaved:
            messages.warning(request, reason)
            return redirect("applications:unit")
        messages.error(request, drafts.CLOSED.format(reason))
        return _form_page(request, admission, form, status=409)
    status = 422 if request.method == "POST" else 200
    problems: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form)
            services.submit_unit(saved, actor=request.user, seen=seen_of(request))
            messages.success(request, "已保存。请下载单位概况，盖章后上传。")
            return redirect("applications:unit_papers")
        except Refused as refusal:
            messages.error(request, f"已保存，但还不能提交：{refusal.reason}" if refusal.problems else refusal.reason)
            problems, status = refusal.problems, 409
    return _form_page(request, admission, form, problems=problems, status=status)


def _form_page(request, admission: UnitAdmission, form: UnitForm, *, problems=(), status: int) -> HttpResponse:
    context = {
        "admission": admission, "form": form, "sections": _section_states(_mine(request)), "problems": problems,
        "seen": _mine(request).seen, "closed": not admission.editable,
    }  # fmt: skip
    return render(request, "applications/unit_edit.html", context, status=status)


def _save(request: SignedInRequest, form: UnitForm) -> UnitAdmission:
    saved = drafts.save(_mine(request), actor=request.user, version=form.cleaned_data["version"], values=form.values())
    form.renew(saved.version)
    return saved  # type: ignore[return-value]


def _section_states(admission: UnitAdmission) -> list[tuple[str, int]]:
    empty = {problem.url.partition("#id_")[2] for problem in selectors.unit_missing(admission)}
    return [(title, sum(name in empty for name in names)) for title, names in UNIT_SECTIONS]


@unit
@require_POST
def autosave(request: SignedInRequest) -> JsonResponse:
    form = UnitForm(request.POST, instance=_mine(request))
    form.is_valid()
    if "version" not in form.cleaned_data:
        return refused_answer()
    try:
        return saved_answer(_save(request, form), _section_states(_mine(request)))
    except Refused as refusal:
        return refused_answer(refusal.reason)


@unit
@require_http_methods(["GET", "HEAD", "POST"])
def unit_papers(request: SignedInRequest) -> HttpResponse:
    """「附件上传/下载」 before admission: 单位概况 out, sealed 单位概况 in; the outcome and its words."""
    admission = _mine(request)
    form = PdfUploadForm(request.POST or None, request.FILES or None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.upload_overview(
                admission, actor=request.user, seen=seen_of(request), upload=form.cleaned_data["file"]
            )
            messages.success(request, "单位概况已上传，等待省科技厅审核。")
            return redirect("applications:unit_papers")
        except ValidationError as error:
            form.add_error("file", error)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            admission, status = _mine(request), 409
    last = admission.steps.order_by("-number").first()
    context = {
        "admission": admission, "form": form, "scans": admission.scans.select_related("file"),
        "uploadable": admission.flow.move(admission.state, "upload"), "path": path(admission),
        "returned": last if admission.returned_from else None,
    }  # fmt: skip
    return render(request, "applications/unit_papers.html", context, status=status)


@unit
@require_POST
def change(request: SignedInRequest) -> HttpResponse:
    """Name and code are locked once admitted: a change is a new admission."""
    try:
        perform(_mine(request), "change", actor=request.user, seen=seen_of(request))
        messages.success(request, "已转为变更，请修改机构信息后重新提交；审核通过前，本单位的审核权限暂停。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("applications:unit")


@signed_in
@require_safe
def overview_pdf(request: SignedInRequest, pk: int, revision: int) -> HttpResponseBase:
    admission = get_object_or_404(UnitAdmission.objects.visible_to(request.user), pk=pk)
    if (row := revision_of(admission, request.user, revision)) is None:
        raise Http404
    name = row.document.texts()["name"]  # as it was submitted, not as it is being rewritten
    return paper_response(request, sheets.printed(papers.overview(row)), f"单位概况_{name}_第{revision}版.pdf")


@signed_in
@require_safe
def overview_scan(request: SignedInRequest, pk: int, number: int) -> HttpResponseBase:
    admission = get_object_or_404(UnitAdmission.objects.visible_to(request.user), pk=pk)
    row = get_object_or_404(admission.scans.select_related("file"), number=number)
    return paper_response(request, row.file, row.file.name)
