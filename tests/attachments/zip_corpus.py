"""Zips that nobody should unpack, and some that everybody should, made by code."""

import io
import struct
import zlib
from collections.abc import Callable
from random import Random
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

PDF = b"%PDF-1.7 first"
OTHER = b"%PDF-1.7 second"


def packed(*entries: tuple[str | ZipInfo, bytes], method: int = ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def named(raw: bytes, data: bytes = PDF, flags: int = 0) -> bytes:
    """A zip of one entry whose name is these bytes, as Windows (GBK) or others write them."""
    local = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", 20, flags, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(raw), 0
    )
    entry = local + raw + data
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, flags, 0, 0, 33, zlib.crc32(data), len(data), len(data), len(raw),
        0, 0, 0, 0, 0, 0,
    ) + raw  # fmt: skip
    return entry + central + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(entry), 0)


def overlapping() -> bytes:
    """Two entries in the directory, the bytes of one in the file (D. Fifield's bomb has thousands)."""
    whole = bytearray(packed(("a.pdf", PDF), ("b.pdf", PDF)))
    second = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 1)
    struct.pack_into("<L", whole, second + 42, 0)
    whole[second + 46 : second + 51] = b"a.pdf"
    return bytes(whole)


def quoted() -> bytes:
    """An entry whose data hold the header and the data of the next one, which is an entry as well."""
    inner = packed(("b.pdf", b"\0" * 1000), method=ZIP_DEFLATED)
    inner_local = inner[: inner.index(b"PK\x01\x02")]
    whole = bytearray(packed(("a.pdf", inner_local), ("b.pdf", b"\0" * 1000)))
    inside = whole.index(b"PK\x03\x04", 4)
    second = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 1)
    inner_second = inner[inner.index(b"PK\x01\x02") :]
    whole[second : second + 42] = inner_second[:42]
    struct.pack_into("<L", whole, second + 42, inside)
    return bytes(whole)


def lying(size: int) -> bytes:
    """The directory and the header say `size`; the data unpack to 200 KB."""
    whole = bytearray(packed(("a.pdf", Random(1).randbytes(200_000)), method=ZIP_DEFLATED))
    at = whole.index(b"PK\x01\x02")
    struct.pack_into("<L", whole, 22, size)
    struct.pack_into("<L", whole, at + 24, size)
    return bytes(whole)


def spoilt() -> bytes:
    return packed(("a.pdf", PDF)).replace(PDF, OTHER[: len(PDF)], 1)


def flagged(bit: int) -> bytes:
    whole = bytearray(packed(("a.pdf", PDF)))
    whole[6] |= bit
    whole[whole.index(b"PK\x01\x02") + 8] |= bit
    return bytes(whole)


def linked() -> bytes:
    link = ZipInfo("a.pdf")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return packed((link, b"/etc/passwd"))


def large_directory() -> bytes:
    entries = [ZipInfo(f"{number}.pdf") for number in range(20)]
    for entry in entries:
        entry.comment = b"x" * 60_000
    return packed(*((entry, PDF) for entry in entries))


def zip64() -> bytes:
    whole = packed(("a.pdf", PDF))
    at = whole.index(b"PK\x05\x06")
    return whole[:at] + b"PK\x06\x07" + b"\0" * 16 + whole[at:]


# What it is: (the zip, the code of its refusal).
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "leads out": (lambda: packed(("../../etc/x.pdf", PDF)), "unsafe"),
    "leads out by backslashes": (lambda: packed(("a\\..\\..\\b.pdf", PDF)), "unsafe"),
    "absolute": (lambda: packed(("/abs.pdf", PDF)), "unsafe"),
    "drive": (lambda: packed(("C:/abs.pdf", PDF)), "unsafe"),
    "drive with backslash": (lambda: packed(("C:\\abs.pdf", PDF)), "unsafe"),
    "leads out in GBK": (lambda: named("张三/../../x.pdf".encode("gbk")), "unsafe"),
    "link": (linked, "unsafe"),
    "501 files": (lambda: packed(*((f"{number}.pdf", PDF) for number in range(501))), "too_many"),
    "directory of a megabyte": (large_directory, "too_many"),
    "50 MB of zeros": (lambda: packed(("a.pdf", bytes(50 * 1024**2)), method=ZIP_DEFLATED), "bomb"),
    "says 600 MB": (lambda: lying(600 * 1024**2), "too_large"),
    "zip in the zip": (lambda: packed(("a.pdf", PDF), ("b.ZIP", packed(("c.pdf", PDF)))), "nested"),
    "rar in the zip": (lambda: packed(("扫描.rar", b"Rar!")), "nested"),
    "password": (lambda: flagged(1), "encrypted"),
    "odd method": (lambda: packed(("a.pdf", PDF), method=ZIP_BZIP2), "method"),
    "zip64": (zip64, "method"),
    "entries share bytes": (overlapping, "damaged"),
    "entry inside an entry": (quoted, "damaged"),
    "rar by another name": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(1000), "not_zip"),
    "pdf by another name": (lambda: PDF, "not_zip"),
    "nothing": (lambda: b"", "not_zip"),
    "cut in half": (lambda: packed(("a.pdf", PDF * 100))[:700], "not_zip"),
    "end record cut": (lambda: packed(("a.pdf", PDF))[:-3], "not_zip"),
}
# Found out while it is unpacked.
BROKEN: dict[str, Callable[[], bytes]] = {
    "says less than it holds": lambda: lying(1000),
    "says more than it holds": lambda: lying(8 * 1024**2),
    "other data than the sum of its header says": spoilt,
}
# (the zip, what comes out: names and data)
WELCOME: dict[str, tuple[Callable[[], bytes], list[tuple[str, bytes]]]] = {
    "two files of one name": (lambda: _twice(), [("a.pdf", PDF), ("a.pdf", OTHER)]),
    "names of Windows": (lambda: named("张三协议.pdf".encode("gbk")), [("张三协议.pdf", PDF)]),
    "rare names of Windows": (lambda: named("王喆镕䶮.pdf".encode("gb18030")), [("王喆镕䶮.pdf", PDF)]),
    "names in UTF-8, said": (lambda: packed(("目录/张三.PDF", PDF)), [("目录/张三.PDF", PDF)]),
    "names in UTF-8, not said": (lambda: named("张三.pdf".encode()), [("张三.pdf", PDF)]),
    "packed in a folder, by a Mac": (
        lambda: packed(("扫描/", b""), ("扫描/a.pdf", PDF), ("__MACOSX/扫描/._a.pdf", b"x"), ("扫描/.DS_Store", b"x")),
        [("扫描/a.pdf", PDF)],
    ),
    "data before the zip": (lambda: b"x" * 100 + packed(("a.pdf", PDF)), [("a.pdf", PDF)]),
    "deflated": (lambda: packed(("a.pdf", PDF * 9), method=ZIP_DEFLATED), [("a.pdf", PDF * 9)]),
    "empty": (packed, []),
}


def _twice() -> bytes:
    return packed(("a.pdf", PDF), ("b.pdf", OTHER)).replace(b"b.pdf", b"a.pdf")
