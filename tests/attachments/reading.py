"""How the tests read a PDF: as a viewer draws it and as a program finds its text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pypdfium2
from PIL import Image
from pypdfium2 import raw

MM = 72 / 25.4


@dataclass(frozen=True)
class Glyph:
    text: str
    font: str
    left: float
    right: float
    baseline: float


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


def texts(data: bytes) -> list[str]:
    """The text of each page, without line ends and spaces."""
    with opened(data) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def images(data: bytes, dpi: int = 150) -> list[Image.Image]:
    with opened(data) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def glyphs(data: bytes, page: int = 0) -> list[Glyph]:
    """What stands on a page, character by character, in the order of the text."""
    found = []
    with opened(data) as document:
        text = document[page].get_textpage()
        for index in range(text.count_chars()):
            x, y, flags = raw.c_double(), raw.c_double(), raw.c_int()
            raw.FPDFText_GetCharOrigin(text.raw, index, x, y)
            name = raw.create_string_buffer(64)
            raw.FPDFText_GetFontInfo(text.raw, index, name, 64, flags)
            left, _, right, _ = text.get_charbox(index, loose=True)
            char = chr(raw.FPDFText_GetUnicode(text.raw, index))
            if "\udc00" <= char <= "\udfff":  # second half of a character beyond the first plane
                char = (found.pop().text + char).encode("utf-16", "surrogatepass").decode("utf-16")
            if not char.isspace():
                found.append(Glyph(char, name.value.decode(), left, right, round(y.value, 1)))
    return found


def lines(found: list[Glyph]) -> list[list[Glyph]]:
    """Glyphs by line, from the top."""
    by_height: dict[float, list[Glyph]] = {}
    for glyph in found:
        by_height.setdefault(glyph.baseline, []).append(glyph)
    return [sorted(line, key=lambda glyph: glyph.left) for _, line in sorted(by_height.items(), reverse=True)]
