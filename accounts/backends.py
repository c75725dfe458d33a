from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import Q


class RoleBackend(ModelBackend):
    """Passwords as Django does; permissions from the Group named like the user's role, and from the user's own groups."""

    def _get_group_permissions(self, user_obj):
        return Permission.objects.filter(
            Q(group__name=user_obj.role) | Q(group__in=user_obj.groups.all())
        ).distinct()
