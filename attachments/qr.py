"""QR codes for paper: version 3, level M, quiet zone of 4 modules, so that 25 mm survive a poor scan."""

import segno
from django.conf import settings

MAX_BYTES = 40


def payload(code: str) -> str:
    """What the QR code of a document says: its public address, or the bare code where the address is too long."""
    address = f"{settings.BASE_URL}/v/{code}"
    return address if len(address.encode()) <= MAX_BYTES else f"KTP:{code}"


def svg_data_uri(text: str) -> str:
    """`text` as a QR code, an SVG image for `<img src>` that scales to any size."""
    if not 0 < len(text.encode()) <= MAX_BYTES:
        raise ValueError(f"二维码内容须为 1 至 {MAX_BYTES} 字节：{text!r}")
    # Always version 3 (holds 42 bytes at level M): one module size on every sheet.
    return segno.make(text, version=3, error="m", micro=False).svg_data_uri(border=4, omitsize=True)
