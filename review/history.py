"""Proof that state and history agree: used by `manage.py check_history`."""

from collections.abc import Iterator

from django.db.models import F

from review.models import Reviewed


def faults(model: type[Reviewed]) -> Iterator[str]:
    """One sentence per fault: a gap, a changed row, a move the table does not know, a state without history."""
    steps = iter(model.related("steps").objects.order_by("case_id", "number").iterator(chunk_size=2000))
    step = next(steps, None)
    for case in model.objects.order_by("pk").iterator(chunk_size=2000):
        state, seal, number = case.flow.start.state, "", 0
        while step is not None and step.case_id <= case.pk:
            if step.case_id == case.pk:
                number += 1
                name = f"{model.__name__} {case.pk} step {step.number}"
                if step.number != number:
                    yield f"{name}: expected number {number}"
                    number = step.number
                if step.seal != step.sealed_by(seal):
                    yield f"{name}: the seal does not fit"
                move = case.flow.move(step.from_state, step.action)
                if step.from_state != state or move is None or move.target != step.to_state:
                    yield f"{name}: {step.from_state} to {step.to_state} by {step.action} does not follow from {state}"
                state, seal = step.to_state, step.seal
            step = next(steps, None)
        if number != case.step_count:
            yield f"{model.__name__} {case.pk}: {number} steps, {case.step_count} expected"
        if state != case.state:
            yield f"{model.__name__} {case.pk}: state {case.state}, history says {state}"
    for handling in model.related("handlings").objects.exclude(state=F("case__state")).select_related("case"):
        yield f"{model.__name__} {handling.case_id}: state {handling.case.state}, its record says {handling.state}"
