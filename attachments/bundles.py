"""Many papers as one file: a zip sorted in folders, with a list; or PDFs bound one after the other, to be printed.

Knows no owner: those give `Paper`s in order, as they come; memory does not grow with their number.
"""

import shutil
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import pikepdf
from django.utils import timezone

from attachments import workbook
from attachments.names import clean_part
from attachments.press import Press
from attachments.workbook import Column

LIST = "清单.xlsx"
LOST = "未能生成，请单独下载；仍不成功请联系系统管理员"
VOLUME = 250  # papers bound in one file: about a thousand pages, and as much as is held in memory at once


@dataclass(frozen=True)
class Paper:
    """One file of a bundle. `source`: a page to be typeset, or a PDF that is there; `about`: its line in the list."""

    folders: tuple[str, ...]
    name: str
    source: str | Path
    at: datetime
    about: tuple[str, ...] = ()


@dataclass
class Bundle:
    """What came of it."""

    path: Path
    papers: int = 0
    lost: int = 0


class _Names:
    """Names in a zip: as people read them, harmless wherever they are unpacked, no two the same (Z07)."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def of(self, paper: Paper) -> str:
        stem = "/".join(clean_part(part) for part in (*paper.folders, paper.name))
        name, number = f"{stem}.pdf", 1
        while name.lower() in self.taken:
            number += 1
            name = f"{stem}_{number}.pdf"
        self.taken.add(name.lower())
        return name


def pack(papers: Iterable[Paper], folder: Path, columns: Sequence[Column], about: Iterable[tuple[str, str]]) -> Bundle:
    """A zip of the papers in their folders, and the list of them. `about` is read last, for the list's 「说明」."""
    made, names, lines = Bundle(folder / "bundle.zip"), _Names(), []
    with zipfile.ZipFile(made.path, "w") as bundle, Press(folder) as press:
        for paper, place in press.through((paper, paper.source) for paper in papers):
            name = names.of(paper)
            if place is None:
                made.lost += 1
            else:
                made.papers += 1
                _put(bundle, name, place, paper.at)
            lines.append((name, *paper.about, "" if place else LOST))
        _put_list(bundle, folder, columns, lines, about)
    return made


def bind(
    papers: Iterable[Paper], folder: Path, columns: Sequence[Column], about: Iterable[tuple[str, str]], *, duplex: bool
) -> Bundle:
    """The papers one after the other, with bookmarks: a PDF, or above VOLUME papers a zip of volumes and the list.

    `duplex`: a paper of odd pages is followed by an empty one, so that each begins on a sheet of its own.
    """
    made, lines, volumes = Bundle(folder / "1.pdf"), [], 0
    with Press(folder) as press:
        through = press.through((paper, paper.source) for paper in papers)
        while pile := list(islice(through, VOLUME)):
            volumes += 1
            for paper, page in _bind(pile, folder / f"{volumes}.pdf", duplex):
                made.papers += page > 0
                made.lost += page == 0
                where = f"第{volumes}册，第 {page} 页起" if page else ""
                lines.append((where, *paper.about, "" if page else LOST))
    if volumes > 1:
        made.path = folder / "bundle.zip"
        with zipfile.ZipFile(made.path, "w") as bundle:
            for number in range(1, volumes + 1):
                _put(bundle, f"第{number:02}册.pdf", folder / f"{number}.pdf", timezone.now())
            _put_list(bundle, folder, columns, lines, about)
    return made


def _bind(pile: list[tuple[Paper, Path | None]], target: Path, duplex: bool) -> list[tuple[Paper, int]]:
    """Write a volume; each paper with the page it begins on, 0 where it could not be made."""
    found = []
    with pikepdf.new() as volume:
        for paper, place in pile:
            found.append((paper, len(volume.pages) + 1 if place else 0))
            if place is None:
                continue
            with pikepdf.open(place) as pdf:
                volume.pages.extend(pdf.pages)
                if duplex and len(pdf.pages) % 2:
                    left, bottom, right, top = (float(edge) for edge in volume.pages[-1].mediabox.as_list())
                    volume.add_blank_page(page_size=(right - left, top - bottom))
        with volume.open_outline() as outline:
            chapters: dict[str, pikepdf.OutlineItem] = {}
            for paper, page in found:
                if page:
                    title = " ".join(paper.folders[:1])
                    if title not in chapters:
                        chapters[title] = pikepdf.OutlineItem(title, page - 1)
                        outline.root.append(chapters[title])
                    chapters[title].children.append(pikepdf.OutlineItem(paper.name, page - 1))
        volume.save(target)
    return found


def _put(bundle: zipfile.ZipFile, name: str, source: Path, at: datetime) -> None:
    """PDFs are packed already: stored as they are."""
    entry = zipfile.ZipInfo(name, timezone.localtime(at).timetuple()[:6])
    entry.file_size = source.stat().st_size
    entry.external_attr = 0o640 << 16
    with source.open("rb") as file, bundle.open(entry, "w") as place:
        shutil.copyfileobj(file, place)


def _put_list(bundle, folder: Path, columns: Sequence[Column], lines: list, about: Iterable[tuple[str, str]]) -> None:
    heads = (Column("序号", 6, workbook.NUMBER), Column("文件", 60), *columns, Column("说明", 24))
    rows = ((number, *line) for number, line in enumerate(lines, 1))
    workbook.write(folder / LIST, "清单", heads, rows, count=len(lines), about=about)
    _put(bundle, LIST, folder / LIST, timezone.now())
