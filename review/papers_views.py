"""「附件上传/下载」 of an office: the papers of what has come to it; one, ticked ones, or all of a query."""

from pathlib import Path

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import client_ip, signed_in
from accounts.http import SignedInRequest
from attachments import jobs, sheets
from attachments.responses import pdf_response
from review import papers
from review.forms import BundleForm
from review.papers import Wish
from review.registry import Folder, Process
from review.views import place_kept, records_context, size_kept


@signed_in
@require_safe
def folder(request: SignedInRequest, code: str = "") -> HttpResponse:
    mine = [pair for pair in papers.folders() if papers.opens(*pair, request.user)]
    process, found = _folder(request, code or (mine[0][1].code if mine else ""))
    context = records_context(request, process, folder=found)
    for row in context["rows"]:
        row.papers = papers.shown(found, process.attachments(row.case, request.user, row.revision))
        row.upload_at = process.upload_at(row.case, request.user)
    kept = "&".join(filter(None, (context["query"], size_kept(request.GET))))
    tabs = [(one, _address(one.code, kept)) for _, one in mine]
    return render(request, "review/papers.html", context | {"folder": found, "tabs": tabs, "bundle": BundleForm()})


def _address(code: str, query: str) -> str:
    return reverse("papers:folder", args=(code,)) + (f"?{query}" if query else "")


def _folder(request: SignedInRequest, code: str) -> tuple[Process, Folder]:
    if not code:
        raise PermissionDenied
    if (found := papers.find(code)) is None:
        raise Http404
    if not papers.opens(*found, request.user):
        raise PermissionDenied
    return found


@signed_in
@require_POST
def bundle(request: SignedInRequest, code: str) -> HttpResponseBase:
    """「下载所选」 and 「全部下载」: one paper at once, more in the background."""
    process, folder = _folder(request, code)
    form = BundleForm(request.POST)
    asked = QueryDict(request.POST.get("back", ""))
    conditions = papers.conditions(process, folder, asked)
    try:
        if not form.is_valid():
            raise jobs.Failed(form.sentence)
        found = papers.rows(process, folder, request.user)
        if form.wants_all:
            found = found.filter(conditions.q_of_records())
        else:
            found = found.filter(case__in=form.cleaned_data["cases"])
        cases = tuple(found.order_by(*process.filing).values_list("case_id", flat=True)[: papers.MAX_CASES + 1])
        if not form.wants_all and len(cases) != len(form.cleaned_data["cases"]):
            raise Http404  # what has never come to this person can't be ticked by honest use (R04)
        options = {name: form.cleaned_data[name] for name in ("way", "scans")}
        given = papers.ask(Wish(process, folder, cases, **options), by=request.user, address=client_ip(request))
    except jobs.Failed as failure:
        messages.error(request, str(failure))
        return redirect(_address(code, conditions.query(**place_kept(asked))))
    if isinstance(given, jobs.Job):
        return redirect("attachments:job", given.key)
    source = given.source if isinstance(given.source, Path) else sheets.printed(given.source)
    return pdf_response(source.read_bytes(), given.name)
