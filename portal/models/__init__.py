from portal.articles.models import (
    Article,
    ArticleFile,
    ArticleHandling,
    ArticleRevision,
    ArticleStep,
    ArticleText,
    Publication,
)
from portal.models.menu import MenuItem

__all__ = [
    "Article", "ArticleFile", "ArticleHandling", "ArticleRevision", "ArticleStep", "ArticleText", "MenuItem",
    "Publication",
]  # fmt: skip
