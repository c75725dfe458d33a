"""QR codes for paper: version 3, level M, quiet zone of 4 modules, so that 25 mm survive a poor scan."""

import re
from dataclasses import dataclass

import segno
from django.conf import settings

MAX_BYTES = 40
LENGTH = 12  # of a code
# What stands in a code of ours: an address of any time (the site may have moved since), or the bare code.
PATTERN = r"(?:KTP:|https?://[!-~]+/v/)([0-9A-Z]{12})(?:-([0-9]{1,3})-([0-9]{1,3}))?"
_PAGE = re.compile(r"-[0-9]{1,3}[-/][0-9]{1,3}$")


@dataclass(frozen=True)
class Mark:
    """What a page says of itself: the code of its sheet, which page it is, of how many (0: paper of before)."""

    code: str
    page: int = 0
    pages: int = 0


def payload(code: str) -> str:
    """What the QR code of a document says: its public address, or the bare code where the address is too long."""
    address = f"{settings.BASE_URL}/v/{code}"
    return address if len(address.encode()) <= MAX_BYTES else f"KTP:{code}"


def of_page(payload: str, page: int, pages: int) -> str:
    """The payload of one page of a document."""
    place = f"-{page}-{pages}"
    fits = len(payload.encode()) + len(place) <= MAX_BYTES
    return (payload if fits else f"KTP:{payload.rpartition('/')[2]}") + place


def read(text: str) -> Mark | None:
    """What a QR code on paper says, if it is one of ours."""
    if (found := re.fullmatch(PATTERN, text)) is None:
        return None
    code, page, pages = found[1], int(found[2] or 0), int(found[3] or 0)
    if pages and not 1 <= page <= pages:
        return None
    return Mark(code, page, pages)


def typed(text: str) -> str:
    """The code as somebody copied it from paper or from an address: without spaces, hyphens and the page."""
    text = "".join(text.upper().split())
    code = _PAGE.sub("", text).replace("-", "")
    return code if len(code) == LENGTH else text.replace("-", "")


def svg_data_uri(text: str) -> str:
    """`text` as a QR code, an SVG image for `<img src>` that scales to any size."""
    if not 0 < len(text.encode()) <= MAX_BYTES:
        raise ValueError(f"二维码内容须为 1 至 {MAX_BYTES} 字节：{text!r}")
    # Always version 3 (holds 42 bytes at level M): one module size on every sheet. Readers take any mask; to choose
    # the smoothest of eight would take 3 ms a page, and gains a tenth of its penalty points.
    return segno.make(text, version=3, error="m", micro=False, mask=5).svg_data_uri(border=4, omitsize=True)
