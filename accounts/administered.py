"""The base of every model in the Django admin: one right opens it, nothing is deleted, every change is written down."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import audit, changes
from accounts.audit import Kind, Note
from accounts.models import AuditEntry

LONGEST_SEARCH = 100  # every word of a search is a condition on every column
HISTORY = 200  # the last so many changes of one object


class AdministeredRights:
    """One right opens all of 系统管理; deleting is nobody's."""

    def _allowed(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.administer")

    has_module_permission = has_view_permission = has_add_permission = has_change_permission = _allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Administered(AdministeredRights, admin.ModelAdmin):
    """The base of every model in the admin. `heading`: the title of its list, where it is not the model's own name;
    `kind`, `kind_new`: as what 操作日志 files a change and a new row (Django's own log is not kept: it can be deleted).
    """

    heading = ""
    kind = kind_new = Kind.OTHER

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Conditions come from the list's own filters: no other column, and no pattern or number made to fail (I04)."""
        field, *rest = lookup.split("__")
        offered = {
            one[0] if isinstance(one, tuple) else getattr(one, "parameter_name", one) for one in self.list_filter
        }
        return field in offered and rest in ([], ["exact"], ["id", "exact"], ["isnull"], ["id", "isnull"])

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        if not all(pk.isascii() and pk.isdigit() for pk in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("not an id")
        return super().response_action(request, queryset)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        title = self.heading or str(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    # 操作日志

    def other_side(self, row: Model) -> Model | None:
        """Of a row of an inline: the other object that it concerns, in whose history it stands, too."""
        return None

    def construct_change_message(self, request: HttpRequest, form, formsets, add: bool = False) -> list[Note]:
        obj, changed, others = form.instance, [] if add else changes.of_form(form), []
        for formset in formsets or ():
            for row, lines in changes.of_formset(formset):
                changed += lines
                if other := self.other_side(row):
                    text = f"「{obj}」：{changes.sentence(lines)}"
                    others.append(Note(Kind.APPOINT, text, other, extra={"changes": lines}))
        if not add and not changed:
            return []
        words = f"{'新增' if add else '修改'}{self.opts.verbose_name}「{obj}」"
        text = f"{words}：{changes.sentence(changed)}" if changed else words
        return [Note(self.kind_new if add else self.kind, text, obj, extra={"changes": changed}), *others]

    def log_addition(self, request: HttpRequest, obj: Model, message: list[Note]) -> None:
        audit.record_all(request, message)

    def log_change(self, request: HttpRequest, obj: Model, message: list[Note]) -> None:
        audit.record_all(request, message)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        rows = AuditEntry.objects.none()
        if (obj := self.get_object(request, object_id)) is not None:
            rows = AuditEntry.objects.filter(**audit.key_of(obj), log=AuditEntry.Log.OPERATION)[:HISTORY]
        return super().history_view(request, object_id, {"rows": rows, **(extra_context or {})})
