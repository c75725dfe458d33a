from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from review import registry


def decided_this_week(user: User) -> int:
    """How many decisions this person has taken in the last seven days, over all processes."""
    since = timezone.now() - timedelta(days=7)
    return sum(
        process.model.related("steps").objects.filter(actor=user, at__gte=since, organisation__isnull=False).count()
        for process in registry.all_processes()
        if user.has_perm(process.model.records_permission())
    )
