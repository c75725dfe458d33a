from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import role_required
from accounts.http import SignedInRequest
from applications import flow
from applications.models import Batch
from stats import selectors

STATE_OF = {"returned": flow.RETURNED, "approved": flow.APPROVED}


@role_required("stats.view_statistics")
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """「数据统计」: by home city; every number leads to the list it counts."""
    asked = request.GET.get("batch", "")
    batch = Batch.objects.filter(pk=asked).first() if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    rows, total = selectors.by_city(request.user, batch.pk if batch else None)
    records = reverse("review:records", args=("selection",))

    def link(row: selectors.Row, key: str) -> str:
        parts = {"home_city": row.city_id, "state": STATE_OF.get(key), "batch": batch.pk if batch else None}
        return records + "?" + "&".join(f"{name}={value}" for name, value in parts.items() if value)

    table = [(row, [(row.counts[key], link(row, key)) for key, _, _ in selectors.MEASURES]) for row in [*rows, total]]
    context = {
        "measures": selectors.MEASURES, "table": table, "batches": Batch.objects.all(), "chosen": batch,
        "most": max([row.counts["submitted"] for row in rows], default=0),
    }  # fmt: skip
    return render(request, "stats/overview.html", context)
