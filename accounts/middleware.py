"""What holds for every request: no NUL bytes, sessions that end, nothing of a person kept by a browser."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect
from django.utils import timezone

from accounts import held
from accounts.roles import registers

Handler = Callable[[HttpRequest], HttpResponse]
SINCE, SEEN = "signed_in_at", "seen_at"  # session keys, in seconds


class CleanInput:
    """NUL bytes never reach the database, which would answer with an exception: 400 instead (A10)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._check({"": request.path_info}, request.COOKIES, request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> None:
        """What is posted is read only now, when session and view are known: by them the upload handler knows how much
        it may take."""
        try:
            self._check(request.POST)
        except UnreadablePostError as error:
            raise BadRequest("the client went away") from error

    @staticmethod
    def _check(*sources) -> None:
        for source in sources:
            lists = source.lists() if hasattr(source, "lists") else ((key, [value]) for key, value in source.items())
            if any("\0" in text for key, values in lists for text in (key, *values)):
                raise BadRequest("NUL")


class Sessions:
    """Ends what was left open (L10), sends people with a one-time password to change it (A12), forbids keeping
    pages of people who are logged in (L12), and leaves the cookie by which an expired form finds its owner."""

    FREE = {"accounts:password", "accounts:logout"}  # with a one-time password nothing else opens

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and self._expired(request):
            request.session.flush()
            request.user = AnonymousUser()
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
            held.name_owner(request, response)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        user = request.user
        if not (user.is_authenticated and user.must_change_password):
            return None
        return None if request.resolver_match.view_name in self.FREE else redirect("accounts:password")

    @staticmethod
    def _expired(request: HttpRequest) -> bool:
        now, session = int(timezone.now().timestamp()), request.session
        if SEEN not in session:
            begin(session)
        idle = settings.IDLE_APPLICANT if registers(request.user.role) else settings.IDLE_OFFICER
        if now - session[SEEN] > idle or now - session[SINCE] > settings.SESSION_COOKIE_AGE:
            return True
        if now - session[SEEN] >= 60:  # written once a minute at most, not with every click
            session[SEEN] = now
        return False


def begin(session) -> None:
    """Start the clocks of a session; called when somebody logs in."""
    session[SINCE] = session[SEEN] = int(timezone.now().timestamp())
