"""Who is told of a move, and in what words: functions of the table.

The owner is told of every decision; the desk that work comes to is told that there is some. Nothing else is told, so
that what stands in an inbox matters.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import limits, notices
from accounts.models import Notice, Organisation, User
from review import registry
from review.flow import APPLICANT, Move, Stage
from review.models import Reviewed, Step
from review.refusal import Refused

DAY = 24 * 3600


def audience(case: Reviewed, move: Move) -> str:
    """Who will be told of a move, said before it is made: 「申请人、宜昌市科学技术局」."""
    names = [] if move.by == APPLICANT else ["申请人"]
    stage = case.flow.stage(move.target)
    if stage.waits and stage.desk not in (None, APPLICANT) and (desk := case.desk_for(stage.desk)):
        names.append(desk.name)
    return "、".join(names)


def tell(model: type[Reviewed], moved: Sequence[tuple[Reviewed, Move, Step]]) -> None:
    """Inside the transaction of the moves: owners' lines; after it: the desks'."""
    process = registry.of(model)
    decided = [(case, move, step) for case, move, step in moved if step.organisation_id]
    also = process.also_told([case for case, _, _ in decided])
    notices.tell(
        Notice(user_id=user, text=_words(case, move, step, own=user == case.owner_id)[:300], at=step.at,
               url=reverse(process.home), important=move.returns or not case.stage.waits)
        for case, move, step in decided for user in (case.owner_id, *also.get(case.pk, ()))
    )  # fmt: skip
    arrived = Counter((case.desk, case.stage) for case, _, _ in moved if case.desk and case.stage.waits)
    for (desk, stage), count in arrived.items():
        transaction.on_commit(partial(_arrival, process.code, desk, stage, count), robust=True)


def _words(case: Reviewed, move: Move, step: Step, *, own: bool) -> str:
    whose = f"您的{case.flow.name}" if own else f"您参与的{case.flow.name}"
    did = f"{whose}：{step.organisation_name}已「{move.label}」"
    if move.returns:
        return f"{did}。{move.comment}：{step.comment}" if own else f"{did}。"
    return f"{did}，当前状态为「{case.state_label}」。"


def _arrival(code: str, desk: Organisation, stage: Stage, count: int) -> None:
    notices.nudge(
        notices.officers(desk), topic=f"arrival:{code}:{stage.state}", text=f"「{stage.queue}」有新到的：{stage.tab}",
        url=reverse("review:queue", args=(code, stage.state)), count=count,
    )  # fmt: skip


def may_remind(case: Reviewed | None) -> bool:
    """Whether the desk that has it is late."""
    return case is not None and case.urgency == "late"


def remind(case: Reviewed, *, actor: User) -> Organisation:
    """催办: the owner asks a desk that is late, once a day at most; returns the desk. Raises `Refused`."""
    process = registry.of(type(case))
    if case.owner_id != actor.pk or case.desk is None:
        raise Refused("您不能催办这条记录。")
    if not may_remind(case):
        raise Refused(f"还在办理时限之内（{case.stage.days} 个工作日），超期后才可以催办。")
    if limits.exceeded(f"remind:{process.code}", str(case.pk), limit=1, seconds=DAY):
        raise Refused("今天已经催办过，请明天再来。")
    notices.nudge(
        notices.officers(case.desk), topic=f"remind:{process.code}:{case.pk}", important=True, at=timezone.now(),
        text=f"催办：{process.title(case)}在「{case.stage.label}」已等 {case.waited} 个工作日，时限 {case.stage.days}",
        url=reverse("review:case", args=(process.code, case.pk)) + f"?queue={case.state}",
    )  # fmt: skip
    return case.desk
