from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.utils import timezone


class RoleBackend(ModelBackend):
    """Passwords as Django does; permissions from the Group named like the user's role, and from their own groups,
    from nothing else: no page gives a permission to one person."""

    def user_can_authenticate(self, user) -> bool:
        """Also no to a one-time password whose day is over; asked at the login and at every request after it."""
        over = user.temporary_until is not None and user.temporary_until <= timezone.now()
        return user.is_active and not over

    def _get_user_permissions(self, user_obj):
        return Permission.objects.none()

    def _get_group_permissions(self, user_obj):
        return Permission.objects.filter(group__name__in=user_obj.all_groups).distinct()
