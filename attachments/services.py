import errno
import uuid

from django.core.files.uploadedfile import UploadedFile

from accounts.models import User

from . import storage, validation
from .models import StoredFile
from .names import clean_file_name


def store_pdf(upload: UploadedFile, *, by: User) -> StoredFile:
    """Keep an uploaded PDF: checked, cleaned of all that is not its pages, under a random name.

    Raises ValidationError with a sentence for the user. Takes some tenths of a second: call it outside of locks.
    """
    validation.check_upload(upload)
    key = uuid.uuid4()
    try:
        with storage.workplace() as folder:
            raw, clean = folder / "raw.pdf", folder / "clean.pdf"
            with raw.open("wb") as file:
                for chunk in upload.chunks():
                    file.write(chunk)
            pages = validation.inspect(raw, clean)
            size, sha256 = storage.keep(clean, storage.path_of(key))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise validation.refusal("no_space") from error
        raise
    try:
        return StoredFile.objects.create(
            key=key, name=clean_file_name(upload.name or ""), sha256=sha256, size=size, pages=pages, uploaded_by=by
        )
    except BaseException:
        storage.path_of(key).unlink()
        raise


def discard(stored: StoredFile) -> None:
    """Take back what `store_pdf` kept, where nothing came to point at it."""
    path = stored.path  # its row once deleted, it has lost its key
    stored.delete()
    path.unlink(missing_ok=True)
