"""Text with formatting: what may stand in it, how it reads without its tags.

Cleaned when it is saved and again when it is shown (N01): what is wrong in the table does no harm on the page.
"""

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from urllib.parse import urlencode

import nh3
from django.core.signing import Signer
from django.urls import reverse

MAX_HTML = 60_000
PICTURE = re.compile(r"/news/files/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/")  # of our own, and nothing else
# to a browser a backslash is a slash, and tabs and line ends are nothing: without them it reads an address as we do
LINK = re.compile(r"(?:https?://|/)(?![/\\])[^\\\x00-\x1f\x7f]*")
UNSEEN = {"Cc", "Cf", "Cs", "Co"}
ALIGNED = {"text-start", "text-center", "text-end"}
TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s", "sub", "sup", "blockquote",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "a", "img", "figure", "figcaption",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt"}, "th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"},
    **{tag: {"class"} for tag in ("p", "h2", "h3", "h4", "figure")},
}  # fmt: skip
BLOCK_END = re.compile(r"</(?:p|h\d|li|tr|blockquote|figure|table)>|<br ?/?>|<hr ?/?>")
TAG = re.compile(r"<[^>]*>")
_out = Signer(salt="articles.out")


def _attribute(tag: str, name: str, value: str) -> str | None:
    match tag, name:
        case "img", "src":
            return value if PICTURE.fullmatch(value) else None
        case _, "class":
            return " ".join(one for one in value.split() if one in ALIGNED) or None
        case _, "colspan" | "rowspan":
            return value if value.isascii() and value.isdigit() and 0 < int(value[:4]) <= 20 else None
        case "a", "href":
            return value if LINK.fullmatch(value) else None
    return value


def clean(html: str) -> str:
    """`html` with nothing in it but what this module allows; a picture that is not ours goes with its tag."""
    return _clean(
        "".join(char for char in html if char in "\n\t" or unicodedata.category(char) not in UNSEEN), _attribute
    )


def _clean(html: str, attribute_filter: Callable[[str, str, str], str | None]) -> str:
    safe = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=attribute_filter, url_schemes={"http", "https"},
        link_rel="noopener nofollow", strip_comments=True,
    )  # fmt: skip
    return re.sub(r"<img(?![^>]*\ssrc=)[^>]*>", "", safe)


def shown(html: str) -> str:
    """A text as a page shows it: cleaned once more, and links to other sites by way of the page that says so (N03)."""

    def leading_out(tag: str, name: str, value: str) -> str | None:
        kept = _attribute(tag, name, value)
        if kept is None or (tag, name) != ("a", "href") or kept.startswith("/"):
            return kept
        return f"{reverse('articles:out')}?{urlencode({'to': _out.sign(kept)})}"

    return _clean(html, leading_out)


def leads_to(signed: str) -> str:
    """The address that `shown` has signed; raises `BadSignature` for one that stood in no text of ours."""
    return _out.unsign(signed)


class Rich(str):
    """Formatted text for a template, which draws it by way of `shown`: the one HTML of people's making on any page."""

    def __html__(self) -> str:
        return shown(self)


def plain(html: str) -> str:
    """The words alone, a line a block."""
    text = unescape(TAG.sub("", BLOCK_END.sub("\n", html)))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def pictures(html: str) -> set[str]:
    """Addresses of the pictures in a clean text."""
    return set(PICTURE.findall(html))


def pictures_without_words(html: str) -> int:
    """How many pictures have no alternative text."""
    return sum(not re.search(r'\salt="[^"\s][^"]*"', tag) for tag in re.findall(r"<img[^>]*>", html))
