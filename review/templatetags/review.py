from django import template

from review.registry import Column

register = template.Library()


@register.filter
def text_of(column: Column, case) -> str:
    """A declared column's text for one case."""
    return column.text(case)
