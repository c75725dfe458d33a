"""Query conditions of a list: declared names and types, kept in the address; nothing else reaches the ORM (I04)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import ClassVar

from django import forms
from django.core.cache import cache
from django.db.models import F, Q
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

KEPT = 30  # seconds


@dataclass(frozen=True)
class Chip:
    """A chosen condition; `url` is the same list without it."""

    label: str
    text: str
    url: str


class QuickSelect(forms.Select):
    """A select over rows that are called by their `name`.

    A query bar has 300 options, the same for everybody: asked for and drawn anew with each page, they took as long as
    the list below them. Where nothing is chosen they are kept for KEPT seconds under `key`, so a new word of a
    dictionary may take as long to appear.
    """

    key = ""

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        chosen = self.format_value(value)
        kept = self.key and not any(chosen)
        drawn = partial(self._drawn, chosen)
        options = cache.get_or_set(self.key, lambda: drawn(self._options()), KEPT) if kept else drawn(self._options())
        attributes = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", attributes, options)

    def _drawn(self, chosen: Sequence[str], options: Iterable[tuple[object, object]]) -> SafeString:
        return format_html_join("\n", "{}", ((self._row(chosen, key, label),) for key, label in options))

    def _row(self, chosen: Sequence[str], key: object, label: object) -> SafeString:
        """One option; a list in the place of its label is the options under a name."""
        if isinstance(label, list):
            return format_html('<optgroup label="{}">{}</optgroup>', key, self._drawn(chosen, label))
        mark = " selected" if str(key) in chosen else ""
        return format_html('<option value="{}"{}>{}</option>', key, mark, label)

    def use_required_attribute(self, initial) -> bool:
        return False  # no condition is required; Django would run through the options to find out

    def _options(self) -> Iterable[tuple[object, str]]:
        if not isinstance(self.choices, ModelChoiceIterator):
            return self.choices  # type: ignore[return-value]
        return chain([("", self.choices.field.empty_label)], self.choices.queryset.values_list("pk", "name"))


class CaseFilter(forms.Form):
    """Subclasses declare fields; `LOOKUPS` says what each means on the case. Unknown and wrong values are ignored.

    Two conditions come by links alone and stand as chips: `current`, the version that lives; `without`, one of the
    conditions of EMPTY for which the case has no value.
    """

    LOOKUPS: ClassVar[dict[str, str]] = {}
    LASTING: ClassVar[tuple[str, ...]] = ()  # true of every version of a case; the others ask about the one that lives
    MAIN: ClassVar[tuple[str, ...]] = ()  # stand on the first line; the rest behind 「更多条件」
    EMPTY: ClassVar[tuple[str, ...]] = ()

    current = forms.ChoiceField(label="版本", required=False, choices=(("1", "现行版本"),), widget=forms.HiddenInput)
    without = forms.ChoiceField(label="未填写", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, process) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.process = process
        for name, field in self.fields.items():
            if isinstance(field, forms.ChoiceField) and not field.widget.is_hidden:
                field.widget = QuickSelect(attrs=field.widget.attrs, choices=field.choices)  # type: ignore[arg-type]
                field.widget.key = f"options:{type(self).__name__}:{process and process.code}:{name}"
            if isinstance(field.widget, forms.TextInput) and self.LOOKUPS.get(name, "").endswith("startswith"):
                field.widget.attrs["placeholder"] = "从第一个字输入"
        if "state" in self.fields:
            self.fields["state"].choices = [("", "全部"), *process.states]
        self.fields["without"].choices = [(name, str(self.fields[name].label)) for name in self.EMPTY]

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        """What one condition asks of a case, or of a row that leads to one (`prefix="case__"`)."""
        if name == "current":
            return Q()  # of the case itself nothing: `q_of_records` compares the version a desk has
        if name == "without":
            return Q(**{f"{prefix}{cls.LOOKUPS[str(value)]}__isnull": True})
        return Q(**{prefix + cls.LOOKUPS[name]: value})

    def chosen(self) -> dict[str, object]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    @property
    def by_words(self) -> bool:
        """Whether a text is searched, which no index of a desk's records has."""
        return any(self.LOOKUPS.get(name, "").endswith(("startswith", "contains")) for name in self.chosen())

    def q(self, prefix: str = "") -> Q:
        """The conditions for a queryset of cases, or of rows that lead to one (`prefix="case__"`)."""
        return Q(*(self.condition(name, value, prefix) for name, value in self.chosen().items()))

    def q_of_records(self) -> Q:
        """The conditions for rows of Handling. A desk with an older version can't ask what became of it (W06)."""
        chosen = self.chosen()
        lasting = set(chosen) <= set(self.LASTING)
        indexed = Q(state=chosen["state"]) if "state" in chosen else Q()  # said twice, for the index of Handling
        return self.q("case__") & indexed & (Q() if lasting else Q(revision=F("case__revision_number")))

    def query(self, **changes) -> str:
        """The address's query part with the valid conditions and `changes`; None drops one."""
        chosen = self.chosen()
        query = QueryDict(mutable=True)
        for name in self.fields:
            if name in chosen:
                query[name] = self.data.get(name, "")
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return query.urlencode()

    def chips(self) -> list[Chip]:
        def text(name: str, value: object) -> str:
            if not isinstance(value, str):
                return str(value)  # a row knows its name: its field's choices would be asked of the database
            return str(dict(getattr(self.fields[name], "choices", ())).get(value, value))

        return [
            Chip(str(self.fields[name].label), text(name, value), "?" + self.query(**{name: None}))
            for name, value in self.chosen().items()
        ]

    @property
    def main_fields(self):
        return [self[name] for name in self.fields if name in self.MAIN]

    @property
    def more_open(self) -> bool:
        """Whether something behind 「更多条件」 has to be put right."""
        return any(field.errors for field in self.more_fields)

    @property
    def more_fields(self):
        return [field for field in self.visible_fields() if field.name not in self.MAIN]
