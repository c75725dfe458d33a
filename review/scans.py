"""Sealed paper that comes back: kept as a new version beside the case."""

from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from accounts.models import User
from attachments.services import store_pdf
from review.models import Reviewed, Scan
from review.refusal import Refused

MAX_SCANS = 20


def add(case: Reviewed, upload: UploadedFile, *, by: User, revision: int, at: datetime | None = None) -> Scan:
    """Keep an upload. To be called inside a transaction that has locked the case.

    Raises `ValidationError` when the file is not fit, `Refused` when there are too many.
    """
    number = case.scans.count() + 1
    if number > MAX_SCANS:
        raise Refused(f"最多上传 {MAX_SCANS} 次，请联系系统管理员。")
    stored = store_pdf(upload, by=by)
    return case.scans.create(file=stored, number=number, revision=revision, at=at or timezone.now())
