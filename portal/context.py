"""What the frame shows on every page."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from applications.models import Batch
from portal.menu import sidebar
from review.selectors import waiting


def frame(request: HttpRequest) -> dict:
    """Context of base.html and public.html; what costs queries is read when a template asks for it, once."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    queues = SimpleLazyObject(lambda: waiting(user) if signed_in else [])
    return {
        "site_name": settings.SITE_NAME,
        "province_name": settings.PROVINCE_NAME,
        "demo": settings.DEMO,
        "batch": SimpleLazyObject(Batch.current),
        "queues": queues,
        "sidebar": SimpleLazyObject(lambda: sidebar(user, request.path, queues) if signed_in else []),
        "acting_for": SimpleLazyObject(lambda: "、".join(desk.name for desk in user.desks) if signed_in else ""),
    }
