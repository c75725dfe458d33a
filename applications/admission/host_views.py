"""The 派驻单位's own pages: 机构信息 and its confirmation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import role_required
from accounts.http import SignedInRequest
from applications import selectors, services
from applications.admission.information import Information, moved
from applications.docking.selectors import asked_count, hosts_of
from applications.documents import host_document
from applications.forms import HostForm
from applications.models import HostAdmission
from review import notices
from review.selectors import path

host = role_required("applications.fill_host")
SAID = {
    "withdraw": "已撤回，可以修改后再次提交。",
    "change": "已转为变更，请修改机构信息后重新提交；审核通过前，本单位的需求暂不公开。",
    "keep": "已取消变更，本单位恢复为已确认，需求重新公开。",
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
        "keepable": mine.editable and not selectors.change_sent(mine),
        "told": notices.told_by_action(mine, request.user),
        "asked": asked_count(request.user) if request.user.desks else 0,
        "stands_for": [] if mine.organisation_id else hosts_of(request.user),
    }  # fmt: skip
    return render(request, "applications/host.html", context)


def _submit(request: SignedInRequest, saved: HostAdmission, seen: int) -> str:
    sent = services.submit_host(saved, actor=request.user, seen=seen)
    messages.success(request, "机构信息已更新。" if sent.confirmed else f"已提交，现由{sent.desk.name}审核。")
    return "applications:host"


information = Information(
    HostForm, "applications/host_edit.html", "applications:host", _mine, selectors.host_missing, _submit
)

edit, autosave = information.views(host)


@host
@require_POST
def move(request: SignedInRequest) -> HttpResponse:
    """「撤回」, 「申请变更」, 「取消变更」."""
    return moved(request, _mine(request), SAID, "applications:host")
