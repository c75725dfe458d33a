"""Sealed paper that comes back: kept as a new version beside the case."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from attachments import reading, storage
from attachments.models import StoredFile
from attachments.services import discard, store_pdf
from review import registry
from review.models import Reviewed
from review.refusal import Refused
from review.registry import Sealed
from review.services import perform

MAX_SCANS = 20
# pages of a single upload whose codes are read, at half a second each: a wrong file is wrong at its start
LOOKED_AT = 2
ELSEWHERE = "第 {} 页的查验码是 {}，这是另一份材料的扫描件，请核对后重新选择文件。"
OVERTAKEN = "这是第 {} 版的扫描件，现在是第 {} 版，请打印最新版本，盖章后重新上传。"
UPLOAD = "upload"  # the owner's move that follows sealed paper
Case = TypeVar("Case", bound=Reviewed)


def submit(
    case: Case,
    upload: UploadedFile,
    *,
    actor: User,
    seen: int,
    closed: Callable[[Case], str],
    at: datetime | None = None,
) -> Case:
    """Keep the owner's sealed paper and make the move UPLOAD; `closed` says why it can't be made now, if it can't.

    Raises `ValidationError` when the file is not fit or of something else, `Refused` when the case has moved on: then
    nothing is kept.
    """
    current: Case = type(case).objects.owned_by(actor).get(pk=case.pk)  # type: ignore[assignment]
    _open(current, closed(current))
    if current.seen != seen:  # `perform` says what has happened meanwhile; no file is looked through in vain
        return perform(current, UPLOAD, actor=actor, seen=seen, at=at)
    with _kept(upload, actor, current) as stored, transaction.atomic():
        locked: Case = type(case).objects.select_for_update().get(pk=case.pk)  # type: ignore[assignment]
        _open(locked, closed(locked))
        if locked.seen == seen:
            _add(locked, stored, at)
        return perform(locked, UPLOAD, actor=actor, seen=seen, at=at)


def add(case: Reviewed, upload: UploadedFile, *, by: User, at: datetime | None = None) -> None:
    """Keep sealed paper that somebody else than the owner brings, and do what follows.

    Raises `ValidationError` or `Refused`; then nothing is kept.
    """
    sealed = registry.of(type(case)).sealed
    _open(case, sealed.closed(case))
    with _kept(upload, by, case) as stored, transaction.atomic():
        locked = type(case).objects.select_for_update().get(pk=case.pk)
        _open(locked, sealed.closed(locked))
        _add(locked, stored, at)
        sealed.follows(locked, by, at)


def file(case: Reviewed, stored: StoredFile, *, sealed: Sealed, revision: int, actor: User, seen: int) -> None:
    """Keep sealed paper of a revision that came in a pack, and do what follows.

    Inside a transaction, which takes back what was kept where this raises `Refused`.
    """
    locked = type(case).objects.select_for_update().get(pk=case.pk)
    _open(locked, sealed.closed(locked))
    if locked.revision_number != revision:
        raise Refused(f"已有第 {locked.revision_number} 版，这份是第 {revision} 版。")
    if sealed.follows:
        _add(locked, stored, None)
        return sealed.follows(locked, actor, None)
    if locked.seen == seen:
        _add(locked, stored, None)
    perform(locked, UPLOAD, actor=actor, seen=seen, standing_in=True)
    return None


@contextmanager
def _kept(upload: UploadedFile, by: User, case: Reviewed) -> Iterator[StoredFile]:
    """The file, looked through before anybody has to wait for a lock; taken back when what follows fails."""
    stored = store_pdf(upload, by=by)
    try:
        _recognised(stored, case)
        yield stored
    except BaseException:
        discard(stored)
        raise


def _recognised(stored: StoredFile, case: Reviewed) -> None:
    """Whose paper it is stands on its pages. What bears no code that can be read is for the office to look at; with the
    code of something else it is the wrong file. Raises `ValidationError`."""
    own = dict(case.revisions.values_list("code", "number"))
    with storage.workplace() as pictures:
        for place, page in enumerate(reading.read(stored.path, pictures, min(stored.pages, LOOKED_AT)), 1):
            if page.mark and page.mark.code not in own:
                raise ValidationError(ELSEWHERE.format(place, page.mark.code))
            if page.mark and own[page.mark.code] != case.revision_number:
                raise ValidationError(OVERTAKEN.format(own[page.mark.code], case.revision_number))


def why_closed(case: Reviewed, reason: str) -> str:
    """Why no sealed paper can be kept now: `reason`, if there is one, or too many already."""
    if not reason and len(case.scans.all()) >= MAX_SCANS:
        reason = f"最多上传 {MAX_SCANS} 次，请联系系统管理员。"
    return reason


def _open(case: Reviewed, reason: str) -> None:
    if reason := why_closed(case, reason):
        raise Refused(reason)


def _add(case: Reviewed, stored: StoredFile, at: datetime | None) -> None:
    case.scans.create(
        file=stored, number=case.scans.count() + 1, revision=case.revision_number, at=at or timezone.now()
    )
