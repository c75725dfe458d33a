"""Writes of teams: founding, joining, confirming, removing. All of them wait for, and are refused by, a submission."""

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts import limits, notices
from accounts.models import Organisation, User
from applications.models import Application, Membership, Team
from applications.models.teams import NAME_TAKEN
from applications.selectors import team_frozen
from review.refusal import Refused

State = Membership.State
CHOICES_AN_HOUR = 5  # each is told to a leader


def _unfrozen(leader: User) -> None:
    """Hold the leader's application, so that no submission passes meanwhile. Raises `Refused` when frozen."""
    list(Application.objects.select_for_update().filter(owner=leader).order_by("pk"))
    if reason := team_frozen(leader):
        raise Refused(reason)


@transaction.atomic
def save_team(*, leader: User, unit: Organisation, name: str) -> Team:
    """Found the leader's team, or change it. Raises `Refused` when it is frozen, another unit is chosen that is not
    admitted (its own stays its own while it is changed) or another team of it has taken the name meanwhile."""
    _unfrozen(leader)
    existing = Team.objects.filter(leader=leader).first()
    moves = existing is None or existing.unit_id != unit.pk
    if moves and not (unit.active and unit.kind == Organisation.Kind.LEGAL_UNIT):
        raise Refused("所选单位尚未通过省科技厅审核。")
    if existing and moves and existing.memberships.exclude(state=State.REMOVED).exists():
        raise Refused("团队已有成员，不能更换所属单位；请先移出成员。")
    try:
        with transaction.atomic():
            team, _ = Team.objects.update_or_create(leader=leader, defaults={"unit": unit, "name": name})
    except IntegrityError as error:
        raise Refused(NAME_TAKEN) from error
    return team


@transaction.atomic
def join(*, user: User, team: Team) -> Membership:
    """Choose a team; whoever was in another one leaves it. Raises `Refused` when either team is frozen, and when one
    person chooses too often."""
    # no_key: a submission that names this person as its participant is not made to wait for us, who wait for it
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    current = Membership.objects.filter(user=user).exclude(state=State.REMOVED).select_related("team__leader").first()
    if current and current.team_id == team.pk:
        return current
    for one in sorted({team, *([current.team] if current else [])}, key=lambda row: row.leader_id):
        _unfrozen(one.leader)
    if not team.unit.active:
        raise Refused("该团队的所属单位尚未通过省科技厅审核。")
    if limits.exceeded("join", str(user.pk), limit=CHOICES_AN_HOUR):
        raise Refused(f"一小时内最多选择 {CHOICES_AN_HOUR} 次团队，请稍后再选。")
    if current:
        current.state, current.reason = State.REMOVED, "本人改选其他团队"
        current.save()
        left = f"{user.real_name}已改选其他团队，不再是「{current.team.name}」的成员。"
        notices.tell_one(current.team.leader, left, url=reverse("applications:team"))
    notices.tell_one(
        team.leader, f"{user.real_name}申请加入您的团队，请「确认」或「删除」。", url=reverse("applications:team")
    )
    return Membership.objects.create(user=user, team=team)


@transaction.atomic
def confirm(*, leader: User, membership_id: int) -> Membership:
    """「确认」: the member counts from now on. Raises `Refused` when frozen or when there is nothing to confirm."""
    _unfrozen(leader)
    rows = Membership.objects.select_related("team", "user")
    row = rows.filter(pk=membership_id, team__leader=leader, state=State.JOINED).first()
    if row is None:
        raise Refused("该成员已不在待确认之列，请刷新后再看。")
    row.state = State.CONFIRMED
    row.save()
    notices.tell_one(
        row.user, f"团队「{row.team.name}」的负责人已确认您为成员。", url=reverse("applications:membership")
    )
    return row


@transaction.atomic
def remove(*, leader: User, membership_id: int, reason: str) -> Membership:
    """「删除」 with a reason that the member reads. Raises `Refused` when frozen, without words, or already gone."""
    _unfrozen(leader)
    if not reason.strip():
        raise Refused("请填写移出原因，成员会看到。")
    rows = Membership.objects.select_related("team", "user")
    row = rows.filter(pk=membership_id, team__leader=leader).exclude(state=State.REMOVED).first()
    if row is None:
        raise Refused("该成员已不在团队中，请刷新后再看。")
    row.state, row.reason = State.REMOVED, reason.strip()[:200]
    row.save()
    words = f"您已被移出团队「{row.team.name}」，原因：{row.reason}"
    notices.tell_one(row.user, words, url=reverse("applications:membership"))
    return row
