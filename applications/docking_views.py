"""服务对接: the public list of needs, offers and invitations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from applications.documents import public_need
from applications.forms import PublicNeedFilter
from applications.models import Need
from review.views import list_page, pager_of


def _list(request: HttpRequest) -> dict:
    """A page of what is public under the address's conditions, the newest first."""
    conditions = PublicNeedFilter(request.GET)
    rows = Need.objects.public().filter(conditions.q())
    page = list_page(request, rows.select_related("host", "chain", "kind", "discipline", "county__parent"),
                   keys=("since", "id"), descending=True)  # fmt: skip
    return {"filter": conditions, "rows": page.rows, "pager": pager_of(conditions, page)}


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """「服务对接」 for everybody."""
    return render(request, "docking/public_needs.html", _list(request))


@require_safe
def need(request: HttpRequest, pk: int) -> HttpResponse:
    """One need as its city has read it, without whom to call; what is not public is not there."""
    found = get_object_or_404(Need.objects.public().select_related("host"), pk=pk)
    document = public_need(found.revisions.get(number=found.revision_number).document)
    return render(request, "docking/public_need.html", {"need": found, "document": document})
