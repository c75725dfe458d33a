from datetime import timedelta

from django.core.cache import cache
from django.utils import timezone

from accounts.models import User
from agreements import flow as agreements
from agreements.models import Agreement
from applications import flow
from applications.models import Application, UnitAdmission
from review import registry


def decided_this_week(user: User) -> int:
    """How many decisions this person has taken in the last seven days, over all processes."""
    since = timezone.now() - timedelta(days=7)
    return sum(
        process.model.related("steps").objects.filter(actor=user, at__gte=since, organisation__isnull=False).count()
        for process in registry.all_processes()
        if user.has_perm(process.model.records_permission())
    )


FIGURES_KEPT = 600  # seconds; the home page tells how they stood within the last ten minutes


def public_figures() -> list[tuple[str, int]]:
    """What everybody may know: numbers alone, of what has been decided."""
    return cache.get_or_set("public_figures", _figures, FIGURES_KEPT) or []


def _figures() -> list[tuple[str, int]]:
    approved = Application.objects.filter(state=flow.APPROVED)
    kind = Application.Kind
    return [
        ("个人科技特派员", approved.filter(kind=kind.PERSONAL).count()),
        ("科技特派员团队", approved.filter(kind=kind.TEAM).count()),
        ("法人单位", UnitAdmission.objects.filter(state=flow.ADMITTED).count()),
        ("已归档服务协议", Agreement.objects.filter(state=agreements.ARCHIVED).count()),
    ]
