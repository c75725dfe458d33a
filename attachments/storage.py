"""The files on the disk: written once, under random names, whole or not at all."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

LEFTOVER_SECONDS = 6 * 3600  # longer than any job may run
FLOOR = 0.05  # of the disk stays free for all that is not an upload


def path_of(key: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / "pdf" / key.hex[:2] / f"{key.hex}.pdf"


def file_of(key: UUID, suffix: str) -> Path:
    """Where a file that is no PDF lies: a picture, a form to fill in."""
    return Path(settings.MEDIA_ROOT) / "files" / key.hex[:2] / f"{key.hex}{suffix}"


def result_of(lease: UUID) -> Path:
    """Where the file lies that a run of a job made."""
    return Path(settings.MEDIA_ROOT) / "jobs" / f"{lease.hex}.bin"


def intake_of(key: UUID) -> Path:
    """The folder of scans that came in together, until they are sorted and filed."""
    return Path(settings.MEDIA_ROOT) / "intake" / key.hex


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder beside the store for files on their way in; gone afterwards, as are those that a crash left behind."""
    incoming = Path(settings.MEDIA_ROOT) / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    for leftover in incoming.iterdir():
        with suppress(FileNotFoundError):
            if leftover.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                remove(leftover)
    with tempfile.TemporaryDirectory(dir=incoming, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def nearly_full() -> bool:
    """Whether uploads have to wait (F08): a disk that is full to the brim would stop more than them."""
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    total, _, free = shutil.disk_usage(settings.MEDIA_ROOT)
    return free < total * FLOOR


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def keep(source: Path, target: Path) -> tuple[int, str]:
    """Move a finished file to its place for good; returns its size and SHA-256.

    Flushed to the disk before it gets its name, and the name before we return: no row will ever name half a file.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    source.chmod(settings.FILE_UPLOAD_PERMISSIONS)
    source.rename(target)
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return target.stat().st_size, digest


Known = Callable[[list[UUID]], set[UUID]]  # which of these are somebody's


def sweep_results(known: Known) -> None:
    """Remove what runs that died have left among the results of jobs."""
    _sweep("jobs", known)


def sweep_intakes(known: Known) -> None:
    """Remove scans whose row was never written, or is done with."""
    _sweep("intake", known)


def _sweep(folder: str, known: Known) -> None:
    """Only those that have lain for a while are asked about, some at once."""
    place, old = Path(settings.MEDIA_ROOT) / folder, {}
    for path in place.iterdir() if place.is_dir() else ():
        with suppress(FileNotFoundError, ValueError):
            if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                old[UUID(path.stem)] = path
    keys = list(old)
    for at in range(0, len(keys), 500):
        for key in set(keys[at : at + 500]) - known(keys[at : at + 500]):
            remove(old[key]) if old[key].is_dir() else old[key].unlink(missing_ok=True)
