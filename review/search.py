"""Searching in Chinese by words, on any table that keeps a text of pairs of signs in its column `search`.

On PostgreSQL such a column has an index over groups of three letters (pg_trgm); SQLite reads all rows.
"""

import unicodedata
from typing import Self

from django.conf import settings
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.http import HttpRequest

from accounts import limits
from accounts.access import client_ip

MAX_SEARCH = 50
NEAR = 500  # rows that a search looks through by themselves before it asks the index of words


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(char if unicodedata.category(char)[0] in "LN" else " " for char in folded)


def text_of(*texts: str) -> str:
    """What a search looks in: every pair of neighbouring signs as a word of its own.

    So an index over three-letter groups (pg_trgm) serves two-letter Chinese words too: 「 茶叶 」 has three of them.
    """
    pairs: dict[str, None] = {}
    for run in _letters(" ".join(texts)).split():
        pairs.update(dict.fromkeys([run] if len(run) == 1 else (run[n : n + 2] for n in range(len(run) - 1))))
    return f" {' '.join(pairs)} "


def parts_of(words: str) -> list[str]:
    """What must stand in the search text, one by one, for the words to be found; a single sign may begin any pair."""
    parts: list[str] = []
    for run in _letters(words[:MAX_SEARCH]).split():
        parts += [f" {run}"] if len(run) == 1 else [f" {run[n : n + 2]} " for n in range(len(run) - 1)]
    return list(dict.fromkeys(parts))


TOO_OFTEN = "来自同一网络的搜索过多，请过一小时再试；各栏目仍可以翻看。"


def too_often(request: HttpRequest) -> bool:
    """Count a search of the public; True when it is one too many in this hour (N05).

    Words alone are counted: a page of a list is one range of an index, wherever it begins, and a limit on it would shut
    out an office behind one address.
    """
    who = f"user-{request.user.pk}" if request.user.is_authenticated else client_ip(request)
    return limits.exceeded("search", who, limit=settings.SEARCHES_PER_HOUR)


class Searched(QuerySet):
    """Rows that are found by words."""

    def found(self, words: str) -> Self:
        """Those whose text contains what is searched for."""
        return self.filter(*(Q(search__contains=part) for part in parts_of(words)))

    def found_near(self, words: str) -> Self:
        """The same of the first rows in their order, which a time comes first in: a word that many have is found there
        at once, where its index would hand over all of them to be sorted. A range and an expression leave PostgreSQL no
        other way."""
        first = self.query.order_by[0]
        column, side = first.removeprefix("-"), "gte" if first.startswith("-") else "lte"
        edge = list(self.values_list(column, flat=True)[NEAR : NEAR + 1])
        near = self.filter(**{f"{column}__{side}": edge[0]}) if edge else self
        read = near.annotate(read=Concat("search", Value(""), output_field=TextField()))
        return read.filter(*(Q(read__contains=part) for part in parts_of(words)))
