"""Forms that are written over days: saved with gaps, by one tab at a time, and only where the table allows."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.forms.choices import offer_terms
from accounts.forms.faults import Summed
from accounts.models import User
from accounts.widgets import LongText
from review.document import Sections
from review.models import Reviewed
from review.refusal import Problem, Refused

LONG = 200  # longer texts are typed in several lines
MOST = 20  # drafts of a kind of one account; nobody writes so many at once


class DraftForm(Summed, forms.ModelForm):
    """A model form laid out in `sections`. Gaps are allowed; what is wrong is said beside its field."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    sections: ClassVar[Sections]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        offer_terms(self)
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and (field.max_length or 0) > LONG:
                field.widget = LongText(attrs={"rows": 5, "maxlength": field.max_length})
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            if isinstance(field, forms.ModelMultipleChoiceField):
                field.widget = forms.CheckboxSelectMultiple(choices=field.choices)  # type: ignore[arg-type]
            elif isinstance(field, forms.ModelChoiceField):
                field.empty_label = "请选择"
            elif isinstance(field, forms.TypedChoiceField):
                choices: Any = field.choices
                field.choices = [("", "请选择"), *[choice for choice in choices if choice[0]]]
        self.helper = FormHelper()
        self.helper.form_tag, self.helper.disable_csrf = False, True
        self.helper.layout = Layout(
            "version",
            *(
                Fieldset(title, *(Field(name) for name in names), css_id=f"section-{number}")
                for number, (title, names) in enumerate(self.all_sections(), 1)
            ),
        )

    def all_sections(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return self.sections

    def values(self) -> dict:
        """The fields that are fit to be saved, wrong ones left out."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data}

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is not saved; a second click on a button has typed nothing more."""
        return self.is_bound and bool(set(self.changed_data) - {"version"})

    def mark(self, problems: Iterable[Problem], page: str) -> None:
        """Say beside its field what of a refusal is about one of this page, after the rest was saved."""
        for problem in problems:
            where, _, name = problem.url.partition("#id_")
            if where == page and name in self.fields:
                empty = self.cleaned_data.get(name) in (None, "", [])
                field = self.fields[name]
                self.add_error(name, field.error_messages["required"] if empty else f"{problem.message}。")

    def renew(self, version: int) -> None:
        """Make the page that may be shown again carry the version that was just saved."""
        data = self.data.copy()
        data["version"] = str(version)
        self.data = data


def untouched(owner: User, begun: models.QuerySet, blank: models.QuerySet, what: str, counted: str) -> Reviewed | None:
    """Of the drafts that a person has begun one that is still blank, to be taken up instead of a new one; asked in the
    transaction that makes it, where two clicks at once wait for each other. Raises `Refused` where there are MOST."""
    User.objects.select_for_update().get(pk=owner.pk)
    found = blank.first()
    if found is None and begun.count() >= MOST:
        raise Refused(f"未提交的{what}已有 {MOST} {counted}，请先提交，或接着填写已有的。")
    return found


@transaction.atomic
def save(
    case: Reviewed,
    *,
    actor: User,
    version: int,
    values: dict,
    form_of: Callable[[Any], models.Model] = lambda case: case,
) -> models.Model:
    """Write fields of a draft ({name: clean value}); `form_of` finds the row that holds them, beside the locked case.

    Returns that row. Raises `Refused` when the table does not allow it now, or when another tab has saved since.
    """
    locked = type(case).objects.select_for_update().owned_by(actor).get(pk=case.pk)
    if not locked.editable:
        raise Refused(f"当前状态为「{locked.state_label}」，不能修改。")
    row = form_of(locked)
    if row.version != version:
        raise Refused("这份表已在另一个窗口保存过，请刷新页面，核对后再保存。")
    many = {field.name for field in row._meta.many_to_many}
    single = [name for name in values if name not in many]
    for name in single:
        setattr(row, name, values[name])
    row.version, row.saved_at = version + 1, timezone.now()
    row.save(update_fields=[*single, "version", "saved_at"])
    for name in many & set(values):
        getattr(row, name).set(values[name])
    return row


def closed(
    request: HttpRequest, form: DraftForm, reason: str, *, away: HttpResponse, page: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer where nothing may be saved any more: `away`, or what was typed on its own page, to be copied."""
    if not form.unsaved:
        messages.warning(request, reason)
        return away
    messages.error(request, f"{reason} 您填写的内容没有保存，仍在本页上，请复制留存。")
    return page()


def empty_by_section(sections: Sections, missing: Iterable[Problem]) -> list[tuple[str, int]]:
    """(title, how many of its fields are still to be filled in) of each section."""
    empty = {problem.url.partition("#id_")[2] for problem in missing}
    return [(title, sum(name in empty for name in names)) for title, names in sections]


def autosaved(form: DraftForm, save: Callable[[], Any], sections: Callable[[], list[tuple[str, int]]]) -> JsonResponse:
    """Keep what is typed, without being asked: what is wrong stays unsaved, and is told when 「提交」 is pressed."""
    form.is_valid()
    if "version" not in form.cleaned_data:
        return refused_answer()
    try:
        return saved_answer(save(), sections())
    except Refused as refusal:
        return refused_answer(refusal.reason)


def saved_answer(row: Any, sections: list[tuple[str, int]]) -> JsonResponse:
    """What the page's script reads after saving by itself; `sections` are (title, how many are still empty)."""
    return JsonResponse(
        {
            "saved": timezone.localtime(row.saved_at).strftime("%H:%M"),
            "version": row.version,
            "missing": sum(count for _, count in sections),
            "missing_by_section": dict(sections),
        }
    )


def refused_answer(reason: str = "页面已过期，请刷新后再填。") -> JsonResponse:
    return JsonResponse({"message": reason}, status=409)


def seen_of(request: HttpRequest, name: str = "seen") -> int:
    """What the page showed (hidden `seen`, or another number by its name); anything but a number matches no case."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
