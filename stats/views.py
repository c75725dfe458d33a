from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import role_required, signed_in
from accounts.http import SignedInRequest
from applications import flow
from applications.models import Batch
from review import registry
from review.views import export_rows
from stats import excel, selectors

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


@signed_in
@require_safe
def export(request: SignedInRequest, process: str) -> HttpResponse:
    """「导出」: exactly what the list shows under its conditions, as a workbook."""
    found, rows = export_rows(request, registry.get(process), limit=excel.MAX_ROWS)
    data = excel.workbook(found.name, found.columns, found.stage_heads, rows)
    name = f"export_{process}_{timezone.localdate():%Y%m%d}.xlsx"
    response = HttpResponse(data, content_type=excel.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
