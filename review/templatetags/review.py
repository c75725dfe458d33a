"""Cells of the officers' lists. A page has two hundred: each as one tag, where a template takes ten steps for it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from review.flow import Mark
from review.registry import Column

register = template.Library()


@register.filter
def text_of(column: Column, case) -> str:
    """A declared column's text for one case."""
    return column.text(case)


@register.simple_tag
def cell(column: Column, case) -> SafeString:
    """A declared column's cell for one case, where plain text is enough."""
    kind = "num text-nowrap" if column.nowrap else ""
    return format_html('<td data-label="{}" class="{}">{}</td>', column.label, kind, column.text(case) or "—")


@register.simple_tag
def mark_cell(mark: Mark) -> SafeString:
    """The state of one stage of the path."""
    if mark.mark == "todo":
        kind, icon = "stage-mark", ""
    else:
        kind = f"stage-mark tone-{mark.tone}"
        icon = format_html('<i class="bi bi-{}" aria-hidden="true"></i>', mark.icon)
    label, words = mark.stage.column, mark.words
    return format_html('<td data-label="{}"><span class="{}">{}{}</span></td>', label, kind, icon, words)
