"""Pages as pictures: drawn once, by a process that may die of them; and the answers that carry them."""

import io
import os
import re
import time

import pikepdf
import pytest
from csp.middleware import CSPMiddleware
from django.http import Http404
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.test import RequestFactory
from PIL import Image

from attachments import pictures
from attachments.responses import paper_response


@pytest.fixture
def paper(settings, tmp_path):
    """A4 and A3 across."""
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "4f2c.pdf"
    with pikepdf.Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.add_blank_page(page_size=(1191, 842))
        pdf.save(path)
    return path


def served(paper, query: str):
    return CSPMiddleware(XFrameOptionsMiddleware(lambda request: paper_response(request, paper, "协议.pdf")))(
        RequestFactory().get(f"/?{query}")
    )


def test_each_page_is_drawn_once(paper, monkeypatch):
    drawn = pictures.of(paper)
    assert [Image.open(io.BytesIO(path.read_bytes())).size for path in drawn] == [(1100, 1557), (1100, 778)]
    monkeypatch.setattr(pictures, "_draw", None)  # not asked again
    assert pictures.of(paper) == drawn
    assert not list((paper.parent / "media/incoming").iterdir())


def test_what_cannot_be_drawn_says_so_and_is_tried_again(paper):
    whole = paper.read_bytes()
    paper.write_bytes(b"%PDF-1.7 nothing")
    answer = served(paper, "view=pages")
    assert answer.status_code == 200
    assert "请下载后查看" in answer.content.decode()
    paper.write_bytes(whole)
    assert len(pictures.of(paper)) == 2


def test_two_who_look_at_once_see_the_same(paper, monkeypatch):
    draw = pictures._draw

    def slowly(pdf, folder):
        monkeypatch.setattr(pictures, "_draw", draw)
        assert len(pictures.of(pdf)) == 2  # somebody else, meanwhile
        return draw(pdf, folder)

    monkeypatch.setattr(pictures, "_draw", slowly)
    assert len(pictures.of(paper)) == 2


def test_what_was_drawn_long_ago_goes(paper):
    (folder,) = {path.parent for path in pictures.of(paper)}
    assert pictures.expire() == 0
    long_ago = time.time() - pictures.KEPT.total_seconds() - 10
    os.utime(folder, (long_ago, long_ago))
    assert pictures.expire() == 1
    assert len(pictures.of(paper)) == 2


def test_a_paper_is_its_pdf_or_its_pages_or_one_page(paper):
    plain = served(paper, "")
    assert (plain["Content-Type"], plain.content) == ("application/pdf", paper.read_bytes())
    page = served(paper, "view=pages")
    assert re.findall(r'<img src="([^"]+)" alt="([^"]+)"', page.content.decode()) == [
        ("?page=1", "第 1 页，共 2 页"), ("?page=2", "第 2 页，共 2 页"),
    ]  # fmt: skip
    picture = served(paper, "page=2")
    assert picture["Content-Type"] == "image/jpeg"
    assert picture["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(picture.content)).width == 1100


def test_only_the_page_of_pictures_may_be_framed_and_only_by_us(paper):
    page = served(paper, "view=pages")
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert "default-src 'self'" in page["Content-Security-Policy"]
    for query in ("", "page=1"):
        assert served(paper, query)["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("number", ["0", "3", "-1", "", "x", "１", "1e0", "99999", "1%00"])
def test_there_is_no_other_page(paper, number):
    with pytest.raises(Http404):
        served(paper, f"page={number}")
