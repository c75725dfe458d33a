"""A stream of scanned pages, from one file or many, falls into documents by the codes on the pages.

Pages of one code belong together wherever they lie; their numbers say what is missing or doubled. What has no code is
nobody's, with one exception: a gap in an orderly pile that exactly its pages fill. Knows codes, not whose they are.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from .reading import Page


@dataclass(frozen=True)
class Placed:
    """A page in a document: `at` is its place in the stream. `guessed`: its neighbours say so, not its own code."""

    at: int
    turn: int
    guessed: bool = False


@dataclass(frozen=True)
class Document:
    """`missing`, `doubled`, `beyond` are numbers of pages; `counted`: it is known how many its sheet has; `shuffled`:
    the numbers do not rise."""

    code: str
    pages: tuple[Placed, ...]
    missing: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    beyond: tuple[int, ...] = ()
    counted: bool = True
    shuffled: bool = False


def sort(files: Sequence[Sequence[Page]]) -> list[Document]:
    """The documents, by their first page. `files` are scans, each a sequence of pages; places in the stream count
    through all of them."""
    stream = [page for file in files for page in file]
    by_code: dict[str, list[int]] = defaultdict(list)
    for at, page in enumerate(stream):
        if page.mark:
            by_code[page.mark.code].append(at)
    gaps = _gaps(files)
    return [_document(code, places, stream, gaps.get(code, {})) for code, places in by_code.items()]


def arranged(code: str, pages: Sequence[tuple[int, int]], stream: Sequence[Page], issued: int) -> Document:
    """What somebody has put together: [(place in the stream, turn)] in this order.

    A page that says which one it is counts as that, another as the one in whose place it stands. `issued`: how many
    pages the sheet has, where no page of it says so; 0 if nobody knows.
    """
    marks = [stream[at].mark for at, _ in pages]
    said = {mark.pages for mark in marks if mark}
    length = max(said, default=0) or issued
    placed = tuple(Placed(at, turn) for at, turn in pages)
    if not length or len(said) > 1:
        return Document(code, placed, counted=False)
    numbers = [mark.page if mark and mark.page else place for place, mark in enumerate(marks, 1)]
    counts = Counter(numbers)
    return Document(
        code,
        placed,
        missing=tuple(number for number in range(1, length + 1) if number not in counts),
        doubled=tuple(number for number in sorted(counts) if counts[number] > 1),
        beyond=tuple(number for number in sorted(counts) if number > length),
        shuffled=numbers != sorted(numbers),
    )


def _document(code: str, places: list[int], stream: list[Page], gap: dict[int, int]) -> Document:
    counts = {stream[at].mark.pages for at in places}
    if counts != {max(counts)} or not max(counts):  # old paper without numbers, or two printings of one sheet
        return Document(code, tuple(Placed(at, stream[at].turn) for at in places), counted=False)
    held: dict[int, list[int]] = defaultdict(list)
    for at in places:
        held[stream[at].mark.page].append(at)
    wanted = range(1, max(counts) + 1)
    chosen = {number: Placed(held[number][0], stream[held[number][0]].turn) for number in held}
    chosen |= {number: Placed(at, stream[places[0]].turn, guessed=True) for number, at in gap.items()}
    return Document(
        code,
        tuple(chosen[number] for number in sorted(chosen)),
        missing=tuple(number for number in wanted if number not in chosen),
        doubled=tuple(number for number in wanted if len(held[number]) > 1),
    )


def _gaps(files: Sequence[Sequence[Page]]) -> dict[str, dict[int, int]]:
    """{code: {page number: place}} of pages without a code that can be no others.

    Proved only where all pages of a file lie in order, each document in one piece, forwards or backwards, and the
    pages on both sides are of one document and just as many numbers apart as pages without a code lie between.
    """
    found: dict[str, dict[int, int]] = defaultdict(dict)
    held = {(page.mark.code, page.mark.page) for file in files for page in file if page.mark}
    start = 0
    for file in files:
        marked = [(start + at, page) for at, page in enumerate(file) if not page.blank]
        if _in_order([page for _, page in marked if page.mark]):
            for code, gap in _gaps_of(marked):
                if not any((code, number) in held for number in gap):
                    found[code] |= gap
        start += len(file)
    return found


def _in_order(pages: list[Page]) -> bool:
    runs = [(code, list(run)) for code, run in groupby(pages, lambda page: page.mark.code)]
    if len({code for code, _ in runs}) < len(runs):
        return False
    for _, run in runs:
        numbers = [page.mark.page for page in run]
        if len({page.mark.pages for page in run}) > 1 or len(set(numbers)) < len(numbers):
            return False
        if numbers not in (sorted(numbers), sorted(numbers, reverse=True)):
            return False
    return True


def _gaps_of(marked: list[tuple[int, Page]]):
    before: Page | None = None
    between: list[int] = []
    for at, page in marked:
        if page.mark is None:
            between.append(at)
            continue
        if before and between and before.mark.code == page.mark.code:
            first, last = before.mark.page, page.mark.page
            step = 1 if last > first else -1
            if abs(last - first) - 1 == len(between):
                yield page.mark.code, {first + step * (place + 1): at for place, at in enumerate(between)}
        before, between = page, []
