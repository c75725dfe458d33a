from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import notices
from accounts.access import signed_in
from accounts.forms.entry import LoginForm
from accounts.http import SignedInRequest
from accounts.models import Notice
from agreements.selectors import agreement_of
from applications.docking.selectors import asked_count, public_needs
from applications.models import Application, Batch
from applications.selectors import application_of
from portal.articles.selectors import NEWEST, downloads, newest
from portal.maps import outlines
from portal.publicity.selectors import open_objections
from portal.selectors import decided_this_week, public_figures, stops
from review.selectors import path
from review.views import Kept, list_page, pager_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The public home page; in the place of the login box whoever is logged in has the way to their workbench."""
    batch = Batch.announced()
    context = {
        "form": None if request.user.is_authenticated else LoginForm(request, captcha_later=True),
        "announced": batch, "stops": stops(batch) if batch else [], "channels": newest(),
        "needs": public_needs("chain").order_by("-since", "-id")[:NEWEST],
        "figures": public_figures(), "map_box": outlines()[0], "downloads": downloads(),
    }  # fmt: skip
    return render(request, "portal/home.html", context)


@signed_in
@require_safe
def workbench(request: SignedInRequest) -> HttpResponse:
    """What waits for me now: an officer's queues, an applicant's path and next step."""
    user = request.user
    if user.has_perm("applications.join_team"):
        return redirect("applications:membership")
    if user.has_perm("applications.fill_unit") and not user.desks:
        return redirect("applications:unit")
    if user.has_perm("applications.fill_host"):
        return redirect("applications:host")
    if user.has_perm("applications.apply_personal") or user.has_perm("applications.apply_team"):
        application, agreement = application_of(user), agreement_of(user)
        back = next((case for case in (application, agreement) if case and case.returned_from), None)
        context = {
            "application": application,
            "agreement": agreement,
            "path": path(application) if application else [],
            "agreement_path": path(agreement) if agreement else [],
            "back": back,
            "returned": back.steps.order_by("-number").first() if back else None,
            "kind": Application.Kind.of(user),
            "asked": asked_count(user),
        }
        return render(request, "portal/workbench_applicant.html", context)
    told = {"decided": decided_this_week(user), "objections": open_objections(user)}
    return render(request, "portal/workbench_office.html", told)


@signed_in
@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    """「消息」: what this person has been told, newest first."""
    rows = Notice.objects.filter(user=request.user)
    page = list_page(request, rows, keys=("at", "id"), descending=True)
    return render(request, "portal/inbox.html", {"rows": page.rows, "page": page, "pager": pager_of(Kept(), page)})


@signed_in
@require_POST
def open_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark one line as read, and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, user=request.user)
    notices.read(request.user, notice.pk)
    return redirect(notice.url or "portal:inbox")


@signed_in
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    notices.read(request.user)
    return redirect("portal:inbox")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For the load balancer: 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
