"""The tables of every page of numbers, as a person has them."""

from collections.abc import Iterator
from itertools import product

from django.http import QueryDict

from accounts.models import User
from review import registry
from review.selectors import records
from stats import selectors
from stats.lists import PAGES
from stats.measures import (
    DIMENSIONS,
    Audience,
    Dimension,
    Measure,
    audiences_of,
    countable,
)

BY = {one.key: one for one in DIMENSIONS}


def views(user: User) -> Iterator[tuple[Audience, Dimension]]:
    """Every page of numbers that is declared for this person, by every dimension."""
    for audience in audiences_of(user):
        yield from ((audience, by) for by in audience.dimensions)


def counted_by(user: User, audience: Audience, by: Dimension, given: dict) -> tuple[Measure, ...]:
    return tuple(one for one in audience.measures if countable(one, by, given, user))


def table_of(user: User, audience: Audience, by: Dimension, given: dict) -> selectors.Table:
    return selectors.table(user, audience, counted_by(user, audience, by, given), by, given)


def numbers(table: selectors.Table) -> dict[tuple[str, str], int]:
    return {
        (measure.key, row.choice.value): row.number(measure)
        for row, measure in product(table.rows, table.measures)
        if row.number(measure)
    }


def listed(user: User, url: str) -> int:
    """How many rows the page of this address goes through."""
    path, _, query = url.partition("?")
    *_, room, last = path.strip("/").split("/")
    if room == "list":
        page = PAGES[last]
        conditions = page.filters(QueryDict(query), process=page.process)
        return page.rows(user).filter(conditions.q(page.prefix)).count()
    process = registry.get(room)
    conditions = process.filters(QueryDict(query), process=process)
    return records(process, user).filter(conditions.q_of_records()).count()
