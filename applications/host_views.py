"""The 派驻单位's own pages: 机构信息 and its confirmation."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import held
from accounts.access import role_required
from accounts.http import SignedInRequest
from applications import selectors, services
from applications.documents import host_document
from applications.forms import HostForm
from applications.models import HostAdmission
from review import drafts
from review.drafts import refused_answer, saved_answer, seen_of
from review.refusal import Refused
from review.selectors import path
from review.services import perform

host = role_required("applications.fill_host")
SAID = {
    "withdraw": "已撤回，可以修改后再次提交。",
    "change": "已转为变更，请修改机构信息后重新提交；审核通过前，本单位的需求暂不公开。",
}


def _mine(request: SignedInRequest) -> HostAdmission:
    services.open_host(request.user)
    return HostAdmission.objects.for_review().get(owner=request.user)


@host
@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """「基本信息」: the form as it stands, where its confirmation is, what the city said."""
    mine = _mine(request)
    last = mine.steps.order_by("-number").first()
    frozen = mine.revisions.filter(number=mine.revision_number).first()
    live = host_document(mine)
    context = {
        "host": mine, "document": live if mine.editable or frozen is None else frozen.document, "path": path(mine),
        "missing": selectors.host_missing(mine) if mine.editable else [],
        "unsent": mine.confirmed and live.texts() != frozen.document.texts(),
        "returned": last if mine.returned_from else None,
        "moves": {move.action: move for move in mine.moves_for(request.user)},
    }  # fmt: skip
    return render(request, "applications/host.html", context)


@host
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest) -> HttpResponse:
    """「填写机构信息」: 「提交」 keeps what is typed and, when nothing is missing, sends it to the city."""
    mine = _mine(request)
    form = HostForm(held.typed(request), instance=mine)
    if not mine.editable:
        reason = f"当前状态为「{mine.state_label}」，机构信息不能修改。"
        if not form.unsaved:
            messages.warning(request, reason)
            return redirect("applications:host")
        messages.error(request, drafts.CLOSED.format(reason))
        return _form_page(request, mine, form, status=409)
    status = 422 if request.method == "POST" else 200
    problems: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            sent = services.submit_host(_save(request, form), actor=request.user, seen=seen_of(request))
            messages.success(
                request, f"已提交，现由{sent.desk.name}审核。" if not sent.confirmed else "机构信息已更新。"
            )
            return redirect("applications:host")
        except Refused as refusal:
            messages.error(request, f"已保存，但还不能提交：{refusal.reason}" if refusal.problems else refusal.reason)
            problems, status = refusal.problems, 409
    return _form_page(request, mine, form, problems=problems, status=status)


def _form_page(request, mine: HostAdmission, form: HostForm, *, problems=(), status: int) -> HttpResponse:
    fresh = _mine(request)
    context = {
        "host": mine, "form": form, "sections": _section_states(fresh), "problems": problems, "seen": fresh.seen,
        "closed": not mine.editable,
    }  # fmt: skip
    return render(request, "applications/host_edit.html", context, status=status)


def _save(request: SignedInRequest, form: HostForm) -> HostAdmission:
    saved = drafts.save(_mine(request), actor=request.user, version=form.cleaned_data["version"], values=form.values())
    form.renew(saved.version)
    return saved  # type: ignore[return-value]


def _section_states(mine: HostAdmission) -> list[tuple[str, int]]:
    empty = {problem.url.partition("#id_")[2] for problem in selectors.host_missing(mine)}
    return [(title, sum(name in empty for name in names)) for title, names in HostForm.sections]


@host
@require_POST
def autosave(request: SignedInRequest) -> JsonResponse:
    form = HostForm(request.POST, instance=_mine(request))
    form.is_valid()
    if "version" not in form.cleaned_data:
        return refused_answer()
    try:
        return saved_answer(_save(request, form), _section_states(_mine(request)))
    except Refused as refusal:
        return refused_answer(refusal.reason)


@host
@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """「撤回」, 「申请变更」."""
    action = request.POST.get("action", "")
    try:
        if action not in SAID:
            raise Refused("不能进行此操作。")
        perform(_mine(request), action, actor=request.user, seen=seen_of(request))
        messages.success(request, SAID[action])
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("applications:host")
