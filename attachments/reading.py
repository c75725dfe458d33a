"""What stands on the pages of a scan: a guarded process looks (`read_pages.py`), here its answers get their meaning."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import qr

logger = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("read_pages.py")


@dataclass(frozen=True)
class Page:
    """One page as it lay in the scanner. `turn`: how far to the right it has to be turned to stand upright.

    `mark` is None where no code of ours could be read, or more than one.
    """

    mark: qr.Mark | None = None
    turn: int = 0
    blank: bool = False

    def to_json(self) -> list:
        mark = self.mark
        return [mark.code, mark.page, mark.pages, self.turn, 0] if mark else ["", 0, 0, self.turn, int(self.blank)]

    @classmethod
    def from_json(cls, row: list) -> "Page":
        code, page, pages, turn, blank = row
        return cls(qr.Mark(code, page, pages) if code else None, turn, bool(blank))


def read(pdf: Path, pictures: Path, count: int) -> Iterator[Page]:
    """The `count` pages of a PDF that `validation.inspect` has passed; a picture of each is left in `pictures`.

    A page that the reader dies of is a page without a code; the reader is started anew behind it.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    done = 0
    while done < count:
        for answer in _lines(pdf, pictures, done):
            done += 1
            yield answer
        if done < count:
            logger.warning("扫描件的一页无法读取：%s 第 %s 页", pdf.name, done + 1)
            done += 1
            yield Page()


def _lines(pdf: Path, pictures: Path, first: int) -> Iterator[Page]:
    command: list[str | Path] = [sys.executable, "-I", SCRIPT, pdf, pictures, str(first), qr.PATTERN]
    with subprocess.Popen(  # noqa: S603  our own script, on files that we named
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
    ) as child:
        try:
            for line in child.stdout or ():
                yield _page(json.loads(line))
        finally:
            child.kill()


def _page(told: dict) -> Page:
    marks = {mark for text in told["codes"] if (mark := qr.read(text))}
    return Page(marks.pop() if len(marks) == 1 else None, told["turn"], told["blank"])
