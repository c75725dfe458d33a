"""An article as its revision freezes it: texts that can be compared."""

from django.utils import timezone

from portal.articles import richtext
from portal.articles.models import Article
from review.document import Document, Field, Section

SECTIONS = (("内容", ("channel", "title", "summary", "body")), ("发布", ("publish_at", "expires_at")))
REQUIRED = ("title", "summary", "body")


def text_of(article: Article, name: str) -> str:
    value = getattr(article, name)
    match name:
        case "channel":
            return article.get_channel_display()
        case "body":
            return richtext.plain(value)
        case "publish_at" | "expires_at":
            return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "无"
    return value


def article_document(article: Article) -> Document:
    source = Field("source", "来源", article.source.name)
    sections = [
        Section(title, tuple(Field(name, str(article._meta.get_field(name).verbose_name), text_of(article, name),
                                   wide=name in ("title", "summary", "body")) for name in names))
        for title, names in SECTIONS
    ]  # fmt: skip
    return Document("", (Section(sections[0].title, (source, *sections[0].fields)), *sections[1:]))
