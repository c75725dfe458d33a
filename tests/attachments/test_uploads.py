"""The one door for uploaded PDFs: what it refuses and how it says so, what it keeps and what it leaves out."""

import errno
import hashlib
import io
import os
import resource
import shutil
import sys
import time
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from pikepdf import Array, Dictionary, Name, Stream

from accounts.models import Organisation, User
from accounts.services import appoint
from attachments import inspect_pdf, storage, validation
from attachments.forms import PdfUploadForm
from attachments.models import StoredFile
from attachments.services import store_pdf
from tests.attachments import corpus

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def person() -> User:
    return User.objects.create(username="lihua", real_name="李华")


def upload(data: bytes, name: str = "协议.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/pdf")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def refused(data: bytes, person: User, name: str = "协议.pdf") -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        store_pdf(upload(data, name), by=person)
    return caught.value


@pytest.mark.parametrize("case", corpus.REFUSED)
def test_refused_with_a_sentence_and_nothing_kept(case, person, media):
    make, code = corpus.REFUSED[case]
    error = refused(make(), person)
    assert (error.code, error.messages) == (code, [validation.REFUSALS[code]])
    assert not StoredFile.objects.exists()
    assert files(media) == []


@pytest.mark.parametrize("make", [corpus.object_bomb, corpus.deep, corpus.endless_tree])
def test_whatever_exhausts_a_reader_exhausts_the_child_only(make, person, media):
    start = time.monotonic()
    assert refused(make(), person).code in {"damaged", "too_complex"}
    assert time.monotonic() - start < validation.INSPECTION_SECONDS + 2
    assert files(media) == []


def test_the_web_process_does_not_grow_with_a_bomb(person):
    data = corpus.packed(2000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(data, person)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_a_child_that_dies_is_a_refusal(person, media, monkeypatch, caplog):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert refused(corpus.GOOD, person).code == "too_complex"
    assert "status 1" in caplog.text
    assert files(media) == []


def test_a_child_that_never_answers_is_ended(person, media, monkeypatch):
    monkeypatch.setattr(validation, "INSPECTION_SECONDS", 0.01)
    assert refused(corpus.GOOD, person).code == "too_complex"
    assert files(media) == []


@pytest.mark.parametrize("name", ["协议.exe", "协议.pdf.html", "协议.svg", "pdf", ".html"])
def test_only_names_of_a_pdf(name, person):
    assert refused(corpus.GOOD, person, name).code == "not_pdf_name"


# ------------------------------------------------------------------ what is kept


def kept(data: bytes, person: User, name: str = "协议.pdf") -> tuple[StoredFile, bytes]:
    stored = store_pdf(upload(data, name), by=person)
    with stored.open() as file:
        return stored, file.read()


def test_kept_under_a_random_name_with_all_that_proves_it(person, media):
    stored, data = kept(corpus.paper(3), person, "张三 服务协议.PDF")
    assert (stored.name, stored.pages, stored.uploaded_by) == ("张三 服务协议.pdf", 3, person)
    assert (stored.size, stored.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert files(media) == [stored.path]
    assert stored.path.name == f"{stored.key.hex}.pdf"
    assert "张三" not in str(stored.path)
    assert stored.path.stat().st_mode & 0o777 == 0o640


def test_60_pages_and_20_mb_are_welcome(person):
    noise = os.urandom(validation.MAX_BYTES - 200_000)
    big = corpus.image(4000, 5000, noise)
    assert kept(corpus.paper(60), person)[0].pages == 60
    assert validation.MAX_BYTES - 300_000 < kept(big, person)[0].size < validation.MAX_BYTES


def test_what_comes_after_the_pdf_is_left_out(person):
    _, data = kept(corpus.GOOD + b"<script>alert(1)</script>", person)
    assert data.startswith(b"%PDF-")
    assert data.endswith(b"%%EOF\n")
    assert b"script" not in data


EXIF = b"\xff\xe1\x00\x10Exif\0\0GPS-HERE"
JPEG = b"\xff\xd8" + EXIF + b"\xff\xfe\x00\x08secret\xff\xdb\x00\x04ab\xff\xda\x00\x04cdDATA\xff\xd9"


def with_traces(pdf: pikepdf.Pdf) -> None:
    pdf.docinfo["/Author"] = "张三"
    pdf.Root.Metadata = Stream(pdf, b"<?xpacket?>secret", Type=Name.Metadata, Subtype=Name.XML)
    pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])
    pdf.Root.Outlines = Dictionary(Type=Name.Outlines)
    pdf.pages[0].PieceInfo = Dictionary(App=Dictionary(Private="secret"))
    picture = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1)
    picture.write(JPEG, filter=Name.DCTDecode)
    pdf.pages[0].Resources = Dictionary(XObject=Dictionary(X=picture))
    seal = Stream(pdf, b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    stamp = Dictionary(Subtype=Name.Stamp, Rect=[0, 0, 9, 9], AP=Dictionary(N=seal))
    link = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI="http://x"))
    pdf.pages[0].Annots = Array([stamp, link])


def test_traces_of_people_and_ways_out_are_left_out_and_the_pages_stay(person):
    _, data = kept(corpus.paper(2, with_traces), person)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert len(pdf.pages) == 2
        assert "/Info" not in pdf.trailer
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/PieceInfo" not in pdf.pages[0]
        assert "/Annots" not in pdf.pages[0]
        assert b"Do" in pdf.pages[0].Contents[-1].read_bytes()  # the stamp, now part of the page
        assert pdf.pages[0].Resources.XObject.X.read_raw_bytes() == JPEG[:2] + JPEG[2 + len(EXIF) + 10 :]
    assert b"secret" not in data
    assert b"GPS" not in data


def test_a_stored_file_never_changes(person):
    stored, first = kept(corpus.GOOD, person)
    stored.name = "别的.pdf"
    with pytest.raises(TypeError, match="不再改动"):
        stored.save()
    other, _ = kept(corpus.paper(2), person)
    assert other.key != stored.key
    assert stored.path.read_bytes() == first


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\扫描\\张三.pdf", "张三.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("张三\u202efdp.exe.pdf", "张三fdp.exe.pdf"),
        ("𬭎䶮 协议.PDF ", "𬭎䶮 协议.pdf"),
        (f"{'长' * 300}.pdf", f"{'长' * 96}.pdf"),
        ("...pdf", "文件.pdf"),
    ],
)
def test_names_are_cleaned_for_show(given, shown, person):
    file = upload(corpus.GOOD)
    file._name = given  # past Django's own cleaning: names come out of archives too
    assert store_pdf(file, by=person).name == shown


# ------------------------------------------------------------------ faults


def test_no_row_and_no_file_when_the_disk_is_full(person, media, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage, "keep", full)
    assert refused(corpus.GOOD, person).code == "no_space"
    assert files(media) == []


@pytest.mark.parametrize(("free", "code"), [(49, "no_space"), (50, None)])
def test_a_twentieth_of_the_disk_stays_free(person, media, monkeypatch, free, code):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: (1000, 1000 - free, free))
    if code:
        assert refused(corpus.GOOD, person).code == code
        assert files(media) == []
    else:
        assert store_pdf(upload(corpus.GOOD), by=person).pages


def test_so_much_a_day_from_one_person(person, monkeypatch):
    size = len(corpus.GOOD)
    monkeypatch.setattr(validation, "DAY_MEGABYTES", 2.5 * size / 1024**2)
    kept = [store_pdf(upload(corpus.GOOD), by=person) for _ in range(2)]
    StoredFile.objects.update(size=size)  # cleaned, it may be smaller
    assert refused(corpus.GOOD, person).code == "quota"
    other = User.objects.create(username="wangwu", real_name="王五")
    assert store_pdf(upload(corpus.GOOD), by=other).pages
    StoredFile.objects.filter(pk=kept[0].pk).update(created=timezone.now() - timedelta(days=1, seconds=1))
    assert store_pdf(upload(corpus.GOOD), by=person).pages


def test_who_brings_in_everybodys_paper_has_no_such_limit(person, monkeypatch):
    monkeypatch.setattr(validation, "DAY_MEGABYTES", 0)
    appoint(user=person, organisation=Organisation.objects.get(kind=Organisation.Kind.PROVINCE))
    assert store_pdf(upload(corpus.GOOD), by=person).pages


def test_no_file_stays_when_the_row_cannot_be_written(person, media, monkeypatch):
    def broken(**row):
        raise DatabaseError

    monkeypatch.setattr(StoredFile.objects, "create", broken)
    with pytest.raises(DatabaseError):
        store_pdf(upload(corpus.GOOD), by=person)
    assert files(media) == []


def test_what_a_crash_left_is_swept_and_what_is_under_way_is_not(person, media):
    old, new = media / "incoming/old", media / "incoming/new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "raw.pdf").write_bytes(b"%PDF-")
    os.utime(old, (0, 0))
    kept(corpus.GOOD, person)
    assert not old.exists()
    assert new.exists()


def test_a_file_gets_its_name_only_when_it_is_on_the_disk(person, monkeypatch):
    order = []
    fsync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda fd: order.append("fsync") or fsync(fd))
    monkeypatch.setattr(Path, "rename", lambda self, target: order.append("rename") or rename(self, target))
    kept(corpus.GOOD, person)
    assert order[:3] == ["fsync", "rename", "fsync"]


# ------------------------------------------------------------------ form and request


def test_the_form_tells_the_limits_and_refuses_at_once():
    assert 'accept=".pdf,application/pdf"' in str(PdfUploadForm()["file"])
    assert PdfUploadForm()["file"].help_text == validation.LIMITS_TEXT == "仅限 PDF，不超过 20 MB，最多 60 页"
    for file, code in ((None, "missing"), (upload(b""), "empty"), (upload(b"<html>"), "not_pdf"),
                       (upload(corpus.GOOD, "x.exe"), "not_pdf_name")):  # fmt: skip
        form = PdfUploadForm({}, {"file": file})
        assert form.errors == {"file": [validation.REFUSALS[code]]}
    assert PdfUploadForm({}, {"file": upload(corpus.GOOD, f"{'长' * 200}.pdf")}).is_valid()


def posted(data: bytes, **headers):
    return RequestFactory().post("/", {"word": "还在", "file": upload(data)}, **headers)


def test_too_large_a_file_is_read_past_and_not_kept(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    request = posted(b"%PDF-" + b"\0" * validation.MAX_BYTES)
    form = PdfUploadForm(request.POST, request.FILES)
    assert form.errors == {"file": [validation.REFUSALS["too_large"]]}
    assert request.POST["word"] == "还在"
    assert files(tmp_path) == []
    assert request.FILES["file"].read() == b""
    request.close()


def test_20_mb_pass_the_handler():
    request = posted(b"%PDF-" + b"\0" * (validation.MAX_BYTES - 5))
    assert request.FILES["file"].size == validation.MAX_BYTES
    assert PdfUploadForm(request.POST, request.FILES).is_valid()
    request.close()


@pytest.mark.parametrize("length", [str(10**10), "told falsely"])
def test_absurd_requests_are_not_read_to_their_end(length):
    headers = {"CONTENT_LENGTH": length} if length.isdigit() else {}
    request = posted(b"%PDF-" + b"\0" * (65 * 1024**2 if not headers else 10), **headers)
    with pytest.raises(RequestDataTooBig):
        _ = request.POST


def test_an_absurd_request_gets_a_page_that_says_so(client):
    answer = client.post(reverse("accounts:login"), {"file": upload(corpus.GOOD)}, CONTENT_LENGTH=str(10**10))
    assert answer.status_code == 413
    assert "太大" in answer.text


def test_the_child_and_the_sentences_know_the_same_codes():
    source = Path(inspect_pdf.__file__).read_text(encoding="utf-8")
    codes = {code for code in validation.REFUSALS if f'"{code}"' in source}
    assert codes == {"encrypted", "damaged", "too_many_pages", "active", "too_complex", "no_space"}
