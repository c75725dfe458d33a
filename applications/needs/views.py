"""The 派驻单位's own pages of its 需求: written, submitted, closed."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import held
from accounts.access import role_required
from accounts.http import SignedInRequest
from applications.docking.selectors import host_desks, hosts_of
from applications.docking.suggestions import people_for
from applications.documents import need_document
from applications.forms import NeedFormForm
from applications.models import Need
from applications.needs import services
from applications.needs.selectors import need_missing, own_needs
from review import drafts, notices
from review.drafts import seen_of
from review.filters import CaseFilter
from review.refusal import Refused
from review.selectors import history, path
from review.services import perform
from review.views import list_page, pager_of

host = role_required("applications.publish_need")
SAID = {
    "submit": "已提交审核，现由{desk}办理。",
    "withdraw": "已撤回，可以修改后再次提交。",
    "solve": "已标为「已解决」，需求不再公开。",
    "close": "已撤下，需求不再公开。",
}


def _mine(request: SignedInRequest, pk: int) -> Need:
    """Of a host unit that one acts for, whoever began it; any other is not there."""
    return get_object_or_404(Need.objects.for_review(), pk=pk, host__in=host_desks(request.user))


@host
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """「需求发布」: all of one's own unit, with their state."""
    page = list_page(request, own_needs(request.user), keys=("since", "id"), descending=True)
    context = {"rows": page.rows, "pager": pager_of(CaseFilter(request.GET, process=None), page)}
    return render(request, "applications/needs.html", context)


@host
@require_POST
def new(request: SignedInRequest) -> HttpResponse:
    if not (units := hosts_of(request.user)):
        raise PermissionDenied
    try:
        return redirect("applications:need_edit", services.begin(request.user, units[0]).pk)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("applications:needs")


@host
@require_safe
def need(request: SignedInRequest, pk: int) -> HttpResponse:
    """One need: where it stands, what its city said, what can be done now."""
    mine = _mine(request, pk)
    steps, live = history(mine), need_document(mine)
    context = {
        "need": mine, "path": path(mine), "missing": need_missing(mine) if mine.editable else [],
        "document": live if mine.editable else mine.revisions.get(number=mine.revision_number).document,
        "returned": steps[0] if mine.returned_from else None,
        "moves": {move.action: move for move in mine.moves_for(request.user)},
        "told": notices.told_by_action(mine, request.user),
        "matches": mine.matches.select_related("person__profile").order_by("-made_at")[:50], "steps": steps,
        "suggestions": people_for(mine) if mine.is_public else [],
    }  # fmt: skip
    return render(request, "applications/need.html", context)


@host
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """「填写」: 「提交」 saves what is there; 「提交审核」 saves and sends it to the city."""
    mine = _mine(request, pk)
    form = NeedFormForm(held.typed(request), instance=mine.form)
    if not mine.editable:
        reason = f"当前状态为「{mine.state_label}」，不能修改。"
        page = partial(_form_page, request, mine, form, status=409)
        return drafts.closed(request, form, reason, away=redirect("applications:need", pk), page=page)
    status = 422 if request.method == "POST" else 200
    problems: tuple = ()
    if request.method == "POST" and form.is_valid():
        try:
            _save(mine, request, form)
            if "submit_review" not in request.POST:
                left = len(need_missing(_mine(request, pk)))
                messages.success(request, f"已保存，还有 {left} 项未填写。" if left else "已保存，可以「提交审核」了。")
            else:
                _perform(request, _mine(request, pk), "submit")
            return redirect("applications:need", pk)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            form.mark(refusal.problems, request.path)
            problems, status = refusal.problems, 409
    return _form_page(request, _mine(request, pk), form, problems=problems, status=status)


def _form_page(request: SignedInRequest, mine: Need, form: NeedFormForm, *, problems=(), status: int) -> HttpResponse:
    context = {
        "need": mine, "form": form, "sections": _section_states(mine), "problems": problems, "seen": mine.seen,
        "closed": not mine.editable, "told": notices.told_by_action(mine, request.user).get("submit"),
    }  # fmt: skip
    return render(request, "applications/need_edit.html", context, status=status)


def _save(mine: Need, request: SignedInRequest, form: NeedFormForm):
    saved = services.save_need(mine, actor=request.user, version=form.cleaned_data["version"], values=form.values())
    form.renew(saved.version)
    return saved


def _section_states(mine: Need) -> list[tuple[str, int]]:
    return drafts.empty_by_section(NeedFormForm.sections, need_missing(mine))


@host
@require_POST
def autosave(request: SignedInRequest, pk: int) -> JsonResponse:
    mine = _mine(request, pk)
    form = NeedFormForm(request.POST, instance=mine.form)
    return drafts.autosaved(form, lambda: _save(mine, request, form), lambda: _section_states(_mine(request, pk)))


@host
@require_POST
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """「提交审核」, 「撤回」, 「已解决」, 「撤下」; 「删除」 of a draft that never went anywhere."""
    try:
        if request.POST.get("action") == "discard":
            services.discard(_mine(request, pk), actor=request.user)
            messages.success(request, "草稿已删除。")
            return redirect("applications:needs")
        _perform(request, _mine(request, pk), request.POST.get("action", ""))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("applications:need", pk)


def _perform(request: SignedInRequest, mine: Need, action: str) -> None:
    if action not in SAID:
        raise Refused("不能进行此操作。")
    moved = perform(mine, action, actor=request.user, seen=seen_of(request))
    messages.success(request, SAID[action].format(desk=moved.desk))
