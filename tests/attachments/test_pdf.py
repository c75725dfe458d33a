"""PDFs as they come out: right glyphs under a right text, straight edges, room for seals, nothing fetched."""

import io
import logging
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pikepdf
import pytest
import zxingcpp
from weasyprint.layout import inline
from weasyprint.pdf import fonts as pdf_fonts
from weasyprint.pdf import stream
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.urls import URLFetcher

from attachments import pdf, qr, typesetter
from tests.attachments import sample
from tests.attachments.reading import MM, glyphs, images, lines, opened, texts

CHINESE = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈"
LEFT, RIGHT = 28 * MM, (210 - 26) * MM


@pytest.fixture(scope="module")
def agreement() -> bytes:
    return pdf.render(sample.agreement())


def squeezed(text: str) -> str:
    return "".join(text.split())


# ------------------------------------------------------------------ glyphs and text


def test_the_sample_renders_without_a_complaint(caplog):
    with caplog.at_level(logging.WARNING):
        pdf.render(sample.agreement())
        pdf.render(sample.form())
    assert caplog.messages == []


def test_the_yuan_sign_is_not_the_one_that_looks_like_a_dollar(agreement):
    fonts = {glyph.font for glyph in glyphs(agreement) if glyph.text == "￥"}
    assert fonts
    assert all("KTP-Song" in font for font in fonts)


def test_rare_characters_are_drawn_in_our_own_fonts(agreement):
    found = {glyph.text: glyph.font for glyph in glyphs(agreement)}
    assert all("KTP-" in found[char] for char in sample.RARE)


def test_every_font_is_embedded_whole_and_none_lacks_a_glyph(agreement):
    with pikepdf.open(io.BytesIO(agreement)) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"]
        composite = [font for font in fonts if font.Subtype == "/Type0"]
        assert {str(font.Encoding) for font in composite} == {"/Identity-H"}
        assert all("KTP-" in str(font.BaseFont) for font in fonts)
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in composite)


def test_a_character_that_no_font_has_is_named_in_the_log(caplog):
    pdf.render("<p>𠮷</p>")
    assert "PDF 字体缺字：𠮷 U+20BB7" in caplog.messages


def test_no_two_font_files_are_taken_for_one(monkeypatch):
    """WeasyPrint would draw characters of the wrong file; the text layer does not show it."""
    glyph_counts: dict = {}
    add_font = stream.Stream.add_font

    def watched(self, pango_font):
        key, description, size = get_pango_font_key(pango_font)
        count = pdf_fonts.Font(pango_font, description, size).glyph_count
        assert glyph_counts.setdefault(key, count) == count, "two font files share one description"
        return add_font(self, pango_font)

    monkeypatch.setattr(stream.Stream, "add_font", watched)
    pdf.render(sample.agreement())
    assert len(glyph_counts) >= 4


def test_text_comes_out_in_order(agreement):
    text = "".join(texts(agreement))
    places = [
        text.index(part) for part in ("个人科技特派员服务协议", "甲方", sample.RARE, "一、服务期限", "￥180.00元")
    ]
    assert places == sorted(places)
    first, second = squeezed(sample.TEXT)[:40], squeezed(sample.TEXT)[-40:]
    assert text.count(first) == 3
    assert text.count(second) >= 2  # one may be cut by the footer of a page


def test_the_same_input_gives_the_same_bytes(agreement):
    assert pdf.render(sample.agreement()) == agreement


def test_threads_do_not_disturb_each_other():
    names = [f"第{number}号" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        papers = list(pool.map(lambda name: pdf.render(sample.form(name=name)), names))
    assert [[name for name in names if name in texts(paper)[0]] for paper in papers] == [[name] for name in names]


# ------------------------------------------------------------------ lines and pages


def test_28_characters_a_line_and_22_lines_a_page():
    rows = lines(glyphs(pdf.render(f"<p class='flush'>{CHINESE * 30}</p>"), 0))
    body = [row for row in rows if len(row) > 20]
    assert len(body) == 22
    assert {len(row) for row in body} == {28}


def edges(data: bytes) -> list[float]:
    """Right edges of all full lines: those that end within one character of the edge, but the last of a paragraph."""
    rows = lines([glyph for glyph in glyphs(data) if not glyph.text.isspace()])
    return [row[-1].right for row in rows[:-1]]


MIXED = (
    f"<p>{CHINESE}，每亩10.5公斤（N∶P∶K=2∶1∶2），{CHINESE[:30]}；<b>WeChat</b>群{CHINESE}、{sample.RARE}{CHINESE}。</p>"
)
PLAIN_PAGE = "@page { @bottom-right { content: none } }"


def test_chinese_lines_end_at_the_right_edge():
    assert all(abs(edge - RIGHT) < 0.6 for edge in edges(pdf.render(MIXED, css=PLAIN_PAGE)))


def test_they_would_not_without_our_justification(monkeypatch):
    monkeypatch.setattr(inline, "count_expandable_spaces", lambda box: 0)
    assert max(abs(edge - RIGHT) for edge in edges(pdf.render(MIXED, css=PLAIN_PAGE))) > 4


def test_a_stretched_line_opens_evenly():
    html = f"<p class='flush' style='text-align-last: justify; width: 14em'>{CHINESE[:10]}</p>"
    (row,) = lines(glyphs(pdf.render(html, css=PLAIN_PAGE)))
    gaps = [right.left - left.left for left, right in pairwise(row)]
    assert max(gaps) - min(gaps) < 1
    assert row[-1].right == pytest.approx(LEFT + 14 * 16, abs=0.6)


def test_a_rare_character_does_not_push_its_line_down():
    html = f"<p class='flush'>{CHINESE[:28]}{CHINESE[:10]}{sample.RARE}9A{CHINESE[:16]}{CHINESE[:28]}</p>"
    heights = [row[0].baseline for row in lines(glyphs(pdf.render(html, css=PLAIN_PAGE)))]
    assert [above - below for above, below in pairwise(heights)] == pytest.approx([28.9] * 3, abs=0.15)


def test_page_numbers_code_and_label_stand_on_each_page(agreement):
    pages = texts(agreement)
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert f"—{number}—" in page
        assert f"查验码{sample.CODE}第{number}页，共3页" in page
        assert "个人科技特派员服务协议第2版" in page


# ------------------------------------------------------------------ seals and QR code


def test_each_seal_box_has_room_for_a_seal_of_42_mm(agreement):
    scale = 100 / 72
    sheet = images(agreement, dpi=100)[2]
    rows = lines(glyphs(agreement, 2))
    found = 0
    for party in sample.PARTIES:
        for row in rows:
            text = "".join(glyph.text for glyph in row)
            if (at := text.find(f"{party}（盖章）")) < 0:
                continue
            left, top = row[at].left * scale, sheet.height - (row[at].baseline - 5) * scale
            side = 46 * MM * scale
            free = sheet.crop((round(left), round(top), round(left + side), round(top + side)))
            assert free.getextrema()[0] > 250, f"{party}：章位不足"
            found += 1
    assert found == 4


@pytest.mark.parametrize("paragraphs", range(8))
def test_seals_never_stand_without_the_last_paragraph(paragraphs):
    pages = texts(pdf.render(sample.agreement(repeat=range(paragraphs))))
    (last,) = [page for page in pages if "负责人（签字）" in page]
    assert "本协议一式四份" in last
    assert all(f"{party}（盖章）" in last for party in sample.PARTIES)


def test_the_code_on_every_page_is_read_back_at_150_dpi(agreement):
    for number, image in enumerate(images(agreement, dpi=150), 1):
        (code,) = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
        assert code.text == f"{sample.ADDRESS}-{number}-3"
        assert code.ec_level in "MQH"
        assert code.position.top_left.y > image.height * 0.85
        assert 25 <= (code.position.top_right.x - code.position.top_left.x) / 150 * 25.4 + 0.3 < 30


# ------------------------------------------------------------------ nothing is fetched

HOSTILE = [
    "<img src='file:///etc/hostname'>",
    "<img src='http://127.0.0.1:9/x.png'>",
    "<img src='ktp:../settings.py'>",
    "<img src='data:text/plain,secret'>",
    "<link rel='attachment' href='file:///etc/hostname'>",
    "<link rel='attachment' href='data:image/png,secret'>",
    "<a rel='attachment' href='data:image/png,secret'>x</a>",
    "<a rel='attachment' href='file:///etc/hostname'>x</a>",
    "<link rel='stylesheet' href='file:///etc/hostname'>",
    "<style>@import url('http://127.0.0.1:9/x.css'); p { background: url('file:///etc/hostname') }</style><p>x</p>",
    "<style>@font-face { font-family: X; src: url('file:///etc/hostname') } p { font-family: X }</style><p>x</p>",
    "<object data='file:///etc/hostname'></object>",
    "<embed src='file:///etc/hostname'>",
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>"
    "<image xlink:href='file:///etc/hostname' width='9' height='9'/></svg>\">",
]  # fmt: skip


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_is_fetched(html, monkeypatch):
    pdf.render("<p>先</p>")  # fonts are there
    fetched = []
    fetch = URLFetcher.fetch
    monkeypatch.setattr(URLFetcher, "fetch", lambda self, url, headers=None: fetched.append(url) or fetch(self, url))
    data = pdf.render(f"<p>前</p>{html}<p>后</p>")
    assert all(url.startswith("data:image/svg+xml") for url in fetched)
    assert b"/EmbeddedFile" not in data
    with pikepdf.open(io.BytesIO(data)) as document:
        assert not [
            one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        assert "/Names" not in document.Root


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "http://127.0.0.1/", "https://127.0.0.1/", "ftp://127.0.0.1/x", "data:text/html,x",
     "data:application/pdf,x", "ktp:print.css", "KTPSong.ttf"],
)  # fmt: skip
def test_the_fetcher_serves_only_what_is_ours(url):
    with pytest.raises(ValueError, match="不允许"):
        typesetter.OwnFilesOnly().fetch(url)


def test_what_people_write_is_text_only():
    name = "<img src=file:///etc/hostname>{{ settings.SECRET_KEY }}{% include 'x' %}"
    assert squeezed(name) in texts(pdf.render(sample.form(name=name)))[0]
    assert "<b>" in pdf.footer("K7", "<i>", qr.payload("K7"))
    assert "&lt;i&gt;" in pdf.footer("K7", "<i>", qr.payload("K7"))


# ------------------------------------------------------------------ time


def test_weasyprint_is_not_imported_before_the_first_pdf():
    check = "import sys, attachments.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_fonts_are_subset_by_harfbuzz(monkeypatch):
    def slow(*args):
        pytest.fail("fontTools subsets the fonts: seconds for each PDF; install libharfbuzz-subset0 or uharfbuzz")

    monkeypatch.setattr(pdf_fonts.Font, "_fonttools_subset", slow)
    assert len(pdf.render(sample.agreement())) < 400_000


def test_without_libharfbuzz_subset_the_wheel_does_the_same(agreement):
    program = (
        "import sys, weasyprint.pdf.fonts as fonts; fonts.harfbuzz_subset = None; fonts.Font._fonttools_subset = None\n"
        "from attachments import pdf; sys.stdout.buffer.write(pdf.render(sys.stdin.read()))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], input=sample.agreement().encode(), capture_output=True, check=True
    ).stdout
    assert len(other) < 2 * len(agreement)
    with opened(other) as left, opened(agreement) as right:
        assert len(left) == len(right)
    assert images(other) == images(agreement)


@pytest.mark.parametrize(
    "unit", [CHINESE, sample.TEXT, "长" * 50, "a" * 50], ids=["plain", "mixed", "unbroken", "latin"]
)
def test_time_grows_with_the_text_and_not_with_its_square(unit):
    def seconds(length: int) -> float:
        html = sample.form(text=(unit * length)[:length])
        start = time.process_time()
        pdf.render(html)
        return time.process_time() - start

    # 4 times if straight, 16 if square; measured again where something else was using the machine
    assert any(seconds(4000) < 8 * seconds(1000) for _ in range(3))


def test_no_table_is_laid_out_automatically():
    sheet = typesetter.sheet()
    assert "table-layout: fixed" in sheet
    assert sheet.count("table-layout") == 1
