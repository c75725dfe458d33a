"""行政区划, 数据字典, 节假日, 系统参数."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import validators
from accounts.administered import Administered
from accounts.audit import Kind
from accounts.models import Parameter, Region, SpecialDays, Term
from accounts.parameters import DECLARED, Setting


@admin.register(Region)
class RegionAdmin(Administered):
    """行政区划, and 功能区, which have no national code."""

    kind = kind_new = Kind.REGION
    list_display = ("name", "code", "level", "parent", "custom", "active")
    list_filter = ("level", "custom", "active")
    list_select_related = ("parent",)
    search_fields = ("name", "code", "parent__name")
    fields = ("code", "name", "level", "parent", "custom", "active")

    def get_readonly_fields(self, request: HttpRequest, obj: Region | None = None) -> tuple[str, ...]:
        return ("code", "level", "parent") if obj else ()  # work is routed by them

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs: Any):
        if db_field.name == "parent":
            kwargs["queryset"] = Region.objects.filter(level=Region.Level.CITY)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Term)
class TermAdmin(Administered):
    """数据字典: the choices of forms. A word that is not wanted any more is switched off, not taken away."""

    kind = kind_new = Kind.DICTIONARY
    list_display = ("name", "kind", "order", "active", "validity")
    list_editable = ("order", "active")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    fields = ("kind", "name", "order", "active", "valid_from", "valid_until")

    @admin.display(description="有效期")
    def validity(self, term: Term) -> str:
        if not (term.valid_from or term.valid_until):
            return "长期"
        return f"{term.valid_from or ''} 至 {term.valid_until or ''}".strip()

    def get_readonly_fields(self, request: HttpRequest, obj: Term | None = None) -> tuple[str, ...]:
        return ("kind",) if obj else ()


@admin.register(SpecialDays)
class SpecialDaysAdmin(Administered):
    """节假日 and 调休 of each year, after the notice of 国务院办公厅 in November: what working days are counted by."""

    kind = kind_new = Kind.CALENDAR
    list_display = ("name", "kind", "first", "last", "active")
    list_filter = ("kind", "active")
    search_fields = ("name",)
    fields = ("kind", "name", "first", "last", "active")


class ParameterForm(forms.ModelForm):
    """One value, as a field of its parameter's type; left empty, the default holds."""

    class Meta:
        model = Parameter
        fields = ("text",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        declared, field = DECLARED[self.instance.key], self.fields["text"]
        default = declared.default
        if isinstance(default, bool):
            field = forms.ChoiceField(choices=[("", f"默认（{'是' if default else '否'}）"), ("1", "是"), ("0", "否")])
        elif isinstance(default, int):
            field = forms.IntegerField(min_value=declared.least, max_value=declared.most)
        else:
            field.max_length = declared.most
            field.validators.append(validators.clean_line)
        field.label, field.required = declared.label, False
        field.help_text = f"{declared.help}。默认：{default if default != '' else '空'}"
        self.fields["text"] = field

    def clean_text(self) -> str:
        value = self.cleaned_data["text"]
        return "" if value is None else str(value)


@admin.register(Parameter)
class ParameterAdmin(Administered):
    """系统参数: the rows are those that are declared; none is added here."""

    kind = kind_new = Kind.PARAMETER
    form = ParameterForm
    list_display = ("label", "value", "default", "help")
    search_fields = ("key", "text")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Parameter]:
        return super().get_queryset(request).filter(key__in=DECLARED)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        """Also by what stands on the screen, which is no column."""
        found, duplicates = super().get_search_results(request, queryset, term)
        named = [one.key for one in DECLARED.values() if term in one.label + one.help]
        return found | queryset.filter(key__in=named), duplicates

    @admin.display(description="参数")
    def label(self, row: Parameter) -> str:
        return DECLARED[row.key].label

    @admin.display(description="当前值")
    def value(self, row: Parameter) -> str:
        return _shown(DECLARED[row.key].read(row.text))

    @admin.display(description="默认值")
    def default(self, row: Parameter) -> str:
        return _shown(DECLARED[row.key].default)

    @admin.display(description="说明")
    def help(self, row: Parameter) -> str:
        return DECLARED[row.key].help


def _shown(value: Setting) -> str:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value) or "—"
