from email.message import Message

import pytest
from csp.middleware import CSPMiddleware
from django.core.files.uploadedfile import SimpleUploadedFile
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.test import RequestFactory

from accounts.models import User
from attachments.names import clean_file_name
from attachments.responses import pdf_response
from attachments.services import store_pdf
from tests.attachments import corpus


def served(response):
    """As it leaves the house."""
    return CSPMiddleware(XFrameOptionsMiddleware(lambda request: response))(RequestFactory().get("/"))


def test_a_download_is_a_pdf_and_nothing_else():
    response = served(pdf_response(b"%PDF-1.7", "张三 协议"))
    assert response.content == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E5%BC%A0%E4%B8%89%20%E5%8D%8F%E8%AE%AE.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Frame-Options"] == "DENY"


def test_shown_in_the_browser_it_may_stand_in_our_own_pages_and_run_nothing():
    response = served(pdf_response(b"%PDF-1.7", "a.pdf", inline=True))
    assert response["Content-Disposition"] == 'inline; filename="a.pdf"'
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1.pdf", "a\u2028b.pdf", '"; filename="x.exe', "\u202efdp.exe"])
def test_a_name_cannot_write_headers(name):
    header = pdf_response(b"", name)["Content-Disposition"]
    assert "\r" not in header
    assert "\n" not in header
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_filename() == clean_file_name(name)
    assert message.get_filename().endswith(".pdf")


@pytest.mark.django_db
def test_a_stored_file_is_streamed_under_the_name_we_give(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    person = User.objects.create(username="lihua", real_name="李华")
    stored = store_pdf(SimpleUploadedFile("a.pdf", corpus.GOOD), by=person)
    response = served(pdf_response(stored, "b.pdf"))
    assert b"".join(response.streaming_content) == stored.path.read_bytes()
    assert response["Content-Length"] == str(stored.size)
    assert response["Content-Disposition"] == 'attachment; filename="b.pdf"'
    response.close()
