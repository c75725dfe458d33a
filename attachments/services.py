import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.utils import timezone

from accounts.models import User

from . import storage, validation
from .models import StoredFile
from .names import clean_file_name

logger = logging.getLogger(__name__)


def store_pdf(upload: UploadedFile, *, by: User) -> StoredFile:
    """Keep an uploaded PDF: checked, cleaned of all that is not its pages, under a random name.

    Raises ValidationError with a sentence for the user. Takes some tenths of a second: call it outside of locks.
    """
    validation.check_upload(upload)
    key = uuid.uuid4()
    with room_for(upload, by=by) as folder:
        raw, clean = folder / "raw.pdf", folder / "clean.pdf"
        with raw.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        pages = validation.inspect(raw, clean)
        size, sha256 = storage.keep(clean, storage.path_of(key))
    try:
        return StoredFile.objects.create(
            key=key, name=clean_file_name(upload.name or ""), sha256=sha256, size=size, pages=pages, uploaded_by=by
        )
    except BaseException:
        storage.path_of(key).unlink()
        raise


@contextmanager
def room_for(upload: UploadedFile, *, by: User) -> Iterator[Path]:
    """A folder for what is being uploaded, whatever it is: while the disk and this person's day have room for it.

    Raises ValidationError with a sentence for the user."""
    if storage.nearly_full():
        logger.error("less than %s of the disk is free: uploads are refused", storage.FLOOR)
        raise validation.refusal("no_space")
    today = StoredFile.objects.filter(uploaded_by=by, created__gt=timezone.now() - timedelta(days=1))
    used = today.aggregate(size=Sum("size"))["size"] or 0
    if not by.desks and used + (upload.size or 0) > validation.DAY_MEGABYTES * 1024 * 1024:
        raise validation.refusal("quota")
    try:
        with storage.workplace() as folder:
            yield folder
    except OSError as error:
        if validation.is_full(error):
            raise validation.refusal("no_space") from error
        raise


def discard(stored: StoredFile) -> None:
    """Take back what `store_pdf` kept, where nothing came to point at it."""
    path = stored.path  # its row once deleted, it has lost its key
    stored.delete()
    path.unlink(missing_ok=True)
