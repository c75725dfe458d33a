"""Sealed paper that comes in by the pile: which document is whose, what may be filed, and filing it.

Knows no process: the codes on the pages name revisions, `registry.Sealed` says whose a person may file and how. A
document is filed only where its code, its version and its pages leave no doubt, or where a person has looked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts import notices as inbox
from accounts.models import Notice, User
from attachments import intake as scans_in
from attachments import jobs, qr, sorting, storage, validation
from attachments.models import INTAKE_KEPT, Intake, Job, StoredFile
from attachments.names import clean_file_name
from attachments.reading import Page
from attachments.sheets import printed
from review import notices, registry, scans
from review.flow import Move
from review.models import IntakeDocument
from review.refusal import Refused
from review.registry import Process, Sealed
from review.selectors import may_read

PERMISSION = "attachments.upload_packed"
LISTED = 1000  # cases to pick from by hand
REMINDED = timedelta(days=5)  # before a pack ends by itself
TWICE = "这份材料在本批里有两份，只能提交其中一份"
CHANGED = "这批扫描件刚被改动过，请刷新后再试。"
# What may become of a document: (label, tone); what has to be looked at comes first.
ASK, NOT, FIT, FILED = "ask", "not", "fit", "filed"
VERDICTS = {
    ASK: ("请核对", "ochre"),
    NOT: ("不能提交", "red"),
    FIT: ("可以提交", "green"),
    FILED: ("已提交", "blue"),
}


@dataclass(frozen=True)
class Target:
    """The paper that a code names, within what a person may file."""

    process: Process
    sealed: Sealed
    case: Any
    revision: int

    @property
    def kind(self) -> str:
        return self.process.paper(self.case)

    @property
    def title(self) -> str:
        return self.process.title(self.case)


@dataclass
class Row:
    """One line of the preview."""

    document: IntakeDocument
    target: Target | None
    verdict: str
    notes: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        return VERDICTS[self.verdict][0]

    @property
    def tone(self) -> str:
        return VERDICTS[self.verdict][1]

    @property
    def tickable(self) -> bool:
        return self.verdict in (FIT, ASK)

    @property
    def value(self) -> str:
        """How a form names this row as it was seen."""
        return f"{self.document.pk}:{self.target.case.seen}" if self.target else ""


# ---- reads ----


def pages_of(intake: Intake) -> list[Page]:
    return [Page.from_json(row) for row in intake.pages]


def targets(codes: Iterable[str], user: User) -> tuple[dict[str, Target], dict[str, str]]:
    """What codes name, for this person; and the codes of others, each with whose it is where that has come to them."""
    found: dict[str, Target] = {}
    others: dict[str, str] = {}
    for process in registry.all_processes():
        revisions = process.model.related("revisions").objects.filter(code__in=set(codes))
        named = {code: (case, number) for code, case, number in revisions.values_list("code", "case_id", "number")}
        if (sealed := process.sealed) is None:
            others |= dict.fromkeys(named, "")
            continue
        cases = _scope(process, sealed, user).in_bulk({case for case, _ in named.values()})
        for code, (pk, number) in named.items():
            if pk in cases:
                found[code] = Target(process, sealed, cases[pk], number)
        beyond = {code: at for code, at in named.items() if code not in found}
        others |= _whose(process, beyond, user)
    return found, others


def _whose(process: Process, named: dict[str, tuple[int, int]], user: User) -> dict[str, str]:
    """Of codes of others the paper that each names: a version that has come to this person, else nothing."""
    cases = process.model.objects.visible_to(user).for_review().select_related(*process.related)
    known = cases.in_bulk({pk for pk, _ in named.values()}) if named else {}
    return {
        code: f"{process.title(known[pk])}的{process.paper(known[pk])}"
        if process.paper and pk in known and may_read(known[pk], user, number)
        else ""
        for code, (pk, number) in named.items()
    }


def _scope(process: Process, sealed: Sealed, user: User):
    return sealed.cases(user).for_review().select_related(*process.related).prefetch_related("scans")


def rows(intake: Intake, user: User, documents: Sequence[IntakeDocument] | None = None) -> list[Row]:
    """The preview: each document, what it is, whether it can be filed, and all that has to be said about it."""
    documents = list(intake.documents.all()) if documents is None else list(documents)
    found, others = targets({one.code for one in documents}, user)
    waiting = Counter(one.code for one in documents if one.filed is None)
    return [_row(one, found.get(one.code), others.get(one.code), waiting[one.code] > 1) for one in documents]


def _row(document: IntakeDocument, target: Target | None, whose: str | None, twice: bool) -> Row:
    if document.filed:
        return Row(document, target, FILED)
    if target is None:
        if whose is None:
            return Row(document, None, NOT, ["查验码在本系统中不存在"])
        told = f"这是{whose}，它的盖章件" if whose else ""
        return Row(document, None, NOT, [f"{told}不属于本单位，或不能在这里上传"])
    if reason := _unfit(document, target):
        return Row(document, target, NOT, [reason])
    doubts = _doubts(document)
    if twice:
        doubts.append(TWICE)
    if any(scan.revision == target.revision for scan in target.case.scans.all()):
        doubts.append("这一版已有盖章件")
    if document.outcome:
        doubts.append(document.outcome)
    return Row(document, target, ASK if doubts else FIT, doubts + _remarks(document))


def _unfit(document: IntakeDocument, target: Target) -> str:
    case = target.case
    if target.revision != case.revision_number:
        return f"这是第 {target.revision} 版，现在是第 {case.revision_number} 版，请打印新版盖章"
    if len(document.pages) > validation.MAX_PAGES:
        return validation.REFUSALS["too_many_pages"]
    return scans.why_closed(case, target.sealed.closed(case))


def _doubts(document: IntakeDocument) -> list[str]:
    found = document.found
    doubts = []
    if found.get("missing"):
        doubts.append(f"缺第 {_numbers(found['missing'])} 页")
    if found.get("doubled"):
        used = "" if document.by_hand else "，默认用先扫描的一张"
        doubts.append(f"第 {_numbers(found['doubled'])} 页有重复{used}")
    if found.get("beyond"):
        doubts.append(f"第 {_numbers(found['beyond'])} 页多于应有的页数")
    if found.get("shuffled"):
        doubts.append("页的次序与纸上的页码不一致")
    if not found.get("counted", True):
        doubts.append("纸上没有页码信息，请核对页数和次序")
    return doubts


def _remarks(document: IntakeDocument) -> list[str]:
    """What is said, but is no doubt."""
    remarks = ["已人工整理"] if document.by_hand else []
    if guessed := document.found.get("guessed"):
        places = [place + 1 for place, at in enumerate(document.places) if at in guessed]
        remarks.append(f"第 {_numbers(places)} 页没有认出二维码，按前后页和页数归入")
    for turns, lay in (((180,), "倒"), ((90, 270), "横")):
        if turned := [place for place, (_, turn) in enumerate(document.pages, 1) if turn in turns]:
            remarks.append(f"第 {_numbers(turned)} 页原是{lay}的，已转正")
    return remarks


def _numbers(numbers: Sequence[int]) -> str:
    return "、".join(map(str, numbers))


def told(rows: Iterable[Row]) -> dict[str, str]:
    """Who will be told when they are filed, by kind of paper."""
    kinds: dict[str, tuple[Move, bool, list[Any]]] = {}
    for target in (row.target for row in rows if row.target and row.tickable):
        bearer = target.sealed.bearer(target.case)
        if move := bearer.flow.move(bearer.state, scans.UPLOAD):
            kinds.setdefault(target.kind, (move, bearer is target.case, []))[2].append(bearer)
    return {
        kind: notices.audiences(cases, [move], standing_in=for_owner)[move]
        for kind, (move, for_owner, cases) in kinds.items()
    }


@dataclass(frozen=True)
class Loose:
    """Places of pages that belong to no document: `unread`, `blank`, and by place what the others say of themselves,
    second copies and what somebody has left out."""

    unread: list[int]
    blank: list[int]
    coded: dict[int, qr.Mark]


def loose(intake: Intake) -> Loose:
    used = {at for one in intake.documents.all() for at in one.places}
    free = {at: page for at, page in enumerate(pages_of(intake)) if at not in used}
    return Loose(
        [at for at, page in free.items() if page.mark is None and not page.blank],
        [at for at, page in free.items() if page.mark is None and page.blank],
        {at: page.mark for at, page in free.items() if page.mark},
    )


def named(coded: dict[int, qr.Mark], user: User) -> list[tuple[int, str]]:
    """[(place, 「张三（个人） 第 2 页」)] of loose pages that bear a code; of others' paper its code alone."""
    found, _ = targets({mark.code for mark in coded.values()}, user) if coded else ({}, set())
    titles = {code: target.title for code, target in found.items()}
    return [
        (at, titles.get(mark.code, f"查验码 {mark.code}") + (f"　第 {mark.page} 页" if mark.page else ""))
        for at, mark in coded.items()
    ]


def own_pages(intake: Intake, document: IntakeDocument | None) -> list[int]:
    """The pages that a document may be made of: its own, those that bear its code and lie in no other, and those that
    bear none. Before it is said whose it is, any that lie in no document."""
    free = loose(intake)
    held = document.places if document else []
    same = [at for at, mark in free.coded.items() if document is None or mark.code == document.code]
    return [*held, *same, *free.unread, *free.blank]


def unfiled(intake: Intake) -> int:
    """How many pages of it have been filed with no document, blank ones aside."""
    filed = {at for one in intake.documents.exclude(filed=None) for at in one.places}
    return sum(not page.blank and at not in filed for at, page in enumerate(pages_of(intake)))


def made_by_hand(document: IntakeDocument) -> bool:
    """Whether no page of it bears a code."""
    stream = pages_of(document.intake)
    return document.by_hand and not any(stream[at].mark for at in document.places)


def open_cases(user: User) -> list[tuple[str, str]]:
    """(code, 「个人申请表　张三（个人）　第 2 版」) of what this person may file now, to pick from; newest first."""
    found = []
    for process in registry.all_processes():
        if (sealed := process.sealed) is None:
            continue
        cases = list(_scope(process, sealed, user).exclude(revision_number=0).order_by("-since")[: LISTED - len(found)])
        revisions = process.model.related("revisions").objects.filter(case__in=cases)
        codes = {(case, number): code for case, number, code in revisions.values_list("case_id", "number", "code")}
        found += [
            (codes[case.pk, case.revision_number], f"{target.kind}　{target.title}　第 {target.revision} 版")
            for case in cases
            if not scans.why_closed(case, sealed.closed(case))
            for target in [Target(process, sealed, case, case.revision_number)]
        ]
    return found


# ---- writes ----


def begin(uploads: Sequence[UploadedFile], *, by: User) -> Intake:
    """Take scans in and have them read. Raises `ValidationError` with a sentence; then nothing is kept."""
    intake = scans_in.receive(uploads, by=by)
    try:
        return read_again(intake)
    except BaseException:
        scans_in.end(intake)
        intake.delete()
        raise


def read_again(intake: Intake) -> Intake:
    """Have them read, at first or after it did not come to its end."""
    if intake.read_in is None and not (intake.job and intake.job.open):
        args = {"intake": str(intake.key)}
        try:
            intake.job = jobs.start("intake.read", by=intake.uploaded_by, title=f"识别扫描件：{intake}", args=args)
        except jobs.Failed as failure:
            raise ValidationError(str(failure)) from failure
        intake.save(update_fields=["job"])
    return intake


@jobs.kind("intake.read", "识别扫描件")
def make_reading(run: jobs.Run) -> jobs.Result:
    """Read the pages, sort them, and store what goes where as a proposal."""
    intake = Intake.objects.get(key=run.args["intake"], uploaded_by=run.user)
    result = jobs.Result(url=reverse("review:intake", args=(intake.key,)))
    if intake.ended or intake.read_in:
        return result
    found = scans_in.read(intake, run)
    documents = sorting.sort(found.pages)
    scans_in.keep(intake, found, run)
    with run.commit(result):
        if not Intake.objects.select_for_update().filter(pk=intake.pk, ended=None).exists():
            raise jobs.Cancelled
        intake.save(update_fields=["read_in", "files", "passed_over", "pages"])
        IntakeDocument.objects.bulk_create(
            IntakeDocument(
                intake=intake, number=number, code=one.code, pages=[[page.at, page.turn] for page in one.pages],
                found=_found(one),
            )
            for number, one in enumerate(documents, 1)
        )  # fmt: skip
    return result


def _found(one: sorting.Document) -> dict[str, Any]:
    return {
        "missing": one.missing, "doubled": one.doubled, "beyond": one.beyond, "shuffled": one.shuffled,
        "counted": one.counted, "guessed": [page.at for page in one.pages if page.guessed],
    }  # fmt: skip


@transaction.atomic
def take_apart(document: IntakeDocument) -> None:
    """Undo a document that was made by hand of pages without a code. Raises `Refused`."""
    locked = IntakeDocument.objects.select_for_update().get(pk=document.pk)
    if locked.filed or not made_by_hand(locked):
        raise Refused(CHANGED)
    locked.delete()


@transaction.atomic
def arrange(
    intake: Intake, document: IntakeDocument | None, *, code: str, pages: Sequence[tuple[int, int]], by: User
) -> IntakeDocument:
    """Make a document by hand, of pages in this order: one that there is, or a new one. Raises `Refused`."""
    locked = Intake.objects.select_for_update().get(pk=intake.pk, ended=None)
    if document is not None:
        document = IntakeDocument.objects.select_for_update().filter(pk=document.pk, intake=locked).first()
        if document is None or document.filed:
            raise Refused(CHANGED)
    if not pages:
        raise Refused("请至少选一页。")
    if len({at for at, _ in pages}) < len(pages) or not {at for at, _ in pages} <= set(own_pages(locked, document)):
        raise Refused(CHANGED)
    code = qr.typed(code)
    found, _ = targets([code], by)
    if code not in found:
        raise Refused("请选择这份材料是谁的，或输入纸上的查验码（只能是本单位的材料）。")
    stream = pages_of(locked)
    marks = [mark for at, _ in pages if (mark := stream[at].mark)]
    if {mark.code for mark in marks} - {code}:
        raise Refused("其中有的页印着另一份材料的查验码，不能归到这里。")
    if reason := _unfit(IntakeDocument(pages=list(pages)), found[code]):
        raise Refused(reason + "。")
    if document is None:
        last = locked.documents.aggregate(last=Max("number"))["last"] or 0
        document = IntakeDocument(intake=locked, number=last + 1)
    issued = 0 if any(mark.pages for mark in marks) else _issued_pages(found[code], by)
    document.code, document.pages, document.by_hand = code, [list(page) for page in pages], True
    document.found, document.outcome = _found(sorting.arranged(code, pages, stream, issued)), ""
    document.save()
    return document


def _issued_pages(target: Target, user: User) -> int:
    """How many pages the sheet of a version has; 0 where it can't be told."""
    papers = target.process.attachments(target.case, user, target.revision)
    if (sheet := next((paper.sheet for paper in papers if paper.sheet), None)) is None:
        return 0
    try:
        with pikepdf.open(printed(sheet())) as pdf:
            return len(pdf.pages)
    except pikepdf.PdfError:
        return 0


def remind() -> int:
    """Tell whoever has left pages of a pack unfiled, once, some days before it ends by itself; returns how many."""
    count = 0
    for intake in Intake.objects.filter(ended=None, created__lt=timezone.now() - INTAKE_KEPT + REMINDED):
        topic = f"intake:{intake.key}"
        if Notice.objects.filter(user=intake.uploaded_by_id, topic=topic).exists():
            continue
        if (left := unfiled(intake)) or not intake.read_in:
            what = f"还有 {left} 页没有提交" if left else "还没有识别"
            until = timezone.localtime(intake.kept_until)
            inbox.nudge(
                [intake.uploaded_by_id], topic=topic, text=f"打包上传「{intake}」{what}，{until:%m月%d日}起不再保留",
                url=reverse("review:intake", args=(intake.key,)), important=True,
            )  # fmt: skip
            count += 1
    return count


def file_rows(intake: Intake, seen: dict[int, int], *, by: User) -> Job:
    """Have documents filed ({id: the `seen` of its case}). Raises `Refused`."""
    if intake.documents.filter(pk__in=seen).count() != len(seen):
        raise Refused(CHANGED)
    args = {"intake": str(intake.key), "seen": {str(pk): at for pk, at in sorted(seen.items())}}
    try:
        return jobs.start("intake.file", by=by, title=f"提交 {len(seen)} 份盖章件：{intake}", args=args)
    except jobs.Failed as failure:
        raise Refused(str(failure)) from failure


@jobs.kind("intake.file", "提交扫描件")
def make_filing(run: jobs.Run) -> jobs.Result:
    """Take the documents apart, look through each as through any upload, then file all that are fit at once."""
    intake = Intake.objects.get(key=run.args["intake"], uploaded_by=run.user)
    result = jobs.Result(url=reverse("review:intake", args=(intake.key,)))
    seen = {int(pk): at for pk, at in run.args["seen"].items()}
    if intake.ended or not run.user.has_perm(PERMISSION):
        raise jobs.Failed("这批扫描件已经结束，或您已没有打包上传的权限。")
    wanted = [row for row in rows(intake, run.user) if row.document.pk in seen]
    prepared: list[tuple[Row, StoredFile]] = []
    refused: dict[int, str] = {row.document.pk: "；".join(row.notes) for row in wanted if row.verdict == NOT}
    taken: set[str] = set()
    for number, row in enumerate([row for row in wanted if row.tickable]):
        run.progress(number, len(wanted) + 1, "正在提交")
        if row.document.code in taken:
            refused[row.document.pk] = TWICE
            continue
        taken.add(row.document.code)
        try:
            prepared.append((row, _stored(intake, row, run)))
        except ValidationError as refusal:
            refused[row.document.pk] = refusal.messages[0]
    kept: list[StoredFile] = []
    try:
        with run.commit(result):
            done = []
            for row, stored in sorted(prepared, key=lambda pair: (pair[0].target.process.code, pair[0].target.case.pk)):
                if reason := _file(row, stored, actor=run.user, seen=seen[row.document.pk]):
                    refused[row.document.pk] = reason
                else:
                    done.append(stored)
            for pk, reason in refused.items():
                IntakeDocument.objects.filter(pk=pk, filed=None).update(outcome=reason[:300])
        kept = done
    finally:
        for _, stored in prepared:
            if stored not in kept:
                stored.path.unlink(missing_ok=True)
    return result


def _stored(intake: Intake, row: Row, run: jobs.Run) -> StoredFile:
    """The pages of a document as a file in the store, whose row is still to be written. Raises `ValidationError`."""
    raw, clean = run.folder / "document.pdf", run.folder / "clean.pdf"
    _assemble(intake, row.document, raw)
    if raw.stat().st_size > validation.MAX_BYTES:
        raise validation.refusal("too_large")
    pages = validation.inspect(raw, clean)
    key = scans_in.new_key(run, row.document.pk)
    size, sha256 = storage.keep(clean, storage.path_of(key))
    name = clean_file_name(f"{row.target.kind}_{row.target.title}_第{row.target.revision}版_盖章.pdf")
    return StoredFile(key=key, name=name, sha256=sha256, size=size, pages=pages, uploaded_by=run.user)


def _assemble(intake: Intake, document: IntakeDocument, target: Path) -> None:
    sources: dict[int, pikepdf.Pdf] = {}
    try:
        with pikepdf.new() as whole:
            for at, turn in document.pages:
                number, page = intake.place(at)
                if number not in sources:
                    sources[number] = pikepdf.open(intake.pdf(number))
                whole.pages.append(sources[number].pages[page])
                whole.pages[-1].rotate(turn, relative=True)
            whole.remove_unreferenced_resources()
            whole.save(target, deterministic_id=True)
    finally:
        for source in sources.values():
            source.close()


def _file(row: Row, stored: StoredFile, *, actor: User, seen: int) -> str:
    """File one document, inside the transaction of all; the reason why not, or an empty string."""
    document = IntakeDocument.objects.select_for_update().get(pk=row.document.pk)
    if document.filed:
        return "已经提交过"
    if (document.code, document.pages) != (row.document.code, row.document.pages):
        return CHANGED
    target = row.target
    try:
        with transaction.atomic():
            stored.save(force_insert=True)
            scans.file(target.case, stored, sealed=target.sealed, revision=target.revision, actor=actor, seen=seen)
    except Refused as refusal:
        return refusal.reason
    document.filed, document.outcome = timezone.now(), ""
    document.save(update_fields=["filed", "outcome"])
    return ""
