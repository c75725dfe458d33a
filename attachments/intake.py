"""Scans that come in together: kept as they came, read by a job, taken away when their owner is done with them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from accounts.models import User
from attachments import jobs, reading, storage, validation, zips
from attachments.models import INTAKE_KEPT, Intake
from attachments.names import clean_file_name

MAX_OPEN = 10  # packs one person may have unfinished
MAX_FILES = 500
MAX_PAGES = 1000
SUFFIXES = (".pdf", ".zip")
LIMITS_TEXT = (
    f"可以一次选多个 PDF，或一个 zip；合计不超过 {zips.MAX_BYTES // 1024**2} MB、{MAX_FILES} 个文件、{MAX_PAGES} 页；"
    f"一个 PDF 里可以连着扫描多份材料，不超过 {validation.PILE_MEGABYTES} MB、{validation.PILE.pages} 页"
)
WHY = validation.REFUSALS | {
    "other": "不是 PDF，没有处理",
    "same": "与「{}」内容相同，没有重复处理",
    "too_large": f"文件超过 {validation.PILE_MEGABYTES} MB，请分开扫描或降低分辨率",
    "too_many_pages": f"文件超过 {validation.PILE.pages} 页，请分开扫描",
    "too_many_in_all": f"本批已满 {MAX_PAGES} 页，这个文件请另行上传",
}


def receive(uploads: Sequence[UploadedFile], *, by: User) -> Intake:
    """Keep files as they came, to be read. Raises `ValidationError` with a sentence."""
    taken = [upload for upload in uploads if (upload.name or "").lower().endswith(SUFFIXES) and upload.size]
    if not taken:
        if any((upload.name or "").lower().endswith(SUFFIXES) for upload in uploads):
            raise validation.refusal("empty")
        raise ValidationError("请选择盖章扫描件：PDF 文件，或装有 PDF 的 zip 压缩包。")
    if len(uploads) > MAX_FILES or sum(upload.size or 0 for upload in taken) > zips.MAX_BYTES:
        raise ValidationError(f"一次最多 {MAX_FILES} 个文件、{zips.MAX_BYTES // 1024**2} MB，请分几次上传。")
    if storage.nearly_full():
        raise validation.refusal("no_space")
    if Intake.objects.filter(uploaded_by=by, ended=None).count() >= MAX_OPEN:
        raise ValidationError(f"您还有 {MAX_OPEN} 批扫描件没有办完，请先提交或删除。")
    names = [clean_name(upload.name) for upload in taken]
    left_out = [[clean_name(one.name), WHY["other" if one.size else "empty"]] for one in uploads if one not in taken]
    intake = Intake(
        title=names[0] if len(names) == 1 else f"{names[0]} 等 {len(names)} 个文件", uploads=names,
        passed_over=left_out, uploaded_by=by,
    )  # fmt: skip
    try:
        with storage.workplace() as folder:
            for number, upload in enumerate(taken):
                raw = folder / str(number)
                with raw.open("wb") as file:
                    for chunk in upload.chunks():
                        file.write(chunk)
                storage.keep(raw, intake.upload(number))
        intake.save(force_insert=True)
    except BaseException as fault:
        storage.remove(intake.folder)
        if validation.is_full(fault):
            raise validation.refusal("no_space") from fault
        raise
    return intake


def clean_name(name: str | None) -> str:
    return clean_file_name(name or "", Path((name or "").lower()).suffix)


@dataclass
class Read:
    """What a job has found: PDFs and pictures of their pages in `folder`, which is to be moved to the intake's own."""

    folder: Path
    files: list[tuple[str, int]] = field(default_factory=list)
    pages: list[list[reading.Page]] = field(default_factory=list)
    passed_over: list[list[str]] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, raw: Path) -> None:
        """Look through one PDF; its clean copy is the next file."""
        with raw.open("rb") as file:
            head, digest = file.read(5), file_digest(file, "sha256").hexdigest()
        if not head:
            return self.pass_over(name, WHY["empty"])
        if digest in self.digests:
            return self.pass_over(name, WHY["same"].format(self.digests[digest]))
        self.digests[digest] = name
        if head != b"%PDF-":
            return self.pass_over(name, WHY["not_pdf"])
        if raw.stat().st_size > validation.PILE_MEGABYTES * 1024**2:
            return self.pass_over(name, WHY["too_large"])
        clean = self.folder / f"{len(self.files)}.pdf"
        try:
            count = validation.inspect(raw, clean, validation.PILE)
        except ValidationError as refusal:
            return self.pass_over(name, WHY[refusal.code or "damaged"])
        if sum(pages for _, pages in self.files) + count > MAX_PAGES:
            clean.unlink()
            return self.pass_over(name, WHY["too_many_in_all"])
        self.files.append((name, count))
        return None

    def pass_over(self, name: str, why: str) -> None:
        self.passed_over.append([name, why])


def read(intake: Intake, run: jobs.Run) -> Read:
    """Look through all files of an intake and read each page."""
    found = Read(run.folder / "read", passed_over=list(intake.passed_over))
    found.folder.mkdir()
    for number, name in enumerate(intake.uploads):
        run.progress(number, len(intake.uploads), f"正在检查 {name}")
        if name.endswith(".zip"):
            _unpack(name, intake.upload(number), found, run)
        else:
            found.take(name, intake.upload(number))
    done, total = 0, sum(count for _, count in found.files)
    for number, (_, count) in enumerate(found.files):
        pages = []
        for page in reading.read(found.folder / f"{number}.pdf", found.folder / str(number), count):
            pages.append(page)
            run.progress(done := done + 1, total + 1, "正在识别")  # the last step is what becomes of it
        found.pages.append(pages)
    return found


def _unpack(name: str, path: Path, found: Read, run: jobs.Run) -> None:
    """The PDFs in a zip; none of them where the zip turns out to be spoilt in the middle."""
    raw, files, passed_over = run.folder / "entry", len(found.files), len(found.passed_over)
    digests = dict(found.digests)
    try:
        with zips.opened(path) as entries:
            for number, entry in enumerate(entries):
                run.progress(number, len(entries), f"正在检查 {name}")
                inner = f"{name}／{clean_name(entry.name)}"
                if entry.is_pdf:
                    entry.unpack(raw)
                    found.take(inner, raw)
                else:
                    found.pass_over(inner, WHY["other"])
    except zips.Refused as refusal:
        del found.files[files:], found.passed_over[passed_over:]
        found.digests = digests
        found.pass_over(name, refusal.sentence)


def keep(intake: Intake, found: Read, run: jobs.Run) -> None:
    """Put what was read beside the uploads. Then, inside `run.commit()`, `intake.save()`."""
    intake.folder.mkdir(parents=True, exist_ok=True)
    storage.remove(intake.folder / run.lease.hex)
    found.folder.rename(intake.folder / run.lease.hex)
    intake.read_in, intake.files, intake.passed_over = run.lease, found.files, found.passed_over
    intake.pages = [page.to_json() for pages in found.pages for page in pages]


def end(intake: Intake) -> None:
    """Take its files away; what was filed of them has long been copied."""
    if intake.job:
        jobs.cancel(intake.job)
    Intake.objects.filter(pk=intake.pk, ended=None).update(ended=timezone.now())
    storage.remove(intake.folder)


def expire() -> int:
    """End what has been lying for too long, and remove folders that no open intake names."""
    old = list(Intake.objects.filter(ended=None, created__lt=timezone.now() - INTAKE_KEPT))
    for intake in old:
        end(intake)
    storage.sweep_intakes(
        lambda keys: set(Intake.objects.filter(ended=None, key__in=keys).values_list("key", flat=True))
    )
    return len(old)


def new_key(run: jobs.Run, number: int) -> uuid.UUID:
    """The key of a file that a run of a job stores: the same at its next try, so that nothing is left behind twice."""
    return uuid.uuid5(run.job.key, str(number))
