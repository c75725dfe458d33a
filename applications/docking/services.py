"""Writes of 服务对接: offering, inviting, answering, withdrawing.

All of them hold the need's row, as closing it does: so nothing is offered on what is being closed, and of two answers
the second is told of the first.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, User
from accounts.selectors import missing_profile_fields
from applications.docking.selectors import approved, docking_url, live_match
from applications.models import Application, Match, Need
from review.refusal import Refused

MOST_OPEN = 10  # offers of one person, and invitations of one need, that wait for an answer
ANSWER = Match.Answer


def _held(pk: int) -> Need:
    return Need.objects.for_review().select_for_update(of=("self",)).get(pk=pk)


def _public(need: Need) -> None:
    if not need.is_public:
        raise Refused("这条需求已不再公开。")


@transaction.atomic
def offer(need: Need, *, actor: User, words: str, at: datetime | None = None) -> Match:
    """「我能帮助」. Raises `Refused` with the reason."""
    need = _held(need.pk)
    _public(need)
    if missing_profile_fields(actor):
        raise Refused("请先填全基本信息，对方据此了解您的单位和专业。")
    if Match.objects.filter(person=actor, invited=False, answer=ANSWER.OPEN).count() >= MOST_OPEN:
        raise Refused(f"待答复的响应已有 {MOST_OPEN} 条，请等对方答复，或先撤回一些。")
    spoken = {"person_kind": Application.Kind.of(actor), "team_name": getattr(getattr(actor, "team", None), "name", "")}
    match = _begin(need, person=actor, actor=actor, words=words, at=at, invited=False, **spoken)
    _answered(need, at)
    _tell(match, f"{match.who}（{actor.profile.work_unit}）响应了您的需求「{need.title}」")
    return match


@transaction.atomic
def invite(need: Need, application: Application, *, actor: User, words: str, at: datetime | None = None) -> Match:
    """「邀请」 somebody who has been selected. Raises `Refused` with the reason."""
    need = _held(need.pk)
    if need.host_id not in actor.desk_ids:
        raise Refused("您无权办理这条需求。")
    _public(need)
    if not approved().filter(pk=application.pk).exists():
        raise Refused("所选人员已不在科技特派员名单中。")
    if need.matches.filter(invited=True, answer=ANSWER.OPEN).count() >= MOST_OPEN:
        raise Refused(f"这条需求待答复的邀请已有 {MOST_OPEN} 条，请等对方答复，或先撤回一些。")
    spoken = {"person_kind": application.kind, "team_name": application.team_name}
    match = _begin(need, person=application.owner, actor=actor, words=words, at=at, invited=True, **spoken)
    whom = f"您的团队「{match.team_name}」" if match.team_name else "您"
    _tell(match, f"{need.host.name}邀请{whom}服务：「{need.title}」")
    return match


def _begin(need: Need, *, person: User, actor: User, words: str, at: datetime | None, **said) -> Match:
    if live := live_match(need, person):
        stands = "已就这条需求达成对接" if live.accepted else f"已有一条待答复的{live.kind}"
        raise Refused(f"双方{stands}，请到「我的对接」查看。")
    match = Match.about(need, person=person, words=words, made_by=actor, made_at=at or timezone.now(), **said)
    match.save(force_insert=True)
    return match


@transaction.atomic
def answer(match: Match, *, actor: User, accept: bool, words: str, at: datetime | None = None) -> Match:
    """「接受」 or 「谢绝」 by the side that was asked. Raises `Refused`; a refusal needs words."""
    need = _held(match.need_id)
    match = _open(match, actor, asked=True)
    if accept:
        _public(need)
        _answered(need, at)
    elif not words:
        raise Refused("请填写谢绝的原因，对方会看到。", words=True)
    _close(match, ANSWER.ACCEPTED if accept else ANSWER.DECLINED, actor, words, at)
    who = match.who if match.invited else need.host.name
    _tell(match, f"{who}{'接受' if accept else '谢绝'}了您的{match.kind}：「{need.title}」", asked=False)
    return match


@transaction.atomic
def withdraw(match: Match, *, actor: User, at: datetime | None = None) -> Match:
    """「撤回」 by the side that began. Raises `Refused`."""
    need = _held(match.need_id)
    match = _open(match, actor, asked=False)
    _close(match, ANSWER.WITHDRAWN, actor, "", at)
    who = need.host.name if match.invited else match.who
    _tell(match, f"{who}撤回了{match.kind}，不需要再答复：「{need.title}」")
    return match


def _open(match: Match, actor: User, *, asked: bool) -> Match:
    """The match as it stands behind the need's lock, if this person may speak now on that side."""
    found = Match.objects.select_related("person", "host", "need").get(pk=match.pk)
    mine = found.person_id == actor.pk if found.invited == asked else found.host_id in actor.desk_ids
    if not mine:
        raise Refused("您无权办理这条对接。")
    if not found.open:
        raise Refused(f"这条{found.kind}{found.get_answer_display()}，不能再办理。")
    return found


def _close(match: Match, said: str, actor: User, words: str, at: datetime | None) -> None:
    match.answer, match.reply, match.answered_by, match.answered_at = said, words, actor, at or timezone.now()
    match.save(update_fields=["answer", "reply", "answered_by", "answered_at"])


def _answered(need: Need, at: datetime | None) -> None:
    if need.first_answer_at is None:
        Need.objects.filter(pk=need.pk).update(first_answer_at=at or timezone.now())


def _tell(match: Match, text: str, *, asked: bool = True) -> None:
    """The side that is asked, or the one that began."""
    people = [match.person_id] if match.invited == asked else notices.officers(match.host)
    notices.tell(
        Notice(user_id=user, text=text[:300], url=docking_url(match), at=timezone.now(), important=True)
        for user in people
    )
