"""Error pages in the portal's frame, in Chinese, with a reference number for the help desk; no trace, no path (N09)."""

import logging
import secrets

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = logging.getLogger("ktp.errors")


def _page(template: str, status: int) -> HttpResponse:
    reference = secrets.token_hex(4).upper()
    if status >= 500:
        logger.error("reference %s", reference, exc_info=True)
    return HttpResponse(render_to_string(template, {"reference": reference}), status=status)


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _page("413.html", 413)
    return _page("400.html", 400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    return _page("403.html", 403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    return _page("404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page("500.html", 500)
