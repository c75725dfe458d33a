"""The legal unit's own pages: 机构信息, 单位概况, and its admission."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from applications import papers, selectors, services
from applications.admission.information import Information, moved
from applications.documents import unit_document
from applications.forms import UnitForm
from applications.models import UnitAdmission
from attachments import sheets
from attachments.responses import paper_response
from review import notices
from review.drafts import seen_of
from review.selectors import path, revision_of
from review.uploads import TAKEN, received

unit = role_required("applications.fill_unit")
SAID = {
    "change": "已转为变更，请修改机构信息后重新提交；审核通过前，本单位的审核权限暂停。",
    "keep": "已取消变更，本单位恢复为审核通过。",
}


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
        "keepable": admission.editable and not selectors.change_sent(admission),
    }  # fmt: skip
    return render(request, "applications/unit.html", context)


def _submit(request: SignedInRequest, saved: UnitAdmission, seen: int) -> str:
    services.submit_unit(saved, actor=request.user, seen=seen)
    messages.success(request, "已保存。请下载单位概况，盖章后上传。")
    return "applications:unit_papers"


information = Information(
    UnitForm, "applications/unit_edit.html", "applications:unit", _mine, selectors.unit_missing, _submit
)

edit, autosave = information.views(unit)


@unit
@require_http_methods(["GET", "HEAD", "POST"])
def unit_papers(request: SignedInRequest) -> HttpResponse:
    """「附件上传/下载」 before admission: 单位概况 out, sealed 单位概况 in; the outcome and its words."""
    admission = _mine(request)
    form, status = received(
        request,
        lambda upload: services.upload_overview(admission, actor=request.user, seen=seen_of(request), upload=upload),
    )
    if status == TAKEN:
        messages.success(request, "单位概况已上传，等待省科技厅审核。")
        return redirect("applications:unit_papers")
    if status == 409:
        admission = _mine(request)
    last = admission.steps.order_by("-number").first()
    context = {
        "admission": admission, "form": form, "scans": admission.scans.select_related("file"),
        "uploadable": admission.flow.move(admission.state, "upload"), "path": path(admission),
        "returned": last if admission.returned_from else None,
        "told": notices.told_by_action(admission, request.user),
    }  # fmt: skip
    return render(request, "applications/unit_papers.html", context, status=status)


@unit
@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """「申请变更」, for name and code are locked once admitted: a change is a new admission; and 「取消变更」."""
    return moved(request, _mine(request), SAID, "applications:unit")


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
