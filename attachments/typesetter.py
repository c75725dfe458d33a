"""WeasyPrint as we use it: our fonts only, Chinese justified, nothing fetched. Import it through `attachments.pdf`.

WeasyPrint takes a second and 50 MB to import, so the web process pays for it with the first PDF, not at the start.
`python -m attachments.typesetter` is one hand of the press (`attachments.press`): a process that does nothing else.
"""

import json
import logging
import os
import re
import resource
import signal
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.images import get_image_from_uri
from weasyprint.layout import inline
from weasyprint.pdf import fonts as pdf_fonts
from weasyprint.pdf.stream import Stream
from weasyprint.text import line_break
from weasyprint.text.ffi import TO_UNITS, ffi, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from . import qr

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent
FONTS = {f"ktp:{path.name}": path for path in (HERE / "fonts").glob("*.ttf")}
SECONDS, MEMORY = 20, 800 * 1024**2  # for one sheet by a hand of the press; a plain one takes 0.2 s (P01)


class OwnFilesOnly(URLFetcher):
    """Serves our fonts and images written into the page itself. No network, no file of the machine."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url in FONTS:
            return URLFetcherResponse(url, FONTS[url].read_bytes(), {"Content-Type": "font/ttf"})
        if url.startswith(("data:image/svg+xml", "data:image/png")):
            return super().fetch(url, headers)
        raise ValueError(f"PDF 中不允许引用 {url[:80]}")


# Chinese justification. WeasyPrint 70 stretches only spaces, which Chinese has none of: the right edge stays ragged.
# Here a line opens around every Chinese character as well; only the drawing changes, not where lines break.
# Pango sets one half of the gap on each side of a character, and none at the ends of a text.
CHINESE = "[\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\U00020000-\U0003ffff]"
OPENS = re.compile(f"[ \u00a0]|{CHINESE}")


def count_gaps(box: boxes.Box) -> float:
    if isinstance(box, boxes.TextBox):
        places = [match.start() for match in OPENS.finditer(box.text)]
        return len(places) - ((0 in places) + (len(box.text) - 1 in places)) / 2
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        return sum(count_gaps(child) for child in box.children)
    return 0


set_text = line_break.Layout.set_text


def set_text_with_gaps(self: line_break.Layout, text: str, justify: bool = False) -> None:
    gap = self.justification_spacing
    if not (justify and gap):
        return set_text(self, text, justify)
    self.justification_spacing = 0
    try:
        set_text(self, text, justify)
    finally:
        self.justification_spacing = gap
    attributes = pango.pango_layout_get_attributes(self.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    spacing = self.style["letter_spacing"]
    units = int(((0 if spacing == "normal" else spacing) + gap) * TO_UNITS)
    for match in OPENS.finditer(self.text):
        attribute = pango.pango_attr_letter_spacing_new(units)
        attribute.start_index = len(self.text[: match.start()].encode())
        attribute.end_index = attribute.start_index + len(match[0].encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(self.layout, attributes)


inline.count_expandable_spaces = count_gaps
line_break.Layout.set_text = set_text_with_gaps

# Next to a gap WeasyPrint writes empty strings, after which Chrome (pdfium) forgets the last gap of a run.
show_text = Stream.show_text
Stream.show_text = lambda self, text: show_text(self, text.replace("<>", " "))


# Without libharfbuzz-subset0 on the machine WeasyPrint subsets with fontTools: seconds instead of a tenth.
if pdf_fonts.harfbuzz_subset is None:
    import uharfbuzz

    UNUSED_TABLES = [int.from_bytes(tag) for tag in (b"BASE", b"DSIG", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT")]

    def subset(self: pdf_fonts.Font, to_unicode: dict[int, str], hinting: bool) -> None:
        if not to_unicode:
            return
        flags = uharfbuzz.SubsetFlags
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(to_unicode)
        wanted.drop_table_tag_set.update(UNUSED_TABLES)
        wanted.flags = flags.RETAIN_GIDS | flags.PASSTHROUGH_UNRECOGNIZED | flags.NO_HINTING
        if self.missing:
            wanted.flags |= flags.NOTDEF_OUTLINE
        self.file_content = uharfbuzz.subset(uharfbuzz.Face(self.file_content, self.index), wanted).blob.data

    pdf_fonts.Font.subset = subset


@cache
def sheet() -> str:
    return (HERE / "print.css").read_text(encoding="utf-8")


@cache
def font_configuration() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=16)
def parsed(css: str) -> CSS:
    # Without font_config, @font-face rules would be ignored in silence.
    return CSS(string=css, font_config=font_configuration(), url_fetcher=OwnFilesOnly())


@cache
def characters() -> frozenset[int]:
    """Every character that one of our fonts can draw."""
    drawn: set[int] = set()
    for path in FONTS.values():
        with TTFont(path, lazy=True) as font:
            drawn |= set(font.getBestCmap())
    return frozenset(drawn)


def write(html: str, css: str) -> bytes:
    document = HTML(string=html, url_fetcher=OwnFilesOnly())
    for element in document.etree_element.iter():
        element.attrib.pop("rel", None)  # neither rel=stylesheet nor rel=attachment: what counts is given by the caller
    lacking = {ord(char) for char in "".join(document.etree_element.itertext()) if char.isprintable()} - characters()
    if lacking:
        logger.warning("PDF 字体缺字：%s", " ".join(f"{chr(code)} U+{code:04X}" for code in sorted(lacking)))
    sheets = [parsed(text) for text in (sheet(), css) if text]
    typeset = document.render(stylesheets=sheets, font_config=font_configuration())
    tell_pages_apart(typeset)
    return typeset.write_pdf()


def tell_pages_apart(document: Document) -> None:
    """A running footer is the same on all pages; here each page's QR code gets its number, and how many there are."""
    for number, page in enumerate(document.pages, 1):
        for box in page._page_box.descendants():
            if isinstance(box, boxes.ReplacedBox) and (payload := box.element.get("data-qr")):
                uri = qr.svg_data_uri(qr.of_page(payload, number, len(document.pages)))
                box.replacement = get_image_from_uri({}, document.url_fetcher, {}, uri)


def serve() -> None:
    """Typeset what is asked for, a line of JSON each; the answer is a line each: empty, or what went wrong.

    What hangs is ended by the alarm, what eats memory by its limit: the press hears that this hand is dead.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        html, target = json.loads(line)
        fault = ""
        signal.alarm(SECONDS)
        try:
            with open(target, "wb") as file:
                file.write(write(html, ""))
                file.flush()
                os.fsync(file.fileno())
        except MemoryError:
            signal.raise_signal(signal.SIGKILL)
        except BaseException as error:  # WeasyPrint's fatal fetch error is none of Exception (P03)
            fault = type(error).__name__  # the message might hold somebody's number
        signal.alarm(0)
        sys.stdout.write(fault + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
