from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from . import pictures
from .models import StoredFile
from .names import clean_file_name


def pdf_response(data: bytes | StoredFile, filename: str, *, inline: bool = False) -> HttpResponseBase:
    """A PDF for the one who asked: kept by no cache, run as nothing but a PDF. `inline` shows it in the browser."""
    response = (
        FileResponse(data.open(), content_type="application/pdf")
        if isinstance(data, StoredFile)
        else HttpResponse(data, content_type="application/pdf")
    )
    response["Content-Disposition"] = content_disposition_header(not inline, clean_file_name(filename)) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    if inline:
        # May be framed by our own pages. Not `sandbox`: browsers of a few years ago then show a grey page.
        response["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
        response["X-Frame-Options"] = "SAMEORIGIN"
    else:
        response["Content-Security-Policy"] = "sandbox"
    return response


def paper_response(request: HttpRequest, paper: Path | StoredFile, filename: str) -> HttpResponseBase:
    """A paper as it was asked for: its PDF; `?view=pages` a page with pictures of it, to be framed by our own pages;
    `?page=2` one of these pictures."""
    path = paper.path if isinstance(paper, StoredFile) else paper
    if "page" in request.GET:
        return _picture(path, request.GET["page"])
    if "view" in request.GET:
        pages = range(1, len(pictures.of(path)) + 1)
        response: HttpResponseBase = render(request, "attachments/pages.html", {"pages": pages, "name": filename})
        response["Content-Security-Policy"] = "default-src 'self'; object-src 'none'; frame-ancestors 'self'"
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response
    return pdf_response(paper if isinstance(paper, StoredFile) else path.read_bytes(), filename)


def _picture(path: Path, number: str) -> HttpResponse:
    drawn = pictures.of(path)
    if not (number.isascii() and number.isdigit() and len(number) <= 4 and 1 <= int(number) <= len(drawn)):
        raise Http404
    response = HttpResponse(drawn[int(number) - 1].read_bytes(), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
