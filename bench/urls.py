"""The system's own addresses, and beside them the pages that the others are compared with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.access import signed_in
from applications.models import Application, Need
from ktp.urls import *  # noqa: F403
from ktp.urls import urlpatterns
from portal.articles.models import Publication


@signed_in
def bare(request: HttpRequest, state: str) -> HttpResponse:
    """Twenty rows by an index in the base template: what any list of this system costs at the least."""
    desk = next(iter(request.user.desk_ids))
    rows = Application.objects.filter(desk=desk, state=state).order_by("since", "id")[:20]
    return render(request, "bench/bare.html", {"rows": [row.applicant_name for row in rows]})


def _newest(kind: str) -> list[str]:
    if kind == "needs":
        return [row.title for row in Need.objects.public().order_by("-since", "-id")[:20]]
    return [
        row.title for row in Publication.objects.shown().defer("html", "search").order_by("-shown_from", "-id")[:20]
    ]


@signed_in
def bare_needs(request: HttpRequest) -> HttpResponse:
    return render(request, "bench/bare.html", {"rows": _newest("needs")})


def bare_public(request: HttpRequest, kind: str) -> HttpResponse:
    """The same in the template of the public pages."""
    return render(request, "bench/bare_public.html", {"rows": _newest(kind)})


urlpatterns = [
    *urlpatterns,
    path("bench/bare/<slug:state>/", bare, name="bare"),
    path("bench/needs/", bare_needs, name="bare_needs"),
    path("bench/public/<slug:kind>/", bare_public, name="bare_public"),
]
