"""Printed sheets: each typeset once, then kept on the disk under the hash of all that makes it what it is.

What it says is its HTML: texts, template, version, code on the foot. How it looks is `edition`. So a new version,
numbers shown or masked, a changed template or style each have a name of their own, and nobody gets another (P06, P07).
The folder needs no backup and may be emptied at any time: what is missing is typeset again.
"""

import hashlib
import time
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from attachments import pdf, storage

HERE = Path(__file__).parent
KEPT = timedelta(days=400)  # without being read; longer than a round of applications


@cache
def edition() -> bytes:
    """Style, fonts, typesetter and its library, as one hash."""
    digest = hashlib.sha256(version("weasyprint").encode())
    for path in (*sorted((HERE / "fonts").glob("*.ttf")), HERE / "print.css", HERE / "typesetter.py", HERE / "qr.py"):
        digest.update(path.read_bytes())
    return digest.digest()


def place_of(html: str) -> Path:
    """Where the PDF of a page lies, or would lie."""
    key = hashlib.sha256(edition() + html.encode()).hexdigest()
    return _store() / key[:2] / f"{key}.pdf"


def _store() -> Path:
    return Path(settings.MEDIA_ROOT) / "sheets"


def printed(html: str) -> Path:
    """The PDF of a page: the one that is kept, or else one typeset now."""
    place = place_of(html)
    if not place.exists():
        with storage.workplace() as folder:
            fresh = folder / "sheet.pdf"
            fresh.write_bytes(pdf.render(html))
            storage.keep(fresh, place)
    return place


def expire() -> int:
    """Remove what nobody has read for long: older versions, and what a changed style has left behind."""
    count, before = 0, time.time() - KEPT.total_seconds()
    for path in _store().glob("*/*.pdf"):
        if max(path.stat().st_atime, path.stat().st_mtime) < before:
            path.unlink(missing_ok=True)
            count += 1
    return count
