from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import Group
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.administered import Administered
from accounts.audit import Kind
from accounts.roles import group_label
from portal.menu import opens
from portal.models import MenuItem


class VisibleToFilter(admin.RelatedFieldListFilter):
    def field_choices(self, field, request, model_admin):
        return [(group.pk, group_label(group.name)) for group in Group.objects.order_by("pk")]


class Tree(ChangeList):
    """Role by role, groups with their entries below, as the sidebar has them."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str]:
        return ["first_role", "top_order", "top", "depth", "order", "pk"]


@admin.register(MenuItem)
class MenuItemAdmin(Administered):
    """系统菜单: what stands in the sidebar. Rows show and hide; rights are elsewhere (D01).

    A script moves the rows of the list; without it, 排序 is a number to type.
    """

    kind = kind_new = Kind.MENU
    list_display = ("place", "page", "order", "active", "visible_to")
    list_editable = ("order", "active")
    list_filter = (("roles", VisibleToFilter), "active")
    list_per_page = 500
    search_fields = ("title",)
    sortable_by = ()
    fields = ("title", "parent", "page", "icon", "order", "roles", "active")

    class Media:
        js = ("ktp/menu-order.js",)

    @admin.display(description="名称")
    def place(self, item: MenuItem) -> SafeString:
        mark = "menu-entry" if item.parent_id else "menu-top"
        return format_html(
            '<span class="{}" data-row="{}" data-among="{}-{}" data-parent="{}">{}</span>',
            mark, item.pk, item.first_role, item.parent_id or "", item.parent_id or "", item.title,
        )  # fmt: skip

    @admin.display(description="可见角色")
    def visible_to(self, item: MenuItem) -> str:
        return "、".join(group_label(group.name) for group in item.roles.all())

    def get_queryset(self, request: HttpRequest) -> QuerySet[MenuItem]:
        top = Coalesce("parent_id", "pk")
        roles = MenuItem.roles.through.objects.filter(menuitem_id=OuterRef("top")).order_by("group_id")
        return MenuItem.objects.select_related("parent").prefetch_related("roles").annotate(
            top=top, first_role=Subquery(roles.values("group_id")[:1]), top_order=Coalesce("parent__order", "order"),
            depth=Case(When(parent=None, then=0), default=1),
        )  # fmt: skip

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return Tree

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, widget=CheckboxSelectMultiple, **kwargs)
        field.label_from_instance = lambda group: group_label(group.name)  # type: ignore[method-assign]
        return field

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """An entry that is shown to somebody to whom its page does not open is saved, and said (D01)."""
        super().save_related(request, form, formsets, change)
        page = form.instance.target
        without = [
            group_label(group.name) for group in form.instance.roles.all() if page and not opens(group.name, page)
        ]
        if without:
            words = f"{'、'.join(without)}无权打开「{page.label}」：菜单只决定显示，点开后会提示没有权限。"
            self.message_user(request, words, messages.WARNING)
