"""Many sheets at once: hands, processes that only typeset, put into the store what is not there yet.

WeasyPrint keeps one core busy, and a sheet made to exhaust it must exhaust nobody else: threads help with neither.
Memory does not grow with the pile: a few sheets a hand are on their way, the others wait to be asked for.
"""

import json
import logging
import select
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.conf import settings

from attachments import sheets

logger = logging.getLogger(__name__)
AHEAD = 4  # sheets a hand that are made ready before their turn
T = TypeVar("T")


@dataclass
class Sheet(Generic[T]):
    """One of the pile: `of` what, its page, where its PDF goes; `lost`: it could not be typeset."""

    of: T
    page: str
    place: Path
    done: bool = False
    lost: bool = False


class Hand:
    """A process that typesets one sheet after the other: the other side is `attachments.typesetter.serve`."""

    def __init__(self, draft: Path) -> None:
        self.draft = draft
        self.sheet: Sheet | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "attachments.typesetter"],
            cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def fileno(self) -> int:
        return self.process.stdout.fileno()

    def give(self, sheet: Sheet) -> bool:
        """False when it is dead."""
        try:
            self.process.stdin.write(json.dumps([sheet.page, str(self.draft)]) + "\n")
        except BrokenPipeError:
            return False
        self.sheet = sheet
        return True

    def take(self) -> bool:
        """Put what it has made in its place; False when it has died over it."""
        sheet, answer = self.sheet, self.process.stdout.readline()
        self.sheet, sheet.done = None, True
        if answer == "\n":
            sheet.place.parent.mkdir(parents=True, exist_ok=True)
            self.draft.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            self.draft.rename(sheet.place)  # the hand has flushed it to the disk: whole, or not there
        else:
            logger.warning("PDF 排版失败：%s，%s", sheet.place.stem, answer.strip() or "超出时间或内存限制")
            sheet.lost = True
        return bool(answer)

    def bury(self) -> None:
        """It has died. Raises when it has given up by itself: then the next one would too."""
        code = self.process.wait()
        self.stop()
        if code > 0:
            raise RuntimeError("PDF 排版进程未能启动")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        with suppress(BrokenPipeError):  # of what it never read
            self.process.stdin.close()


class Press:
    """`with Press(folder) as press: for thing, place in press.through(pairs): …`; drafts lie in `folder`."""

    def __init__(self, folder: Path, size: int = 0) -> None:
        self.folder, self.size = folder, size or settings.PDF_PROCESSES
        self.hands: list[Hand] = []
        self.numbers = count()

    def __enter__(self) -> "Press":
        return self

    def __exit__(self, *fault: Any) -> None:
        for hand in self.hands:
            hand.stop()

    def through(self, pairs: Iterable[tuple[T, str | Path]]) -> Iterator[tuple[T, Path | None]]:
        """(what, its page) in, (what, its PDF) out, in the same order; None where it could not be typeset.

        A PDF that is there already goes through in its turn.
        """
        line, waiting, pairs, more = deque[Sheet[T]](), deque[Sheet[T]](), iter(pairs), True
        while more or line:
            while more and len(line) < self.size * AHEAD:
                if more := (pair := next(pairs, None)) is not None:
                    line.append(self._begun(*pair))
                    if not line[-1].done:
                        waiting.append(line[-1])
                        self._hand_out(waiting)
            while line and line[0].done:
                sheet = line.popleft()
                yield sheet.of, None if sheet.lost else sheet.place
            if line:
                self._listen()
                self._hand_out(waiting)

    def _begun(self, of: T, page: str | Path) -> Sheet[T]:
        if isinstance(page, Path):
            return Sheet(of, "", page, done=True, lost=not page.exists())
        place = sheets.place_of(page)
        return Sheet(of, page, place, done=place.exists())

    def _hand_out(self, waiting: deque[Sheet]) -> None:
        while waiting and (hand := self._idle()):
            if hand.give(waiting[0]):
                waiting.popleft()
            else:
                self.hands.remove(hand)
                hand.bury()

    def _idle(self) -> Hand | None:
        if len(self.hands) < self.size:
            self.hands.append(Hand(self.folder / f"sheet-{next(self.numbers)}.pdf"))
        return next((hand for hand in self.hands if hand.sheet is None), None)

    def _listen(self) -> None:
        """Until at least one sheet is done."""
        for hand in select.select([hand for hand in self.hands if hand.sheet], [], [])[0]:
            if not hand.take():
                self.hands.remove(hand)
                hand.bury()
