from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

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
