"""What a form of the admin changed, in the words of its screen: [label, old, new] for each field."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils import timezone

EMPTY = "（空）"
LONGEST = 200
Change = list[str]  # label, old, new


def of_form(form: forms.BaseForm) -> list[Change]:
    return [
        [str(form[name].label), _told(form.fields[name], form[name].initial), _told(form.fields[name], new)]
        for name in form.changed_data
        if (new := form.cleaned_data.get(name, EMPTY)) is not EMPTY
    ]


def of_formset(formset: forms.BaseModelFormSet) -> Iterable[tuple[Model, list[Change]]]:
    """(row, what became of it) of each row that was added, changed or taken away."""
    for form in formset.forms:
        row = form.instance
        name = str(row._meta.verbose_name)
        if form in formset.extra_forms:
            if form.has_changed() and not formset._should_delete_form(form):
                yield row, [[name, EMPTY, str(row)]]
        elif formset._should_delete_form(form):
            yield row, [[name, str(row), EMPTY]]
        elif form.has_changed():
            yield row, [[f"{name}「{row}」{label}", old, new] for label, old, new in of_form(form)]


def sentence(changes: Iterable[Change]) -> str:
    return "；".join(f"{label} {old} → {new}" for label, old, new in changes)


def _told(field: forms.Field, value: Any) -> str:
    """A field's value as the screen shows it."""
    match value:
        case None | "":
            return EMPTY
        case bool():
            return "是" if value else "否"
        case datetime():
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
        case QuerySet() | list() | tuple():
            return "、".join(sorted(_told(field, one) for one in value))[:LONGEST] or EMPTY
    if isinstance(field, forms.ModelChoiceField):
        row = value if isinstance(value, Model) else field.queryset.model._base_manager.filter(pk=value).first()
        return str(field.label_from_instance(row)) if row else EMPTY
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    return str(value)[:LONGEST]
