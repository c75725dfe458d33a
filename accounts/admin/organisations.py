"""Organisations, and who acts for them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.administered import Administered, AdministeredRights, Named
from accounts.audit import Kind
from accounts.models import Appointment, Organisation, Region, User


class AppointmentFormSet(Named, forms.BaseInlineFormSet):
    """Each pair once; nobody appoints themselves (D06). `by`: who asks."""

    other = "content_object"  # what is chosen: of a person an organisation, of an organisation a person
    by: User

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if not form.cleaned_data.get("DELETE")]
        chosen = [form.cleaned_data[self.other] for form in kept if form.cleaned_data.get(self.other)]
        if len(chosen) != len(set(chosen)):
            raise ValidationError("同一人在同一机构只能任职一次。")
        for form in self.forms:
            touched = form.has_changed() or form.cleaned_data.get("DELETE")
            if touched and self.by in (form.cleaned_data.get("user"), form.initial_user):
                raise ValidationError("不能给自己任职，也不能改动自己的任职；请由另一名系统管理员办理。")

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.initial_user = form.instance.user if form.instance.pk else None


class AppointmentInline(AdministeredRights, admin.TabularInline):
    """任职: for which organisations the person acts. Taking one away ends it at their next request."""

    model = Appointment
    formset = AppointmentFormSet
    fields = ("content_object", "since", "until", "standing")
    autocomplete_fields = ("content_object",)
    readonly_fields = ("standing",)
    extra = 0
    verbose_name_plural = "任职（代表哪些机构办理）"

    @admin.display(description="状态")
    def standing(self, row: Appointment) -> str:
        return row.standing if row.pk else "—"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._allowed(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        return super().get_queryset(request).select_related("user", "content_object").order_by("pk")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any):
        formset = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        widget = formset.form.base_fields[formset.other].widget
        widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return formset


class OfficerFormSet(AppointmentFormSet):
    other = "user"


class OfficerInline(AppointmentInline):
    """The same rows, seen from the organisation: who acts for it."""

    formset = OfficerFormSet
    fields = ("user", "since", "until", "standing")
    autocomplete_fields = ("user",)
    verbose_name_plural = "办理人员（谁代表本机构办理；替班可填截止日期，到期自动失效）"


OFFICES = (Organisation.Kind.PROVINCE, Organisation.Kind.CITY)


@admin.register(Organisation)
class OrganisationAdmin(Administered):
    """机构: the desks on which work lies."""

    kind = kind_new = Kind.ORGANISATION
    list_display = ("name", "kind", "location", "contact", "contact_phone", "active")
    list_filter = ("kind", "active")
    list_select_related = ("location__parent",)
    search_fields = ("name", "contact")
    fields = ("kind", "region", "name", "location", "phone", "contact", "contact_phone", "active")
    autocomplete_fields = ("location",)
    inlines = (OfficerInline,)

    def other_side(self, row: Model) -> Model | None:
        return row.user if isinstance(row, Appointment) else None

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        """A unit acts while its admission stands, and only then: no administrator admits one."""
        if obj is None:
            return ()
        return ("kind", "region") if obj.kind in OFFICES else ("kind", "region", "active")

    def formfield_for_choice_field(self, db_field, request: HttpRequest, **kwargs: Any):
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in OFFICES]  # units found themselves
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs: Any):
        if db_field.name == "region":
            kwargs["queryset"] = Region.objects.filter(level=Region.Level.CITY, bureau=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
