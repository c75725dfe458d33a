"""Who may open a page. Views carry one of these decorators; a test holds that every address has a row in the matrix."""

import ipaddress
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from accounts import held

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """For people who are logged in; others are sent to the login page and come back here, with what they had typed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else to_login(request)

    guarded.signed_in = True
    return guarded


def is_for_people(view: Callable) -> bool:
    """Whether a view is for people who are logged in; decorators above `signed_in` keep its mark."""
    return hasattr(view, "signed_in")


def role_required(*permissions: str) -> Callable[[View], View]:
    """For people whose role holds `permission`; to others who are logged in the page says 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return decorate


def to_login(request: HttpRequest) -> HttpResponseBase:
    """The answer to a request that has no session (any more). A script is told so; a form's text is kept."""
    if request.headers.get("X-Requested-With"):
        return JsonResponse({"message": "登录已过期，请重新登录。"}, status=401)
    if request.method == "POST" and held.hold(request):
        messages.warning(request, "登录已过期，请重新登录；您刚才填写的内容已为您保留。")
    return redirect_to_login(held.page_of(request))


def client_ip(request: HttpRequest) -> str | None:
    """The visitor's address: the peer's, or what our own proxy writes into KTP_CLIENT_IP_HEADER (L07)."""
    header = settings.CLIENT_IP_HEADER
    for text in (request.headers.get(header, "") if header else "", request.META.get("REMOTE_ADDR", "")):
        try:
            return str(ipaddress.ip_address(text.strip()))
        except ValueError:
            continue
    return None
