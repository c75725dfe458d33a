"""附件上传/下载: the tabs an office has, and bundles of what lies in them, made in the background.

What a person may have, and at which version, is what their pages show: the same records, papers and masks. It is asked
twice: when a bundle is asked for, and again, piece by piece, while it is made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts import audit
from accounts.audit import Kind
from accounts.models import User
from attachments import bundles, jobs
from attachments.bundles import Paper
from attachments.workbook import Column
from review import registry
from review.filters import CaseFilter
from review.models import Handling
from review.registry import Attachment, Folder, Process
from review.selectors import records

ZIP, BOUND, DUPLEX = "zip", "bound", "duplex"
WAYS = (
    (ZIP, "打包（zip，按地区和类别分文件夹）"),
    (BOUND, f"合并为 PDF，单面打印（每 {bundles.VOLUME} 份一册）"),
    (DUPLEX, f"合并为 PDF，双面打印（每 {bundles.VOLUME} 份一册）"),
)
MAX_CASES = 20_000
MANY = 200  # from here on a bundle takes more than minutes
CHUNK = 100
OUT_OF_SIGHT = "所选附件已不在您的查看范围内。"
EARLIER = "较早版本"  # where the papers of a version lie that has been overtaken: of the new one nothing is told (W06)


def folders() -> list[tuple[Process, Folder]]:
    """All tabs that there are, in their order."""
    found = ((process, folder) for process in registry.all_processes() for folder in process.folders)
    return sorted(found, key=lambda pair: pair[1].place)


def opens(process: Process, folder: Folder, user: User) -> bool:
    """Whether a tab is for this person: by their right to see records, and by the kinds of their desks."""
    kinds = {desk.kind for desk in user.desks}
    return user.has_perm(process.model.records_permission()) and not (kinds and kinds.isdisjoint(folder.desks))


def find(code: str) -> tuple[Process, Folder] | None:
    return next((pair for pair in folders() if pair[1].code == code), None)


def conditions(process: Process, folder: Folder, data: QueryDict) -> CaseFilter:
    """The query conditions of a folder; what it stands for itself is not asked again."""
    found = process.filters(data, process=process)
    for name in folder.settles:
        found.fields.pop(name, None)
    return found


def rows(process: Process, folder: Folder, user: User) -> QuerySet:
    """What lies in a folder for a person: rows of Handling."""
    if not (user.is_active and opens(process, folder, user)):
        return records(process, user).none()
    return records(process, user).filter(folder.where(user))


def shown(folder: Folder, papers: Iterable[Attachment]) -> list[Attachment]:
    """Of a case's papers those that lie in a folder."""
    return [paper for paper in papers if paper.scan or not folder.sealed]


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a folder. `scans`: the newest sealed paper beside each sheet."""

    process: Process
    folder: Folder
    cases: tuple[int, ...]
    way: str = ZIP
    scans: bool = False

    @property
    def title(self) -> str:
        return f"{self.folder.label} {len(self.cases):,} 份：{'打包' if self.way == ZIP else '合并 PDF'}"

    def to_json(self) -> dict[str, Any]:
        return {
            "folder": self.folder.code, "cases": list(self.cases), "way": self.way, "scans": self.scans
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Wish":
        process, folder = find(data["folder"]) or (None, None)
        if process is None or folder is None:
            raise jobs.Failed("这类附件已不再提供。")
        return cls(process, folder, tuple(data["cases"]), data["way"], data["scans"])


def papers(wish: Wish, user: User) -> Iterator[tuple[int, list[Paper]]]:
    """The papers of each case, in the order asked for, with the rights that the person has when its turn comes.

    Gives the number of the case, from 1; of a case that has gone out of sight no papers.
    """
    for start in range(0, len(wish.cases), CHUNK):
        person = User.objects.get(pk=user.pk)
        chunk = wish.cases[start : start + CHUNK]
        found = _with_cases(wish.process, rows(wish.process, wish.folder, person).filter(case__in=chunk))
        for number, case in enumerate(chunk, start + 1):
            row = found.get(case)
            yield number, _papers(wish, row, person) if row else []


def _with_cases(process: Process, found: QuerySet) -> dict[int, Handling]:
    by_case = {row.case_id: row for row in found}
    cases = process.model.objects.for_review().select_related(*process.related)
    papers = (f"{process.paper_of}{name}" for name in ("scans__file", "revisions"))
    cases = cases.prefetch_related(*process.prefetch, *papers)
    for pk, case in cases.in_bulk(list(by_case)).items():
        by_case[pk].case = case
    return by_case


def _papers(wish: Wish, row: Handling, user: User) -> list[Paper]:
    process, case = wish.process, row.case
    listed = process.attachments(case, user, row.revision)
    sheets = [paper for paper in listed if paper.sheet and not wish.folder.sealed]
    scans = [paper for paper in listed if paper.scan][-1:] if wish.scans or wish.folder.sealed else []
    if row.current:
        place, facts = process.filed_under(case) or "其他", [column.text(case) for column in process.columns]
    else:
        place, facts = EARLIER, [process.columns[0].text(case), *[""] * (len(process.columns) - 1)]
    return [
        Paper(
            (place, paper.label), paper.file_name, paper.scan.path if paper.scan else paper.sheet(),
            paper.scan.created if paper.scan else issued.at, (paper.label, paper.note, issued.code, *facts),
        )
        for paper in (*sheets, *scans)
        for issued in [paper.issued()]
    ]  # fmt: skip


@jobs.kind("papers.bundle", "附件下载", minutes=240)
def bundle(run: jobs.Run) -> None:
    """Make what was wished for, as far as the person may still have it, and leave a line in the trail."""
    wish, total = Wish.from_json(run.args["wish"]), len(run.args["wish"]["cases"])
    gone = 0

    def pile() -> Iterator[Paper]:
        nonlocal gone
        for number, found in papers(wish, run.user):
            run.progress(number - 1, total, f"第 {number:,} 份，共 {total:,} 份")
            gone += not found
            yield from found

    def about() -> Iterator[tuple[str, str]]:
        yield "附件", wish.folder.label
        if gone:
            yield "未包含", f"{gone} 份没有可下载的附件，或已不在查看范围内"

    columns = [Column(label, 16) for label in ("附件", "附件说明", "查验码")]
    columns += [Column(column.label, column.width + 4) for column in wish.process.columns]
    if wish.way == ZIP:
        made = bundles.pack(pile(), run.folder, columns, about())
    else:
        made = bundles.bind(pile(), run.folder, columns, about(), duplex=wish.way == DUPLEX)
    if not made.papers:
        raise jobs.Failed(OUT_OF_SIGHT if gone else bundles.LOST)
    run.progress(total, total)
    notes = [f"{made.papers:,} 个文件"]
    notes += [f"{made.lost} 个{bundles.LOST}"] if made.lost else []
    notes += [f"{gone} 份没有附件或已不在您的查看范围内，未包含"] if gone else []
    name = f"{wish.folder.label}_{timezone.localdate():%Y%m%d}_{made.papers}份{made.path.suffix}"
    with run.commit(jobs.Result(made.path, name, note="；".join(notes))):
        audit.record_taken(
            run.user, Kind.BUNDLE, f"{wish.title}，{notes[0]}", rows=made.papers, address=run.args["address"],
            folder=wish.folder.code,
        )  # fmt: skip


def ask(wish: Wish, *, by: User, address: str | None) -> Paper | jobs.Job:
    """A single paper at once, more of them as a job. Raises `jobs.Failed` with a sentence."""
    if len(wish.cases) > MAX_CASES:
        raise jobs.Failed(f"一次最多下载 {MAX_CASES:,} 份，请增加查询条件，分几次下载。")
    first = [found for _, found in papers(wish, by)] if len(wish.cases) < 2 else []
    if len(wish.cases) < 2 and not any(first):
        raise jobs.Failed("没有可下载的附件。")
    if len(first) == 1 and len(first[0]) == 1:
        audit.record_taken(by, Kind.BUNDLE, f"{wish.title}，1 个文件", rows=1, address=address, folder=wish.folder.code)
        return first[0][0]
    args = {"wish": wish.to_json(), "address": address}
    return jobs.start("papers.bundle", by=by, title=wish.title, args=args, long=len(wish.cases) > MANY)
