"""Reads: queues, records, badges, the path of one case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from accounts.models import User
from review import registry
from review.deadlines import due_on, soon, urgency, waited
from review.document import Document
from review.flow import Mark, Stage
from review.models import Handling, Reviewed, Step
from review.paging import COUNT_BOUND, bounded_count
from review.registry import Process


def queue(process: Process, stage: Stage, user: User) -> QuerySet:
    """What lies at a stage on the desks this person acts for: one range of the index (desk, state, since, id)."""
    return process.model.objects.filter(state=stage.state, desk__in=user.desk_ids)


def records(process: Process, user: User) -> QuerySet:
    """What has come to this person's desks, as rows of Handling with `case`; newest arrival first.

    A case that has come to several desks of one person stands once, as it came last.
    """
    handling, desks = process.model.related("handlings"), user.desk_ids
    rows = handling.objects.filter(organisation__in=desks)
    if len(desks) < 2:
        return rows
    again = Q(arrived_at__gt=OuterRef("arrived_at")) | Q(arrived_at=OuterRef("arrived_at"), pk__gt=OuterRef("pk"))
    return rows.exclude(Exists(handling.objects.filter(again, case=OuterRef("case"), organisation__in=desks)))


def current(process: Process, user: User) -> QuerySet:
    """Of `records` those whose version is the one that lives: what is counted, and asked about."""
    return records(process, user).filter(revision=F("case__revision_number"))


def queues_of(process: Process, user: User) -> list[Stage]:
    return [stage for stage in process.queues if stage.permission and user.has_perm(stage.permission)]


@dataclass(frozen=True)
class Waiting:
    """One tile of an officer's workbench: how many wait (bounded), since when the oldest, and how late it is."""

    process: Process
    stage: Stage
    count: int
    oldest: datetime | None

    @property
    def count_text(self) -> str:
        return f"{COUNT_BOUND}+" if self.count > COUNT_BOUND else str(self.count)

    @property
    def waited(self) -> int:
        return waited(self.oldest) if self.oldest else 0

    @property
    def urgency(self) -> str:
        return urgency(due_on(self.oldest, self.stage.days), soon=soon()) if self.oldest else ""


def waiting(user: User) -> list[Waiting]:
    """All queues of a person; one query a queue, over COUNT_BOUND rows of its index at most. Asked once a request: the
    sidebar, the tabs and the workbench tell the same numbers."""
    if (known := getattr(user, "_waiting", None)) is not None:
        return known
    found: list[Waiting] = []
    for process in registry.all_processes():
        for stage in queues_of(process, user):
            if stage.standing:
                continue
            rows = queue(process, stage, user).order_by("since", "id").values("since")[: COUNT_BOUND + 1]
            told = rows.aggregate(count=Count("since"), oldest=Min("since"))
            found.append(Waiting(process, stage, told["count"], told["oldest"]))
    user._waiting = found
    return found


def tabs(process: Process, stage: Stage, user: User) -> list[tuple[Stage, int]]:
    """The lists that share the page of a queue, each with how many lie there (bounded)."""
    known = {one.stage.state: one.count for one in waiting(user) if one.process is process}
    shared = [other for other in queues_of(process, user) if other.queue == stage.queue]
    return [
        (one, known[one.state] if one.state in known else bounded_count(queue(process, one, user))) for one in shared
    ]


def handling_of(case: Reviewed, user: User) -> Handling | None:
    """This person's desk's row of a case; of several desks, the one it came to last."""
    rows = case.handlings.filter(organisation__in=user.desk_ids)
    return rows.order_by("-arrived_at").first()


def revision_for(case: Reviewed, user: User) -> int:
    """Which revision a person may read: the owner the last one, a desk the one that came to it (W06)."""
    if case.belongs_to(user):
        return case.revision_number
    handling = handling_of(case, user)
    return handling.revision if handling else 0


def oversees(case: Reviewed, user: User) -> bool:
    """Whether a desk of theirs gets every revision from its submission on."""
    return not user.desk_ids.isdisjoint(desk.pk for name in case.flow.overseers if (desk := case.desk_for(name)))


def may_read(case: Reviewed, user: User, number: int) -> bool:
    """Up to `revision_for`: the owner and an overseer every revision; another desk those that it has decided on, and
    the one that came to it last, but not what was written to others meanwhile (W06)."""
    last = revision_for(case, user)
    if number >= last or case.belongs_to(user) or oversees(case, user):
        return number <= last
    return case.steps.filter(revision=number, organisation__in=user.desk_ids).exists()


def revision_of(case: Reviewed, user: User, number: int) -> Any:
    """A frozen form, if there is one of that number that this person may read."""
    return case.revisions.filter(number=number).first() if may_read(case, user, number) else None


def document_for(case: Reviewed, user: User, number: int) -> Document | None:
    """A revision as an officer reads it, marked where it differs from the last one that an office has judged and
    returned, among those that this officer may read.

    One that was withdrawn meanwhile is no measure: nobody has decided on it.
    """
    judged = case.steps.filter(revision__lt=number, organisation__isnull=False)
    if not case.belongs_to(user) and not oversees(case, user):
        judged = judged.filter(organisation__in=user.desk_ids)
    returned = judged.aggregate(last=Max("revision"))["last"]
    found = {item.number: item.document.opened() for item in case.revisions.filter(number__in=(number, returned or 0))}
    return found[number].against(found.get(returned)) if number in found else None


def steps_for(case: Reviewed, user: User, number: int) -> list[Any]:
    """What led to a revision that this person may read, the newest first. That there was a step is told to every desk,
    what was said only of revisions that it may read."""
    steps = list(case.steps.filter(revision__lte=number).order_by("-number"))
    own = {number, *(step.revision for step in steps if step.organisation_id in user.desk_ids)}
    others = [step for step in steps if step.comment and step.revision not in own]
    hidden = bool(others) and not (case.belongs_to(user) or oversees(case, user))
    for step in steps:
        step.case = case
    for step in others if hidden else ():
        step.comment = ""
    return steps


def history(case: Reviewed) -> list[Any]:
    """Its steps, the newest first, as its owner reads them: which office said it, not who sits there (I09)."""
    steps = list(case.steps.order_by("-number"))
    for step in steps:
        step.case = case
        if step.organisation_id:
            step.actor_name = ""
    return steps


@dataclass(frozen=True)
class PathStep:
    """One station of the applicant's stepper."""

    label: str
    mark: str
    words: str
    when: datetime | None = None
    who: str = ""
    note: str = ""


def path(case: Reviewed) -> list[PathStep]:
    """The way of a case: done with date and desk, here with since when and who has it, to come."""
    start = case.flow.start.state
    last = {}
    for step in case.steps.filter(revision=case.revision_number).order_by("number"):
        last[step.from_state if step.organisation_id else start] = step
    return [_station(case, mark, last.get(mark.stage.state), mark.stage.state == start) for mark in case.marks]


def _station(case: Reviewed, mark: Mark, step: Step | None, start: bool) -> PathStep:
    label = case.flow.onward(mark.stage).label if start else mark.stage.label
    if mark.mark == "here":
        who = case.desk.name if case.desk else "由您办理"
        note = f"已等待 {case.waited} 个工作日" if mark.stage.reviewing and case.waited else ""
        return PathStep(label, "here", mark.words, case.since, who, note)
    if mark.mark in ("done", "returned") and step:
        return PathStep(label, mark.mark, mark.words, step.at, step.organisation_name, step.comment)
    return PathStep(label, mark.mark, mark.words, case.since if mark.mark == "done" else None)
