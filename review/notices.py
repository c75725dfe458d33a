"""Who is told of a move, and in what words: functions of the table.

The owner is told of every decision of an office, and who else the process names; the desk that work comes to is told
that there is some. Nothing else is told, so that what stands in an inbox matters. A page says who it will be before
the click (`audiences`), from what `tell` goes by.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import limits, notices
from accounts.models import Notice, Organisation, User
from review import registry
from review.flow import APPLICANT, Move, Stage
from review.models import Reviewed, Step
from review.refusal import Refused
from review.registry import Hearers, Process

DAY = 24 * 3600


def audiences(
    cases: Sequence[Reviewed], moves: Sequence[Move], *, standing_in: bool = False, named: bool = True
) -> dict[Move, str]:
    """Who will be told of each of these moves, said before it is made: 「申请人、宜昌市科学技术局」; "" for nobody.

    Of several cases all that may be told. `standing_in`: an office makes the owner's move. Without `named` the desk
    is called by its stage, so that nothing has to be read for each row of a list.
    """
    return {move: "、".join(names) for move, names in _heard(cases, moves, standing_in, named)}


def _heard(
    cases: Sequence[Reviewed], moves: Sequence[Move], standing_in: bool, named: bool
) -> Iterator[tuple[Move, dict[str, None]]]:
    @cache
    def reached(hearers: Hearers) -> bool:
        return any(hearers.users(cases).values())

    for move in moves if cases else ():
        process, decided = registry.of(type(cases[0])), standing_in or move.by != APPLICANT
        names = [process.owner] if decided else []
        others = (process.also_told if decided else None, process.told_by_entered)
        names += [one.label for one in others if one and one.moves(move) and reached(one)]
        yield move, dict.fromkeys([*names, *_desks(cases, move, named)])


def _desks(cases: Sequence[Reviewed], move: Move, named: bool) -> Iterator[str]:
    for case in cases:
        stage = case.flow.stage(move.target)
        if stage.waits and not named:
            yield f"「{stage.label}」办理机构"
        elif stage.waits and (desk := (case.foreseen() if move.freezes else case).desk_at(move.target)):
            yield desk.name


def told_by_action(case: Reviewed, user: User) -> dict[str, str]:
    """`audiences` of what this person may do now, for a page that knows its buttons by name."""
    return {move.action: names for move, names in audiences([case], case.moves_for(user)).items()}


def tell(model: type[Reviewed], moved: Sequence[tuple[Reviewed, Move, Step]]) -> None:
    """Inside the transaction of the moves: owners' lines, one for all of an owner of many; after it: the desks'."""
    process = registry.of(model)
    decided = [(case, move, step) for case, move, step in moved if step.organisation_id]
    also = process.also_told.users([case for case, _, _ in decided]) if process.also_told else {}
    lines: dict[tuple, list[tuple[Reviewed, Step]]] = defaultdict(list)
    for case, move, step in decided:
        for user in (case.owner_id, *also.get(case.pk, ())):
            lines[user, move, step.organisation_id, None if process.own else case.pk].append((case, step))
    notices.tell(
        _line(process, user, move, [case for case, _ in found], found[0][1])
        for (user, move, _, _), found in lines.items()
    )
    arrived = Counter((case.desk, case.stage) for case, _, _ in moved if case.desk and case.stage.waits)
    for (desk, stage), count in arrived.items():
        transaction.on_commit(partial(_arrival, process.code, desk, stage, count), robust=True)


def _line(process: Process, user: int, move: Move, cases: Sequence[Reviewed], step: Step) -> Notice:
    """What one person is told of one decision on theirs, with the way to it."""
    case, called = cases[0], cases[0].flow.name
    own = user == case.owner_id
    url = reverse(process.home if own else process.also_told.home)
    if process.own and own:
        name, page = process.own(case)
        many = f"等 {len(cases)} 份" if len(cases) > 1 else ""
        called, url = f"{called}（{name}{many}）", url if many else page
    text = _words(case, called, move, step, own=own)
    important = move.returns or not case.stage.waits
    return Notice(user_id=user, text=text[:300], at=step.at, url=url, important=important)


def _words(case: Reviewed, called: str, move: Move, step: Step, *, own: bool) -> str:
    whose = f"您的{called}" if own else f"您参与的{called}"
    did = f"{whose}：{step.organisation_name}已「{move.label}」"
    if move.returns:
        until = f"请在{case.due:%-m月%-d日}前修改后重新提交。" if case.due else ""
        return f"{did}。{until}{move.comment}：{step.comment}" if own else f"{did}。"
    return f"{did}，当前状态为「{case.state_label}」。"


def _arrival(code: str, desk: Organisation, stage: Stage, count: int) -> None:
    notices.nudge(
        notices.officers(desk), topic=f"arrival:{code}:{stage.state}", text=f"「{stage.queue}」有新到的：{stage.tab}",
        url=reverse("review:queue", args=(code, stage.state)), count=count,
    )  # fmt: skip


def remind(case: Reviewed, *, actor: User) -> Organisation:
    """催办: whose it is asks a desk that is late, once a day at most; returns the desk. Raises `Refused`."""
    process = registry.of(type(case))
    if not case.belongs_to(actor) or case.desk is None:
        raise Refused("您不能催办这条记录。")
    if not case.remindable:
        raise Refused(f"还在办理时限之内（{case.stage.days} 个工作日），超期后才可以催办。")
    if limits.exceeded(f"remind:{process.code}", str(case.pk), limit=1, seconds=DAY):
        raise Refused("今天已经催办过，请明天再来。")
    notices.nudge(
        notices.officers(case.desk), topic=f"remind:{process.code}:{case.pk}", important=True, at=timezone.now(),
        text=f"催办：{process.title(case)}在「{case.stage.label}」已等 {case.waited} 个工作日，时限 {case.stage.days}",
        url=reverse("review:case", args=(process.code, case.pk)) + f"?queue={case.state}",
    )  # fmt: skip
    return case.desk
