"""Proof that state and history agree: used by `manage.py check_history`."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef

from accounts import audit
from accounts.models import AuditChain
from review import registry
from review.models import Reviewed

CHILDREN = ("steps", "revisions")


def faults(model: type[Reviewed]) -> Iterator[str]:
    """One sentence per fault: a gap, a changed row or version, an unknown move, a state without history."""
    for case in model.objects.order_by("pk").prefetch_related(*CHILDREN).iterator(chunk_size=500):
        for fault in (*_of_steps(case), *_of_revisions(case)):
            yield f"{model.__name__} {case.pk}{fault}"
    for handling in model.related("handlings").objects.exclude(state=F("case__state")).select_related("case"):
        yield f"{model.__name__} {handling.case_id}: state {handling.case.state}, its record says {handling.state}"
    there = Exists(model.objects.filter(pk=OuterRef("case")))
    steps, revisions = (
        model.related(name).objects.order_by().filter(~there).values_list("case", flat=True) for name in CHILDREN
    )
    for case_id in steps.union(revisions):
        yield f"{model.__name__} {case_id}: missing, its history is there"


def _of_steps(case: Reviewed) -> Iterator[str]:
    state, seal, number = case.flow.start.state, "", 0
    for step in case.steps.all():
        number += 1
        name = f" step {step.number}"
        if step.number != number:
            yield f"{name}: expected number {number}"
            number = step.number
        if step.seal != step.sealed_by(seal):
            yield f"{name}: the seal does not fit"
        move = case.flow.move(step.from_state, step.action)
        if step.from_state != state or move is None or move.target != step.to_state:
            yield f"{name}: {step.from_state} to {step.to_state} by {step.action} does not follow from {state}"
        state, seal = step.to_state, step.seal
    if number != case.step_count:
        yield f": {number} steps, {case.step_count} expected"
    if state != case.state:
        yield f": state {case.state}, history says {state}"


def _of_revisions(case: Reviewed) -> Iterator[str]:
    """What was judged stands as it was frozen, under each number that the steps name."""
    revisions = {revision.number: revision for revision in case.revisions.all()}
    frozen = {0, *(step.revision for step in case.steps.all())}
    for number in sorted({*revisions, *frozen} - {0}):
        if number not in revisions:
            yield f" revision {number}: missing"
        elif revisions[number].seal != revisions[number].sealed():
            yield f" revision {number}: the seal does not fit"
    if case.revision_number != max(frozen):
        yield f": revision {case.revision_number}, history says {max(frozen)}"


def faults_of_people() -> Iterator[str]:
    """Whose rows of history are not as many as the end of their chain has under its seal: a case that was taken away
    whole, or set back together with its last steps, is missed here."""
    found: Counter[str] = Counter()
    for process in registry.all_processes():
        rows = process.model.related("steps").objects.order_by().values_list("actor").annotate(Count("pk"))
        found.update({audit.chain_of(person): count for person, count in rows})
    written = dict(AuditChain.objects.exclude(steps=0).values_list("name", "steps"))
    for name in sorted({*found, *written}):
        if found[name] != written.get(name, 0):
            yield f"History of {name}: {found[name]} steps, {written.get(name, 0)} expected"
