"""Error pages in the portal's frame, in Chinese, with a reference number for the help desk; no trace, no path (N09)."""

import logging
import re
import secrets
import sys
from functools import cache

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from accounts import audit
from accounts.access import is_for_people
from accounts.contention import is_busy

logger = logging.getLogger("ktp.errors")
SECRETS = re.compile("password|captcha")  # never written into a page
NUMBER = "{reference}"  # where a page that is drawn once has its number
ROW_AGAIN, DATABASE_AGAIN = 5, 60  # seconds after which a second try is worth it


def _number() -> str:
    return secrets.token_hex(4).upper()


def _page(template: str, status: int, **context: object) -> HttpResponse:
    reference = _number()
    if status >= 500:
        logger.error("reference %s", reference, exc_info=True)
    return HttpResponse(render_to_string(template, {"reference": reference, **context}), status=status)


@cache
def _text(template: str) -> str:
    """These pages ask nothing of the request: each is drawn once, and only its number is new every time."""
    return render_to_string(template, {"reference": NUMBER})


def _refusal(template: str, status: int) -> HttpResponse:
    return HttpResponse(_text(template).replace(NUMBER, _number()), status=status)


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return _refusal("413.html", 413)
    return _refusal("400.html", 400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    audit.refused(request)
    return _refusal("403.html", 403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    match = getattr(request, "resolver_match", None)
    # an address that names something, on a page for people: perhaps somebody else's; what the public reads is nobody's
    if match and match.kwargs and is_for_people(match.func) and hasattr(request, "user"):
        audit.refused(request, hidden=True)
    return _refusal("404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        return _unavailable(request, is_busy(fault))
    return _page("500.html", 500)


def _unavailable(request: HttpRequest, busy: bool) -> HttpResponse:
    """A row that stayed locked, or no database: wherever it happened. The page bears the form that was sent, to be
    sent again as it is (its token too, so that it proves no more than it did): there may be no place to keep it."""
    posted = request.POST.lists() if request.method == "POST" else ()
    fields = [(name, value) for name, values in posted if not SECRETS.search(name) for value in values]
    response = _page(
        "503.html", 503, busy=busy, fields=fields, files=bool(request.FILES), again=request.get_full_path()
    )
    response["Retry-After"] = str(ROW_AGAIN if busy else DATABASE_AGAIN)
    response["Cache-Control"] = "no-store"
    return response
