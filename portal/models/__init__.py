from portal.articles.models import (
    Article,
    ArticleFile,
    ArticleHandling,
    ArticleRevision,
    ArticleStep,
    ArticleText,
    Publication,
)
from portal.issuing.models import Issuance
from portal.models.menu import MenuItem
from portal.publicity.models import NameNotice, NameRow, Objection

__all__ = [
    "Article", "ArticleFile", "ArticleHandling", "ArticleRevision", "ArticleStep", "ArticleText", "Issuance",
    "MenuItem", "NameNotice", "NameRow", "Objection", "Publication",
]  # fmt: skip
