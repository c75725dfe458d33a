"""The Django admin behind the portal's one door (L01), for 系统管理员 only; to everybody else it is not there (D08)."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse

from accounts import audit
from accounts import views as accounts
from accounts.access import to_login
from accounts.models import User


class Choices(AutocompleteJsonView):
    """Found by typing; people of one name are told apart by their user names."""

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        found = super().serialize_result(obj, to_field_name)
        return found | {"text": f"{obj}（{obj.username}）"} if isinstance(obj, User) else found


class KtpAdminSite(admin.AdminSite):
    site_header = site_title = index_title = "系统管理"

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm("accounts.administer")

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_login(request)
            if not self.has_permission(request):
                audit.refused(request)
                raise Http404
            try:
                response = inner(request, *args, **kwargs)
                # a page of Django's admin reads its choices when it is drawn
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
            except OverflowError as error:  # a forged id or date beyond what databases count to
                raise BadRequest("too large a number") from error

        return guarded

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """The admin's own login page is the way to its front page, which sends whoever needs it to the portal's."""
        return redirect("admin:index")

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return Choices.as_view(admin_site=self)(request)

    def logout(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return accounts.logout(request)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("accounts:password")

    def password_change_done(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("accounts:password")
