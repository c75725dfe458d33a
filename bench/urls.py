"""The system's own addresses, and beside them the page that the others are compared with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.access import signed_in
from applications.models import Application
from ktp.urls import *  # noqa: F403
from ktp.urls import urlpatterns


@signed_in
def bare(request: HttpRequest, state: str) -> HttpResponse:
    """Twenty rows by an index in the base template: what any list of this system costs at the least."""
    desk = next(iter(request.user.desk_ids))
    rows = Application.objects.filter(desk=desk, state=state).order_by("since", "id")[:20]
    return render(request, "bench/bare.html", {"rows": rows})


urlpatterns = [*urlpatterns, path("bench/bare/<slug:state>/", bare, name="bare")]
