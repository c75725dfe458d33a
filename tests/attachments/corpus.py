"""PDFs that nobody should accept, and some that everybody should, made by code."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

A4 = (595, 842)
SCRIPT = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def paper(pages: int = 1, change: Callable[[Pdf], None] | None = None, **options) -> bytes:
    """A PDF of blank pages, after `change` had its way with it."""
    pdf = Pdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=A4)
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def catalog(**entries) -> bytes:
    return paper(change=lambda pdf: [pdf.Root.__setitem__(f"/{key}", value) for key, value in entries.items()])


def annotation(**entries) -> bytes:
    note = {"Type": Name.Annot, "Rect": [0, 0, 9, 9]} | entries
    return paper(change=lambda pdf: setattr(pdf.pages[0], "Annots", Array([Dictionary(**note)])))


def with_attachment() -> bytes:
    def change(pdf: Pdf) -> None:
        pdf.attachments["x.exe"] = b"MZ"

    return paper(change=change)


def hidden_in_object_streams() -> bytes:
    return paper(
        change=lambda pdf: pdf.Root.__setitem__("/Names", Dictionary(JavaScript=Dictionary(Names=["x", SCRIPT]))),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )


def written(*objects: bytes) -> bytes:
    """A PDF of objects as they stand; the first is the catalog."""
    body, places = io.BytesIO(), []
    body.write(b"%PDF-1.4\n")
    for number, content in enumerate(objects, 1):
        places.append(body.tell())
        body.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    size, at = len(objects) + 1, body.tell()
    body.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    body.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    body.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, at))
    return body.getvalue()


CATALOG = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> %s >>"


def disguised_name() -> bytes:
    return written(CATALOG % b"/OpenAction << /S /J#61vaScript /J#53 (x) >>", PAGES, PAGE % b"")


def unreferenced() -> bytes:
    """A script that no page leads to, appended as an incremental update would be."""
    base = paper()
    at = base.rindex(b"startxref")
    start = int(base[at + 9 :].split()[0])
    body = b"9 0 obj\n<< /S /JavaScript /JS (x) >>\nendobj\n"
    table = b"xref\n9 1\n%010d 00000 n \ntrailer\n<< /Size 10 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return base + body + table % (len(base), start, len(base) + len(body))


def contents(data: bytes, *filters: str) -> bytes:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Contents = Stream(pdf, b"")
        pdf.pages[0].Contents.write(data, filter=Array([Name(name) for name in filters]))

    return paper(change=change)


def deflated(megabytes: int, fill: bytes = b"\0", head: bytes = b"") -> bytes:
    """So many megabytes of one byte as a Flate stream, made in no time: all blocks but the first are the same."""
    packer = zlib.compressobj(9)
    first = packer.compress(head + fill * 1024**2) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + (packer.compress(fill * 1024**2) + packer.flush(zlib.Z_FULL_FLUSH)) * (megabytes - 1)


def packed(megabytes: int) -> bytes:
    """A page whose contents unpack to so many megabytes."""
    return contents(deflated(megabytes), "/FlateDecode")


def packed_twice() -> bytes:
    return contents(zlib.compress(deflated(600), 9), "/FlateDecode", "/FlateDecode")


def object_bomb() -> bytes:
    """A compressed object stream with 600 MB of spaces in it, which must be unpacked to find the catalog."""
    data = deflated(600, b" ", head=b"4 0 ")
    head = b"%PDF-1.5\n"
    stream = b"1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(data)
    body = head + stream + data + b"\nendstream\nendobj\n"
    rows = b"".join(bytes(row) for row in ([0, 0, 0, 0, 0], [1, 0, 0, 0, len(head)], [1, *len(body).to_bytes(4)]))
    rows += bytes([0] * 5) + bytes([2, 0, 0, 0, 1])
    xref = b"2 0 obj\n<< /Type /XRef /Size 5 /W [1 4 0] /Root 4 0 R /Length %d >>\nstream\n" % len(rows)
    return body + xref + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def deep() -> bytes:
    return written(CATALOG % b"", PAGES, PAGE % (b"/X " + b"[" * 100_000 + b"]" * 100_000))


def endless_tree() -> bytes:
    return written(CATALOG % b"", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")


def image(width: int, height: int, data: bytes = b"", **entries) -> bytes:
    def change(pdf: Pdf) -> None:
        picture = Stream(pdf, b"")
        picture.write(data, filter=entries.pop("Filter", None))
        picture.stream_dict.update(Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=width, Height=height,
                                              ColorSpace=Name.DeviceGray, BitsPerComponent=8, **entries))  # fmt: skip
        pdf.pages[0].Resources = Dictionary(XObject=Dictionary(X=picture))

    return paper(change=change)


GOOD = paper()

# What it is: (the file, the code of its refusal). 「name」 is the name it comes under, where that matters.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "empty"),
    "html": (lambda: b"<html><script>alert(1)</script></html>", "not_pdf"),
    "html that ends as a PDF": (lambda: b"<html><script>alert(1)</script>" + GOOD, "not_pdf"),
    "junk before the PDF": (lambda: b"\0" * 2000 + GOOD, "not_pdf"),
    "zip": (lambda: b"PK\x03\x04" + b"\0" * 100, "not_pdf"),
    "head only": (lambda: b"%PDF-1.7\n", "damaged"),
    "garbage under a head": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 40, "damaged"),
    "cut in half": (lambda: paper(5)[: len(paper(5)) // 2], "damaged"),
    "last bytes missing": (lambda: GOOD[:-30], "damaged"),
    "one object spoilt": (lambda: GOOD.replace(b"/Kids", b"/Kid("), "damaged"),
    "no page": (lambda: paper(0), "damaged"),
    "61 pages": (lambda: paper(61), "too_many_pages"),
    "21 MB": (lambda: GOOD + b"\0" * (21 * 1024**2), "too_large"),
    "user password": (lambda: paper(encryption=pikepdf.Encryption(user="x", owner="y")), "encrypted"),
    "owner password": (lambda: paper(encryption=pikepdf.Encryption(owner="y")), "encrypted"),
    "script on opening": (lambda: catalog(OpenAction=SCRIPT), "active"),
    "script by name": (lambda: catalog(Names=Dictionary(JavaScript=Dictionary(Names=["x", SCRIPT]))), "active"),
    "script in an object stream": (hidden_in_object_streams, "active"),
    "script under a disguised name": (disguised_name, "active"),
    "script that nothing refers to": (unreferenced, "active"),
    "script on a page event": (
        lambda: paper(change=lambda pdf: setattr(pdf.pages[0], "AA", Dictionary(O=SCRIPT))), "active"
    ),
    "script on a link": (lambda: annotation(Subtype=Name.Link, A=SCRIPT), "active"),
    "event without a script": (lambda: catalog(AA=Dictionary(WC=Dictionary(S=Name.Named, N=Name.Print))), "active"),
    "launches a program": (lambda: catalog(OpenAction=Dictionary(S=Name.Launch, F="cmd.exe")), "active"),
    "holds a file": (with_attachment, "active"),
    "file on a page": (
        lambda: annotation(Subtype=Name.FileAttachment, FS=Dictionary(Type=Name.Filespec, EF=Dictionary())), "active"
    ),
    "XFA form": (lambda: catalog(AcroForm=Dictionary(XFA="<xdp/>", Fields=[])), "active"),
    "opens another file": (lambda: annotation(Subtype=Name.Link, A=Dictionary(S=Name.GoToR, F="x.pdf")), "active"),
    "sends a form": (lambda: annotation(Subtype=Name.Link, A=Dictionary(S=Name.SubmitForm)), "active"),
    "film": (lambda: annotation(Subtype=Name.RichMedia), "active"),
    "data in another file": (lambda: image(1, 1, b"\0", F="/etc/passwd"), "active"),
    "unpacks to 200 MB": (lambda: packed(200), "too_complex"),
    "unpacks to 2 GB": (lambda: packed(2000), "too_complex"),
    "packed twice": (packed_twice, "too_complex"),
    "picture of 10 gigapixels": (lambda: image(100_000, 100_000, b"\0"), "too_complex"),
}  # fmt: skip
