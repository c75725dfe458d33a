"""Reads one PDF that nobody vouches for, in a process of its own.

`python -I inspect_pdf.py SOURCE TARGET PAGES CPU_SECONDS MEGABYTES`, the last three being what it may take.

Prints `{"pages": n}` and writes the clean copy to TARGET, or prints `{"refusal": code}` with a code of
`attachments.validation.REFUSALS`. A file made to exhaust a reader exhausts this process only. No Django here.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import pikepdf

MAX_STREAM = 128 * 1024**2  # an A4 sheet at 600 dpi in colour, unpacked, is 100 MB
MAX_PIXELS = 100_000_000  # A3 at 600 dpi is 70 million

# A key or a name of these in any object: the file does something, holds other files or reaches out. A scan does not.
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/Rendition",
    "/Movie", "/Sound", "/XFA", "/GoToE", "/GoToR", "/SubmitForm", "/ImportData",
}  # fmt: skip
# What a page needs of the catalog. The rest (OpenAction, Names, AcroForm, Metadata …) stays behind.
CATALOG = {"/Type", "/Pages", "/Version", "/OCProperties", "/OutputIntents"}
PRIVATE = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified")


class Refused(Exception):
    """`args[0]` is the code."""


def parts(obj: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """`obj` and the direct objects inside it."""
    stack = [obj]
    while stack:
        one = stack.pop()
        yield one
        if isinstance(one, pikepdf.Array):
            inner = list(one)
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            inner = [value for _, value in one.items()]
        else:
            continue
        stack += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]


def check(obj: pikepdf.Object) -> None:
    for part in parts(obj):
        if isinstance(part, pikepdf.Name) and str(part) in ACTIVE:
            raise Refused("active")
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream) and ACTIVE & set(part.keys()):
            raise Refused("active")
    if isinstance(obj, pikepdf.Stream):
        if "/F" in obj or obj.get("/Subtype") == "/PS":  # the data lie in another file, or are a printer's program
            raise Refused("active")
        if obj.get("/Subtype") == "/Image" and int(obj.get("/Width", 0)) * int(obj.get("/Height", 0)) > MAX_PIXELS:
            raise Refused("too_complex")
        if len(unpacked(obj)) > MAX_STREAM:
            raise Refused("too_complex")


def unpacked(stream: pikepdf.Stream) -> memoryview | bytes:
    filters = stream.get("/Filter", pikepdf.Array())
    names = {str(filters)} if isinstance(filters, pikepdf.Name) else {str(name) for name in filters}
    if names & {"/DCTDecode", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode"}:
        return stream.read_raw_bytes()  # pictures: MAX_PIXELS bounds what a viewer makes of them
    return memoryview(stream.get_stream_buffer(decode_level=pikepdf.StreamDecodeLevel.generalized))


def without_exif(jpeg: bytes) -> bytes:
    """A JPEG without its APP1 (Exif, XMP: place, camera, time) and comment segments."""
    if jpeg[:2] != b"\xff\xd8":
        return jpeg
    kept, at = bytearray(jpeg[:2]), 2
    while jpeg[at : at + 1] == b"\xff" and jpeg[at + 1 : at + 2] not in (b"\xda", b""):
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if jpeg[at + 1] not in (0xE1, 0xFE):
            kept += jpeg[at:end]
        at = end
    return bytes(kept + jpeg[at:])


def strip(pdf: pikepdf.Pdf) -> None:
    """Leave the pages as they look, and nothing else."""
    if "/NeedAppearances" in pdf.Root.get("/AcroForm", {}):
        del pdf.Root.AcroForm["/NeedAppearances"]
    pdf.flatten_annotations()  # stamps and seals become part of the page
    for page in pdf.pages:
        if "/Annots" in page:
            del page["/Annots"]
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for key in set(pdf.Root.keys()) - CATALOG:
        del pdf.Root[key]
    for obj in pdf.objects:
        if isinstance(obj, pikepdf.Dictionary | pikepdf.Stream):
            for key in PRIVATE:
                if key in obj:
                    del obj[key]
        if isinstance(obj, pikepdf.Stream) and obj.get("/Filter") in ("/DCTDecode", pikepdf.Array(["/DCTDecode"])):
            jpeg = obj.read_raw_bytes()
            if len(bare := without_exif(jpeg)) < len(jpeg):
                obj.write(bare, filter=pikepdf.Name.DCTDecode)


def inspect(source: Path, target: Path, max_pages: int) -> int:
    """Writes the clean copy; returns the page count."""
    with pikepdf.open(source, attempt_recovery=False, suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            raise Refused("encrypted")
        pages = len(pdf.pages)
        if not pages:
            raise Refused("damaged")
        if pages > max_pages:
            raise Refused("too_many_pages")
        check(pdf.trailer)
        for obj in pdf.objects:
            check(obj)
        strip(pdf)
        pdf.save(target, deterministic_id=True)
        if pdf.get_warnings():
            raise Refused("damaged")
    return pages


def main(source: str, target: str, max_pages: str, cpu_seconds: str, megabytes: str) -> dict[str, object]:
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_seconds), int(cpu_seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (int(megabytes) * 1024**2, int(megabytes) * 1024**2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        pages = inspect(Path(source), Path(target), int(max_pages))
    except Refused as refused:
        return {"refusal": refused.args[0]}
    except pikepdf.PasswordError:
        return {"refusal": "encrypted"}
    except OSError:
        return {"refusal": "no_space"}
    except (pikepdf.PikepdfError, ValueError, TypeError, KeyError, AttributeError, MemoryError) as error:
        # qpdf speaks of exhausted memory as of any other fault of the file
        return {"refusal": "too_complex" if re.search("bad_alloc|MemoryError", repr(error)) else "damaged"}
    return {"pages": pages}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
