"""团队信息 of a leader, 所属团队 of a member."""

from copy import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import held
from accounts.access import role_required
from accounts.http import SignedInRequest
from accounts.masks import mask_mobile
from accounts.selectors import missing_profile_fields
from applications import selectors
from applications.forms import MembershipForm, RemovalForm, TeamDetailsForm
from applications.models import Application, Membership, Team
from applications.models.teams import MIN_PEOPLE
from applications.teams import services
from review.refusal import Refused

leader = role_required("applications.lead_team")
member = role_required("applications.join_team")


@leader
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: SignedInRequest) -> HttpResponse:
    """「填写团队信息」, and below it who has joined."""
    existing = Team.objects.select_related("unit").filter(leader=request.user).first()
    form = TeamDetailsForm(held.typed(request), instance=copy(existing) if existing else Team(leader=request.user))
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.save_team(leader=request.user, unit=form.cleaned_data["unit"], name=form.cleaned_data["name"])
            messages.success(request, "团队信息已保存。")
            return redirect("applications:team")
        except Refused as refusal:
            status = 409
            messages.error(request, f"{refusal.reason}（没有保存，您填写的团队名称：{form.cleaned_data['name']}）")
    frozen = selectors.team_frozen(request.user)
    rows = []
    if existing:
        memberships = existing.memberships.exclude(state=Membership.State.REMOVED).select_related("user__profile")
        rows = [(row, missing_profile_fields(row.user), mask_mobile(row.user.mobile)) for row in memberships]
    confirmed = sum(row.state == Membership.State.CONFIRMED for row, *_ in rows) + 1
    context = {
        "team": existing, "form": form, "rows": rows, "frozen": frozen, "confirmed": confirmed,
        "short": max(MIN_PEOPLE - confirmed, 0), "minimum": MIN_PEOPLE,
    }  # fmt: skip
    return render(request, "applications/team.html", context, status=status)


@leader
@require_POST
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        row = services.confirm(leader=request.user, membership_id=pk)
        messages.success(request, f"已确认{row.user.real_name}为团队成员。")
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("applications:team")


@leader
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    form = RemovalForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        row = services.remove(leader=request.user, membership_id=pk, reason=reason)
        messages.success(request, f"已将{row.user.real_name}移出团队。")
    except Refused as refusal:
        kept = f"（您填写的移出原因：{reason}）" if reason else ""
        messages.error(request, refusal.reason + kept)
    return redirect("applications:team")


@member
@require_http_methods(["GET", "HEAD", "POST"])
def membership(request: SignedInRequest) -> HttpResponse:
    """基本信息 of a member: what is filled in, and which team."""
    current = (
        Membership.objects.filter(user=request.user)
        .select_related("team__unit", "team__leader")
        .order_by("-pk")
        .first()
    )
    standing = current if current and current.state != Membership.State.REMOVED else None
    form = MembershipForm(held.typed(request), instance=Membership(team=standing.team) if standing else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            row = services.join(user=request.user, team=form.cleaned_data["team"])
            messages.success(request, f"已选择「{row.team}」，等待负责人确认。")
            return redirect("applications:membership")
        except Refused as refusal:
            status = 409
            messages.error(request, refusal.reason)
    application = None
    if standing:
        application = (
            Application.objects.filter(owner=standing.team.leader, kind=Application.Kind.TEAM)
            .order_by("-batch__opens_at")
            .first()
        )
    context = {
        "membership": standing, "removed": current if current and standing is None else None, "form": form,
        "missing": missing_profile_fields(request.user), "application": application,
        "frozen": selectors.team_frozen(standing.team.leader) if standing else "",
    }  # fmt: skip
    return render(request, "applications/membership.html", context, status=status)
