"""What somebody was typing when their session ended is there again after they log in (F29, L10).

Every browser that is logged in carries a signed cookie naming its owner. When a form arrives without a session, its
text is kept, encrypted, in the new anonymous session for that owner, and given back to nobody else by `typed`.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import crypto, limits

SENTENCE = "登录已过期，您刚才填写的内容已恢复，请核对后保存。"
COOKIE = f"{settings.SESSION_COOKIE_NAME}-owner"
KEY = "held"  # in the session
LIFE = 24 * 3600
LIMIT = 300_000  # characters of a form, as posted
PER_HOUR = 10  # of one owner: each may begin a session, whose row stays for half a day
NEVER = re.compile(r"password|captcha|csrf|^_")
_signer = Signer(salt="accounts.held")


def name_owner(request: HttpRequest, response: HttpResponse) -> None:
    """Leave the cookie that names whose browser this is; it outlives the session, not the browser."""
    token = _signer.sign(str(request.user.pk))
    if request.COOKIES.get(COOKIE) != token:
        response.set_cookie(COOKIE, token, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax")


def forget_owner(response: HttpResponse) -> None:
    """At 「退出」: what is posted afterwards belongs to nobody."""
    response.delete_cookie(COOKIE, samesite="Lax")


def page_of(request: HttpRequest) -> str:
    """The page to come back to after logging in: this one, or for a form that stands elsewhere, that page."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if referer and url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        parts = urlsplit(referer)
        return parts.path + (f"?{parts.query}" if parts.query else "")
    return request.path


def hold(request: HttpRequest) -> bool:
    """Keep the text of a form that was posted without a session. Whether there was anything to keep, and for whom."""
    try:
        owner = int(_signer.unsign(request.COOKIES.get(COOKIE, "")))
    except (BadSignature, ValueError):
        return False
    text = request.POST.copy()
    for name in list(text):
        if NEVER.search(name):
            del text[name]
    body = text.urlencode()
    if not body or len(body) > LIMIT or limits.exceeded("held", str(owner), limit=PER_HOUR):
        return False
    request.session[KEY] = {
        "owner": owner,
        "path": urlsplit(page_of(request)).path,
        "text": crypto.encrypt(body),
        "at": int(timezone.now().timestamp()),
    }
    return True


def typed(request: HttpRequest) -> QueryDict | None:
    """What is to stand in the form of this page: as it was posted, or as it was held when the session ended."""
    if request.method == "POST":
        return request.POST
    kept = take(request)
    if kept is not None:
        messages.warning(request, SENTENCE)
    return kept


def take(request: HttpRequest) -> QueryDict | None:
    """The text held for this page, once, for the person who typed it."""
    if request.method != "GET" or (kept := request.session.get(KEY)) is None:
        return None
    fresh = timezone.now().timestamp() - kept["at"] <= LIFE
    mine = kept["owner"] == request.user.pk
    if fresh and mine and kept["path"] != request.path:
        return None
    del request.session[KEY]
    return QueryDict(crypto.decrypt(kept["text"])) if fresh and mine else None


def settle(request: HttpRequest) -> None:
    """Somebody has logged in: what was held for another person goes."""
    if request.session.get(KEY, {}).get("owner") != request.user.pk:
        request.session.pop(KEY, None)
