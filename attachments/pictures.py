"""Pictures of a PDF's pages, to be looked at in any browser, a phone's too; drawn once, by a guarded process.

They lie under the name of their PDF, which never changes, and may be removed at any time.
"""

import logging
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from attachments import storage

logger = logging.getLogger(__name__)
SECONDS = 90
KEPT = timedelta(days=30)


def of(pdf: Path) -> list[Path]:
    """One picture a page; none where the PDF can't be drawn."""
    place = _store() / pdf.stem[:2] / pdf.stem
    if not place.is_dir():
        with storage.workplace() as work:
            drawn = work / "pages"
            drawn.mkdir()
            if not _draw(pdf, drawn):
                return []
            place.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # somebody else was first
                drawn.rename(place)
    return sorted(place.glob("*.jpg"))


def _draw(pdf: Path, folder: Path) -> bool:
    script = Path(__file__).with_name("draw_pages.py")
    try:
        subprocess.run(  # noqa: S603  our own script, on files that we named
            [sys.executable, "-I", script, pdf, folder], capture_output=True, check=True, timeout=SECONDS, env={}
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        logger.warning("PDF 页面未能绘出：%s %s", pdf.stem, (fault.stderr or b"")[-300:].decode(errors="replace"))
        return False
    return True


def expire() -> int:
    """Remove what was drawn long ago: it is drawn again when somebody looks."""
    before = time.time() - KEPT.total_seconds()
    old = [folder for folder in _store().glob("*/*") if folder.stat().st_mtime < before]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _store() -> Path:
    return Path(settings.MEDIA_ROOT) / "pictures"
