"""The request of a page behind `access.signed_in` or `access.role_required`: its user is one of ours."""

from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    user: User
