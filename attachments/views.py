"""后台任务: how far it is, cancelling, and the file it made. Each sees their own only; others' answer 404."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from accounts.http import SignedInRequest
from attachments import jobs
from attachments.models import Job

SHOWN = 50


def _mine(request: SignedInRequest, key: UUID) -> Job:
    job = get_object_or_404(Job, pk=key, asked_by=request.user)
    job.asked_by = request.user  # as they are now, read once
    return job


@signed_in
@require_safe
def jobs_page(request: SignedInRequest) -> HttpResponse:
    """「后台任务」: the newest ones of this person."""
    found = list(Job.objects.filter(asked_by=request.user)[:SHOWN])
    for job in found:
        job.asked_by = request.user
    return render(request, "attachments/jobs.html", {"jobs": found})


@signed_in
@require_safe
def job_page(request: SignedInRequest, key: UUID) -> HttpResponse:
    crumbs = [{"label": "后台任务", "url": reverse("attachments:jobs")}]
    return render(request, "attachments/job.html", {"job": _mine(request, key), "crumbs": crumbs})


@signed_in
@require_safe
def job_state(request: SignedInRequest, key: UUID) -> JsonResponse:
    """What the page's script asks for while the job is open: the changing part of the page, drawn anew."""
    job = _mine(request, key)
    html = render_to_string("attachments/_job.html", {"job": job}, request)
    return JsonResponse({"open": job.open, "html": html})


@signed_in
@require_POST
def cancel(request: SignedInRequest, key: UUID) -> HttpResponse:
    job = _mine(request, key)
    jobs.cancel(job)
    messages.info(request, "已要求取消。" if job.open else f"任务当前状态为「{job.get_status_display()}」，不用取消。")
    return redirect("attachments:job", job.key)


@signed_in
@require_safe
def fetch(request: SignedInRequest, key: UUID) -> HttpResponseBase:
    job = _mine(request, key)
    if not job.fetchable:
        raise Http404
    try:
        response = FileResponse(job.path.open("rb"), content_type="application/octet-stream")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Content-Disposition"] = content_disposition_header(True, job.file_name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
