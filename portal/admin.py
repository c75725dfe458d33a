from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.administered import Administered
from accounts.audit import Kind
from accounts.roles import group_label
from portal.models import MenuItem


class VisibleToFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field, request, model_admin):
        return [(group.pk, group_label(group.name)) for group in Group.objects.order_by("pk")]


@admin.register(MenuItem)
class MenuItemAdmin(Administered):
    """系统菜单: what stands in the sidebar. Rows show and hide; rights are elsewhere (D01)."""

    kind = kind_new = Kind.MENU
    list_display = ("__str__", "page", "order", "active", "visible_to")
    list_editable = ("order", "active")
    list_filter = ("active", ("roles", VisibleToFilter))
    search_fields = ("title",)
    fields = ("title", "parent", "page", "icon", "order", "roles", "active")
    filter_horizontal = ("roles",)

    @admin.display(description="可见角色")
    def visible_to(self, item: MenuItem) -> str:
        return "、".join(group_label(group.name) for group in item.roles.all())

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("parent").prefetch_related("roles")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.label_from_instance = lambda group: group_label(group.name)  # type: ignore[method-assign]
        return field
