"""Choices from dictionaries and regions."""

from typing import Any, ClassVar

from django import forms
from django.db import models

from accounts.models import Region, Term


def offer_terms(form: forms.ModelForm) -> None:
    """Of each dictionary what is in use today, and what this row has chosen before."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField) and field.queryset.model is Term:
            if not isinstance(field, forms.ModelMultipleChoiceField):
                chosen = models.Q(pk=getattr(form.instance, f"{name}_id"))
            elif form.instance.pk:
                chosen = models.Q(pk__in=getattr(form.instance, name).values("pk"))
            else:
                chosen = models.Q()
            field.queryset = field.queryset.filter(Term.in_use() | chosen if chosen else Term.in_use())


def group_by_city(field: forms.Field, cities: models.QuerySet, *, whole: bool = False) -> None:
    """Counties under the names of their cities: usable without a script, narrowed by it. `whole`: cities too."""
    field.queryset = field.queryset.filter(active=True)
    groups: dict[str, list] = {city.name: [(city.pk, city.name)] if whole else [] for city in cities}
    for county in field.queryset.filter(level=Region.Level.COUNTY).select_related("parent"):
        if not (whole and county.name == county.parent.name):
            groups.setdefault(county.parent.name, []).append((county.pk, county.name))
    field.choices = [("", "请选择"), *groups.items()]


class LinkedRegions:
    """Beside a model form: pairs of (city, county) fields named in `REGIONS` are linked choices, and the county must
    lie in the city."""

    REGIONS: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = Region.objects.filter(level=Region.Level.CITY, active=True)
        for city, county in self.REGIONS:
            group_by_city(self.fields[county], cities)
            if city in self.fields:
                self.fields[county].widget.attrs["data-cascade"] = f"id_{city}"

    def clean(self) -> dict:
        super().clean()
        for city, county in self.REGIONS:
            chosen, within = self.cleaned_data.get(city), self.cleaned_data.get(county)
            if chosen and within and within.parent_id != chosen.pk:
                self.add_error(county, f"所选县（市、区）不属于{self.fields[city].label}，请重新选择。")
        return self.cleaned_data
