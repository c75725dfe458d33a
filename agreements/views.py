"""The specialist's agreement and papers, and public verification."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import held
from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from agreements import selectors, services
from agreements.documents import agreement_document, sections_of
from agreements.forms import AgreementForm
from agreements.models import Agreement
from agreements.sheets import agreement_sheet, file_name
from applications.docking import selectors as docking_selectors
from attachments import qr
from attachments.responses import paper_response
from attachments.sheets import printed
from review import drafts, notices
from review.drafts import seen_of
from review.filters import CaseFilter
from review.refusal import Refused
from review.selectors import path, revision_of
from review.services import perform
from review.uploads import TAKEN, received
from review.views import list_page, pager_of

specialist = role_required("agreements.write_agreement")


def _mine(request: SignedInRequest) -> Agreement:
    agreement = selectors.agreement_of(request.user)
    if agreement is None:
        raise Http404
    return agreement


@specialist
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """「服务协议」: before approval it says why not yet."""
    agreement = selectors.agreement_of(request.user)
    context: dict = {"agreement": agreement, "earlier": selectors.earlier_agreements(request.user, agreement)}
    if agreement is None:
        application = selectors.application_for(request.user)
        context |= {"application": application, "reason": selectors.closed_reason(application)}
    else:
        context |= {
            "path": path(agreement),
            "missing": selectors.missing(agreement) if agreement.editable else [],
            "document": agreement_document(agreement) if agreement.editable else None,
            "returned": agreement.steps.order_by("-number").first() if agreement.returned_from else None,
        }
        if not agreement.editable:
            context["document"] = agreement.revisions.get(number=agreement.revision_number).document
    return render(request, "agreements/home.html", context)


@specialist
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    application = selectors.application_for(request.user)
    try:
        if application is None:
            raise Refused(selectors.closed_reason(None))
        services.open_agreement(application, actor=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("agreements:home")
    return redirect("agreements:edit")


@specialist
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest) -> HttpResponse:
    """「填写」: 「提交」 keeps what is typed and, when nothing is missing, issues a new version."""
    agreement = _mine(request)
    form = AgreementForm(held.typed(request), instance=agreement)
    if not agreement.editable:
        reason = f"协议当前状态为「{agreement.state_label}」，不能修改。"
        page = partial(_form_page, request, agreement, form, status=409)
        return drafts.closed(request, form, reason, away=redirect("agreements:home"), page=page)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(agreement, request, form)
            perform(saved, "save", actor=request.user, seen=seen_of(request))
            messages.success(request, "已保存，可以下载服务协议并打印盖章了。")
            return redirect("agreements:papers")
        except Refused as refusal:
            messages.error(
                request, f"已保存，但还不能生成协议：{refusal.reason}" if refusal.problems else refusal.reason
            )
            form.mark(refusal.problems, request.path)
            return _form_page(request, _mine(request), form, problems=refusal.problems, status=409)
    return _form_page(request, agreement, form, status=422 if request.method == "POST" else 200)


def _save(agreement: Agreement, request: SignedInRequest, form: AgreementForm) -> Agreement:
    saved = services.save_agreement(
        agreement, actor=request.user, version=form.cleaned_data["version"], values=form.values()
    )
    form.renew(saved.version)
    return saved


def _form_page(request, agreement: Agreement, form: AgreementForm, *, problems=(), status: int = 200) -> HttpResponse:
    context = {
        "agreement": agreement, "form": form, "sections": _section_states(agreement), "problems": problems,
        "seen": agreement.seen, "closed": not agreement.editable,
    }  # fmt: skip
    return render(request, "agreements/edit.html", context, status=status)


def _section_states(agreement: Agreement) -> list[tuple[str, int]]:
    return drafts.empty_by_section(sections_of(agreement), selectors.missing(agreement))


@specialist
@require_POST
def autosave(request: SignedInRequest) -> JsonResponse:
    agreement = _mine(request)
    form = AgreementForm(request.POST, instance=agreement)
    return drafts.autosaved(form, lambda: _save(agreement, request, form), lambda: _section_states(_mine(request)))


@specialist
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: SignedInRequest) -> HttpResponse:
    """「附件上传/下载」: download 「个人服务协议」, have it sealed, upload the scan."""
    agreement = selectors.agreement_of(request.user)
    if agreement is None and request.method == "POST":
        raise Http404
    form, status = received(
        request,
        lambda upload: services.upload_scan(_mine(request), actor=request.user, seen=seen_of(request), upload=upload),
    )
    if status == TAKEN:
        messages.success(request, "盖章扫描件已上传，等待省科技厅归档。")
        return redirect("agreements:papers")
    if status == 409:
        agreement = _mine(request)
    last = agreement.steps.order_by("-number").first() if agreement else None
    context = {
        "agreement": agreement, "form": form, "scans": agreement.scans.select_related("file") if agreement else [],
        "reason": "" if agreement else selectors.closed_reason(selectors.application_for(request.user)),
        "uploadable": bool(agreement and agreement.flow.move(agreement.state, "upload")),
        "returned": last if agreement and agreement.returned_from else None,
        "path": path(agreement) if agreement else [],
        "earlier": selectors.earlier_agreements(request.user, agreement),
        "told": notices.told_by_action(agreement, request.user) if agreement else {},
    }  # fmt: skip
    return render(request, "agreements/papers.html", context, status=status)


@signed_in
@require_safe
def agreement_pdf(request: SignedInRequest, pk: int, revision: int) -> HttpResponseBase:
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user).for_review(), pk=pk)
    if (row := revision_of(agreement, request.user, revision)) is None:
        raise Http404
    sheet = printed(agreement_sheet(agreement, row))
    return paper_response(request, sheet, file_name(agreement, revision))


@signed_in
@require_safe
def scan(request: SignedInRequest, pk: int, number: int) -> HttpResponseBase:
    """A sealed scan, to those who may see its agreement."""
    agreement = get_object_or_404(Agreement.objects.visible_to(request.user), pk=pk)
    row = get_object_or_404(agreement.scans.select_related("file"), number=number)
    return paper_response(request, row.file, row.file.name)


@role_required("applications.invite_specialist")
@require_safe
def serving(request: SignedInRequest) -> HttpResponse:
    """「谁在服务」 of a host unit: who has been selected and agreed to serve it, and by which agreement."""
    page = list_page(request, docking_selectors.serving(request.user), keys=("since", "id"), descending=True)
    context = {
        "rows": selectors.services_for(request.user, page.rows),
        "pager": pager_of(CaseFilter(request.GET, process=None), page),
    }  # fmt: skip
    return render(request, "agreements/serving.html", context)


@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Public: is this sheet genuine? From the code on it, without personal data."""
    asked = qr.typed(code or request.GET.get("code", ""))
    sheet = selectors.sheet_of(asked) if asked else None
    context = {"asked": asked[:40], "sheet": sheet}
    return render(request, "agreements/verify.html", context, status=200 if sheet or not asked else 404)
