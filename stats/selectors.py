"""Counts over what has come to a person's desks: the same rows as 审核记录, so that numbers and lists agree.

A version that has been overtaken is counted by the desks that have the new one."""

from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from applications import flow
from applications.process import SELECTION
from review.selectors import records

# (key, label, condition on the record list); each number links to the list it counts
MEASURES: tuple[tuple[str, str, Q], ...] = (
    ("submitted", "申报人数", Q()),
    ("returned", "已退回", Q(case__state=flow.RETURNED)),
    ("approved", "个人科技特派员人数（审核成功）", Q(case__state=flow.APPROVED)),
)


@dataclass(frozen=True)
class Row:
    name: str
    city_id: int | None
    counts: dict[str, int]


def by_city(user: User, batch_id: int | None = None) -> tuple[list[Row], Row]:
    """One row per home city, and the total; one query."""
    rows: QuerySet = records(SELECTION, user).filter(revision=F("case__revision_number"))
    if batch_id:
        rows = rows.filter(case__batch=batch_id)
    counted = (
        rows.values("case__home_city", "case__home_city__name", "case__home_city__code")
        .annotate(**{key: Count("case", distinct=True, filter=condition) for key, _, condition in MEASURES})
        .order_by("case__home_city__code")
    )
    found = [
        Row(one["case__home_city__name"], one["case__home_city"], {key: one[key] for key, _, _ in MEASURES})
        for one in counted
    ]
    total = Row("合计", None, {key: sum(row.counts[key] for row in found) for key, _, _ in MEASURES})
    return found, total
