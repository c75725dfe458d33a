"""Writes of 需求: beginning one, saving its form, what follows from its moves. Moves are `review.services.perform`."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts import notices
from accounts.models import Notice, Organisation, User
from applications import flow
from applications.models import Match, Need, NeedForm
from applications.needs.selectors import closes, unanswered
from review import drafts
from review.flow import Move
from review.refusal import Refused
from review.services import MAX_BULK, perform_many


@transaction.atomic
def begin(user: User, host: Organisation) -> Need:
    """A new 需求 of a host unit; one that was begun and not touched is taken up again."""
    begun = Need.objects.filter(owner=user, host=host, state=flow.DRAFT)
    untouched = drafts.untouched(user, begun, begun.filter(form__version=0, step_count=0), "需求", "条")
    if untouched is not None:
        return untouched  # type: ignore[return-value]
    need = Need.objects.create(owner=user, host=host)
    known = getattr(host, "host", None)
    values = {"county": known.region, "contact": known.contact, "contact_phone": known.contact_phone} if known else {}
    NeedForm.objects.create(need=need, **values)
    return need


def save_need(need: Need, *, actor: User, version: int, values: dict) -> NeedForm:
    """Write the given fields of the form. Raises `Refused` as `review.drafts.save` does."""
    return drafts.save(need, actor=actor, version=version, values=values, form_of=lambda case: case.form)  # type: ignore[return-value]


@transaction.atomic
def discard(need: Need, *, actor: User) -> None:
    """Delete a draft that never went anywhere; its owner alone. Raises `Refused` for any other."""
    locked = Need.objects.select_for_update().filter(pk=need.pk, owner=actor).first()
    if locked is None or not locked.discardable:
        raise Refused("只有您自己填写、从未提交审核的需求可以删除。")
    locked.delete()


def needs_moved(moved: Sequence[tuple[Need, Move]]) -> None:
    """With their moves: since when they have been public; what waited for an answer when they were closed lapses."""
    published = [need.pk for need, move in moved if move.target == flow.PUBLISHED]
    Need.objects.filter(pk__in=published).update(published_at=F("since"), first_answer_at=None)
    waiting = unanswered([need for need, move in moved if closes(move)]).select_related("person")
    notices.tell([
        Notice(user_id=match.person_id, text=f"需求「{match.title}」已关闭，这条{match.kind}随之失效。",
               url=reverse("docking:match", args=(match.pk,)), at=timezone.now())
        for match in waiting
    ])  # fmt: skip
    waiting.update(answer=Match.Answer.LAPSED, answered_at=timezone.now())


def close_over() -> int:
    """Close what has come to its end, as its host unit had said it should; how many."""
    over = Need.objects.filter(state=flow.PUBLISHED, ends_on__lt=timezone.localdate()).order_by("pk")
    closed = 0
    while rows := list(over[:MAX_BULK]):
        with transaction.atomic():
            outcomes = perform_many(Need, "expire", {need.pk: need.seen for need in rows}, actor=None)
            moved = [outcome.case for outcome in outcomes if outcome.step]
            notices.tell(
                Notice(user_id=need.owner_id, text=f"您的需求「{need.title}」服务期限已到，不再公开；可以重新发布。",
                       url=reverse("applications:need", args=(need.pk,)), at=timezone.now())
                for need in moved
            )  # fmt: skip
        closed += len(moved)
        if not moved:
            break
    return closed
