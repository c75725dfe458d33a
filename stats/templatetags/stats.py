"""Cells of the tables of numbers: a page has hundreds, each as one tag."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from stats.measures import Measure
from stats.selectors import Cell, Row

register = template.Library()


@register.simple_tag
def number(cell: Cell) -> SafeString:
    """A number that leads to the list it counts."""
    kind = "" if cell.number else "is-zero"
    return format_html('<a class="{}" href="{}">{}</a>', kind, cell.url, f"{cell.number:,}")


@register.simple_tag
def number_cell(row: Row, measure: Measure) -> SafeString:
    return format_html("<td>{}</td>", number(row.cells[measure]))
