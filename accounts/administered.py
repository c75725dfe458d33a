"""The base of every model in the Django admin: one right opens it, nothing is deleted, every change is written down."""

from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import strip_tags

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


class Named(forms.BaseFormSet):
    """For a set of forms that is a table: its headings are nobody's label, so each field says its own name."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)  # Django wraps the box of another object
            if not widget.is_hidden:
                widget.attrs["aria-label"] = field.label


class NamedFormSet(Named, forms.BaseModelFormSet):
    """The rows of a list that is edited in its place."""


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

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> type[forms.BaseModelFormSet]:
        return super().get_changelist_formset(request, formset=NamedFormSet, **kwargs)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """The two boxes of a moment have one label between them: each says its own name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, AdminSplitDateTime):
            for box, part in zip(field.widget.widgets, ("日期", "时间"), strict=True):
                box.attrs["aria-label"] = f"{field.label}：{part}"
        return field

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        own = {"title": self.title, "export_code": f"{self.opts.model_name}-admin"}
        return super().changelist_view(request, own | (extra_context or {}))

    # 「导出」: what the list shows, as text; stats.exports makes a workbook of it

    @property
    def title(self) -> str:
        return self.heading or str(self.opts.verbose_name_plural)

    @property
    def address(self) -> str:
        """The name of its list's address."""
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"

    def keeps(self, name: str) -> bool:
        """Whether a part of the list's address is a condition, or its order."""
        return name == ORDER_VAR or self.lookup_allowed(name, "", HttpRequest())

    def listed(self, query: str) -> ChangeList:
        """The list under the query part of its address. Raises BadRequest for what can't be asked."""
        request = HttpRequest()
        request.GET, request.user = QueryDict(query), AnonymousUser()  # who asks is no condition of these lists
        try:
            return self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest("not a condition") from error

    def conditions(self, query: str) -> Iterator[tuple[list[str], str, str]]:
        """(names in the address, label, chosen) of the filters that are set."""
        found = self.listed(query)
        for spec in found.filter_specs:
            for choice in spec.choices(found) if spec.used_parameters else ():
                if choice["selected"]:
                    yield spec.expected_parameters(), str(spec.title), str(choice["display"])

    def columns(self) -> list[tuple[str, str]]:
        """(name, heading)."""
        return [(str(name), str(label_for_field(name, self.model, self))) for name in self.list_display]

    def text(self, name: str, row: Model) -> str:
        """What a column says of a row."""
        field, _, value = lookup_field(name, row, self)
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        if field is not None and field.flatchoices:
            value = dict(field.flatchoices).get(value, value)
        text = "" if value is None else str(value)
        return unescape(strip_tags(text)) if hasattr(value, "__html__") else text

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
