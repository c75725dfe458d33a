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

__all__ = [
    "Article", "ArticleFile", "ArticleHandling", "ArticleRevision", "ArticleStep", "ArticleText", "Issuance",
    "MenuItem", "Publication",
]  # fmt: skip
