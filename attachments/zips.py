"""Zips that nobody vouches for: what is in them, read entry by entry into files that we name. Names decide nothing.

A zip with a trap in it is refused as a whole, before anything is unpacked. Among scans what is no PDF is listed, not
unpacked; Word and Excel files are zips as well, with limits of their own (`office.py`).
The checks stand here because zipfile lacks them: overlaps before Python 3.11.8 (CVE-2024-0450), the others always.
"""

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MAX_ENTRIES = 500
MAX_BYTES = 500 * 1024**2
MAX_RATIO = 100  # a PDF is compressed already
SMALL = 1024**2  # below this a ratio says nothing


@dataclass(frozen=True)
class Limits:
    """What one zip may hold; `litter` is what a Mac or a Windows puts in by itself, which is passed over."""

    entries: int = MAX_ENTRIES
    whole: int = MAX_BYTES
    ratio: int = MAX_RATIO
    litter: bool = False


SCANS = Limits(litter=True)
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".iso", ".jar")
MAX_DIRECTORY = 1024**2
END = struct.Struct("<12xL6x")  # the end record, for the size of the directory
LOCAL_HEADER = struct.Struct("<4s22xHH")  # of an entry, for the lengths of name and extra

REFUSALS = {
    "not_zip": "不是可以打开的 zip 压缩包，可能已损坏，或由其他格式改名而来；请重新压缩为 zip 后上传",
    "encrypted": "压缩包设有密码，请去掉密码后重新压缩上传",
    "too_many": f"压缩包内文件超过 {MAX_ENTRIES} 个，请分几次上传",
    "too_large": f"压缩包解开后超过 {MAX_BYTES // 1024**2} MB，请分几次上传",
    "bomb": "压缩包的压缩率异常，不能处理",
    "nested": "压缩包里还有压缩包，请全部解开后只打包 PDF 上传",
    "unsafe": "压缩包内有不安全的路径或链接，请只打包 PDF 上传",
    "method": "压缩包用了不支持的压缩方式，请用普通 zip 方式重新压缩",
    "damaged": "压缩包已损坏，内容与目录不一致，请重新压缩后上传",
}


class Refused(Exception):
    """`args[0]` is a code of REFUSALS."""

    @property
    def sentence(self) -> str:
        return REFUSALS[self.args[0]]


@dataclass(frozen=True)
class Entry:
    """A file in a zip: its name as people gave it, and how it goes to a file of ours."""

    name: str
    archive: ZipFile
    info: ZipInfo

    @property
    def is_pdf(self) -> bool:
        return self.name.lower().endswith(".pdf")

    def unpack(self, target: Path) -> None:
        """Raises `Refused` where it holds other than it says."""
        with target.open("wb") as file:
            self._copy(file)

    def read(self) -> bytes:
        """All of it, where it is known to be small. Raises `Refused` as `unpack` does."""
        out = io.BytesIO()
        self._copy(out)
        return out.getvalue()

    def _copy(self, file: BinaryIO) -> None:
        try:
            with self.archive.open(self.info) as source:
                while chunk := source.read(1024**2):  # zipfile reads no more than the size that was checked
                    file.write(chunk)
                if file.tell() != self.info.file_size:
                    raise Refused("damaged")
        except (BadZipFile, EOFError, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError) as fault:
            raise Refused("damaged") from fault


@contextmanager
def opened(path: Path, limits: Limits = SCANS) -> Iterator[list[Entry]]:
    """The files in a zip, after every check that can be made without unpacking. Raises `Refused`."""
    _check_directory(path)
    try:
        archive = ZipFile(path)
    except (BadZipFile, EOFError, struct.error, NotImplementedError, ValueError, OverflowError) as fault:
        raise Refused("not_zip") from fault
    with archive:
        infos = [info for info in archive.infolist() if not (limits.litter and _litter(info))]
        _check(archive, infos, limits)
        _check_places(path, archive)
        yield [Entry(_name(info), archive, info) for info in infos if not info.is_dir()]


def _litter(info: ZipInfo) -> bool:
    """What a Mac or a Windows puts in by itself."""
    name = info.filename.rpartition("/")[2]
    return info.filename.startswith("__MACOSX/") or name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _name(info: ZipInfo) -> str:
    """Windows packs Chinese names as GBK, some others as UTF-8 without saying so; zipfile reads both as cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _check(archive: ZipFile, infos: list[ZipInfo], limits: Limits) -> None:
    if len(archive.infolist()) > limits.entries:
        raise Refused("too_many")
    if sum(info.file_size for info in infos) > limits.whole:
        raise Refused("too_large")
    for info in infos:
        if info.flag_bits & 0x1:
            raise Refused("encrypted")
        if _unsafe(info):
            raise Refused("unsafe")
        if info.is_dir():
            continue
        if _name(info).lower().endswith(ARCHIVES):
            raise Refused("nested")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused("method")
        if info.file_size > SMALL and info.file_size > limits.ratio * info.compress_size:
            raise Refused("bomb")


def _unsafe(info: ZipInfo) -> bool:
    """Paths that lead out, and entries that are no files. We would not follow them; honest tools don't write them."""
    parts = _name(info).replace("\\", "/").split("/")
    kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0  # 3: made on Unix
    return ".." in parts or parts[0] == "" or parts[0].endswith(":") or kind not in (0, stat.S_IFREG, stat.S_IFDIR)


def _check_directory(path: Path) -> None:
    """A directory of a sensible size: zipfile reads all of it into memory before it tells how long it is."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END.size - 0x10000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + END.size:
        raise Refused("not_zip")
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):  # zip64: for what is larger than we take
        raise Refused("method")
    if END.unpack_from(tail, at)[0] > MAX_DIRECTORY:
        raise Refused("too_many")


def _check_places(path: Path, archive: ZipFile) -> None:
    """Each entry has its own bytes, between its header and the next one's."""
    infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [*(info.header_offset for info in infos[1:]), archive.start_dir]
    with path.open("rb") as file:
        for info, end in zip(infos, ends, strict=False):
            file.seek(info.header_offset)
            header = file.read(LOCAL_HEADER.size)
            if len(header) < LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
                raise Refused("damaged")
            _, name, extra = LOCAL_HEADER.unpack(header)
            if info.header_offset + LOCAL_HEADER.size + name + extra + info.compress_size > end:
                raise Refused("damaged")
