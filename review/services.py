"""The one door: nothing else changes a state or writes history."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.contention import BUSY, is_busy
from accounts.models import User
from review import notices, registry
from review.flow import APPLICANT, Move
from review.models import Reviewed, Step
from review.refusal import Refused

MAX_BULK = 200  # rows a person may decide on in one request (R04)
MAX_COMMENT = 1000

Case = TypeVar("Case", bound=Reviewed)


@dataclass(frozen=True)
class Outcome:
    """What became of one row: `step` when it moved, `refusal` when not; `case` is as it stands now."""

    case: Reviewed
    step: Step | None = None
    refusal: Refused | None = None


def perform(
    case: Case,
    action: str,
    *,
    actor: User,
    seen: int,
    comment: str = "",
    at: datetime | None = None,
    standing_in: bool = False,
) -> Case:
    """Make one move. `seen` is the `case.seen` of the page the person looked at.

    `standing_in`: also a move of the owner's, where the table lets a desk of this person make it for them.
    Returns the case as it stands afterwards. Raises `Refused` with the reason; then nothing has changed.
    """

    def once() -> Outcome:
        (outcome,) = perform_many(
            type(case), action, {case.pk: seen}, actor=actor, comment=comment, at=at, standing_in=standing_in
        )
        return outcome

    try:
        outcome = once()
    except IntegrityError:  # two submissions at once: what the guard could not see yet it sees now, and says why
        outcome = once()
    if outcome.refusal:
        raise outcome.refusal
    return outcome.case  # type: ignore[return-value]


def perform_many(
    model: type[Case],
    action: str,
    seen: dict[int, int],
    *,
    actor: User | None,
    comment: str = "",
    at: datetime | None = None,
    tell: bool = True,
    standing_in: bool = False,
) -> list[Outcome]:
    """The same move for several cases ({id: seen}), in one transaction, with an outcome for each, in the order given.

    Rows are locked in the order of their ids, so overlapping calls wait for each other instead of deadlocking.
    A refused row changes nothing and does not hinder the others. Without `actor` each case is moved by its own owner:
    what they had agreed to beforehand, like the end of a period. For demo data only: `at` back-dates history, and with
    `tell=False` nobody is told of it.
    Raises `Refused` for the whole call when a row stays locked by somebody else for too long.
    """
    at = at or timezone.now()
    comment = comment.strip()
    bulk_id = uuid.uuid4() if len(seen) > 1 else None
    try:
        with transaction.atomic():
            cases = _locked(model, seen)
            model.before_freeze([case for case in cases.values() if _freezes(case, action)])
            if actor is not None:
                model.before_decision([case for case in cases.values() if _decides(case, action)], actor)
            outcomes: dict[int, Outcome] = {}
            accepted: list[tuple[Case, Move]] = []
            for pk, case in cases.items():
                try:
                    move = _check(case, action, actor, seen[pk], comment, at, standing_in)
                    accepted.append((case, move))
                except Refused as refusal:
                    outcomes[pk] = Outcome(case, refusal=refusal)
            steps = _write(model, accepted, actor, comment, at, bulk_id)
            for (case, _), step in zip(accepted, steps, strict=True):
                outcomes[case.pk] = Outcome(case, step=step)
            if tell and accepted:
                notices.tell(model, [(case, move, step) for (case, move), step in zip(accepted, steps, strict=True)])
    except OperationalError as error:
        if is_busy(error):
            raise Refused(BUSY) from error
        raise
    return [outcomes[pk] for pk in seen if pk in outcomes]


def _locked(model: type[Case], pks: Iterable[int]) -> dict[int, Case]:
    rows = model.objects.for_review().filter(pk__in=list(pks)).order_by("pk").select_for_update(of=("self",))
    return {case.pk: case for case in rows}


def _freezes(case: Reviewed, action: str) -> bool:
    move = case.flow.move(case.state, action)
    return move is not None and move.freezes


def _decides(case: Reviewed, action: str) -> bool:
    move = case.flow.move(case.state, action)
    return move is not None and move.by != APPLICANT


def _check(
    case: Reviewed, action: str, actor: User | None, seen: int, comment: str, at: datetime, standing_in: bool = False
) -> Move:
    """The move, if this person may make it now on what they saw; else `Refused`. Without one: a move of its owner's."""
    if case.seen != seen:
        raise Refused(_moved_on(case))
    move = case.flow.move(case.state, action)
    if move is None:
        raise Refused(f"当前状态为「{case.state_label}」，不能进行此操作。")
    if actor is None:
        allowed = move.by == APPLICANT
    else:
        allowed = case.may(actor, move) or bool(standing_in and case.stands_in(actor, move))
    if not allowed:
        own = actor is not None and case.is_own(actor) and move.by != APPLICANT
        raise Refused("不能办理本人的申请。" if own else "您无权办理这条记录。")
    if move.comment and not comment:
        raise Refused(f"请填写{move.comment}。", words=True)
    if len(comment) > MAX_COMMENT:
        raise Refused(f"意见不能超过 {MAX_COMMENT} 字。", words=True)
    if move.guard and (problems := registry.of(type(case)).guards[move.guard](case)):
        raise Refused("；".join(problem.message for problem in problems[:3]), problems)
    if move.freezes:
        case.facts = case.take_facts(at)
    if case.flow.stage(move.target).desk not in (None, APPLICANT) and case.desk_at(move.target) is None:
        raise Refused("下一环节没有可办理的机构，请联系系统管理员。")
    return move


def _moved_on(case: Reviewed) -> str:
    last = case.steps.order_by("-number").first()
    if last is None:
        return "内容已变更，请刷新后再办理。"
    who = last.organisation_name or registry.of(type(case)).owner
    when = timezone.localtime(last.at).strftime("%m月%d日 %H:%M")
    return f"{who}已于{when}「{last.label}」，当前状态为「{case.state_label}」，请刷新后再办理。"


def _write(
    model: type[Case], accepted: list[tuple[Case, Move]], actor: User | None, comment: str, at: datetime, bulk_id
) -> list[Step]:
    if not accepted:
        return []
    _freeze(model, [case for case, move in accepted if move.freezes], at)
    steps = _steps(model, accepted, actor, comment, at, bulk_id)
    for (case, move), step in zip(accepted, steps, strict=True):
        _enter(case, move, step)
    groups: dict[tuple, list[int]] = defaultdict(list)
    for case, _ in accepted:
        groups[case.state, case.desk_id, case.returned_from].append(case.pk)
    for (state, desk_id, returned_from), pks in groups.items():
        model.objects.filter(pk__in=pks).update_state(
            state=state, desk_id=desk_id, returned_from=returned_from, since=at, step_count=F("step_count") + 1
        )
    _handle(model, accepted, steps, at)
    registry.of(model).entered(accepted)
    audit.count_steps(Counter(step.actor_id for step in steps))
    return steps


def _freeze(model: type[Case], cases: list[Case], at: datetime) -> None:
    if not cases:
        return
    columns = {"revision_number"}
    for case in cases:
        case.revision_number += 1
        columns.update(case.facts)
    revision, document = model.related("revisions"), registry.of(model).document
    rows = [revision(case=case, number=case.revision_number, content=document(case).to_json(), at=at) for case in cases]
    for row in rows:
        row.seal = row.sealed()
    revision.objects.bulk_create(rows)
    for case in cases:  # row by row: Django's bulk_update takes eight times as long
        case.save(update_fields=sorted(columns))
    model.after_freeze(cases)


def _steps(model: type[Case], accepted, actor: User | None, comment: str, at: datetime, bulk_id) -> list[Step]:
    step_model = model.related("steps")
    last = step_model.objects.filter(case__in=[case.pk for case, _ in accepted], number=F("case__step_count"))
    seals = dict(last.values_list("case_id", "seal"))
    steps = []
    for case, move in accepted:
        who = actor or case.owner
        desk = case.desk if move.by != APPLICANT else case.stands_in(who, move) if who.pk != case.owner_id else None
        step = step_model(
            case=case,
            number=case.step_count + 1,
            action=move.action,
            label=move.label,
            from_state=case.state,
            to_state=move.target,
            actor=who,
            actor_name=who.real_name,
            organisation=desk,
            organisation_name=desk.name if desk else "",
            comment=comment,
            revision=case.revision_number,
            bulk_id=bulk_id,
            at=at,
        )
        step.seal = step.sealed_by(seals.get(case.pk, ""))
        steps.append(step)
    return step_model.objects.bulk_create(steps)


def _enter(case: Reviewed, move: Move, step: Step) -> None:
    """The case's own columns, as the update that follows writes them."""
    case.returned_from = case.state if move.returns else ""
    case.state, case.since, case.step_count = move.target, step.at, step.number
    case.desk = case.desk_at(move.target)


def _handle(model: type[Case], accepted: list[tuple[Case, Move]], steps: list[Step], at: datetime) -> None:
    """Who has had it: the desk it reaches, the overseers of a new revision; where it stands, what each decided on."""
    handling = model.related("handlings")
    entered: dict[str, list[int]] = defaultdict(list)
    arrivals: dict[tuple[int, int], Reviewed] = {}
    decided: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    withdrawn = []
    for (case, move), step in zip(accepted, steps, strict=True):
        entered[case.state].append(case.pk)
        if move.withdraws:
            withdrawn.append(case)
            continue
        desks = [case.desk] + [case.desk_for(name) for name in case.flow.overseers if move.freezes]
        arrivals.update({(case.pk, desk.pk): case for desk in desks if desk})
        if step.organisation_id:
            decided[step.organisation_id][case.revision_number].append(case.pk)
    for state, pks in entered.items():
        handling.objects.filter(case__in=pks).update(state=state)
    handling.objects.bulk_create(
        (handling(case=case, organisation_id=desk, revision=case.revision_number, arrived_at=at, state=case.state)
         for (_, desk), case in arrivals.items()),
        update_conflicts=True, unique_fields=("case", "organisation"), update_fields=("revision", "arrived_at"),
    )  # fmt: skip
    for organisation, by_revision in decided.items():
        for revision, pks in by_revision.items():
            handling.objects.filter(organisation=organisation, case__in=pks).update(decided=revision)
    for case in withdrawn:  # a desk that never decided forgets it; one that did keeps what it decided on
        mine = handling.objects.filter(case=case, revision=case.revision_number)
        mine.filter(decided=None).delete()
        mine.update(revision=F("decided"))
