"""Pages of bad scans: what stands in their QR code, which way up they lay, what is blank."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from attachments import pdf, qr, read_pages, reading
from attachments.qr import Mark
from attachments.reading import Page
from tests.attachments import corpus, sample, scanner
from tests.attachments.scanner import Fault

CODE = "K7M29QXD4TWA"
DPI = 100
SEAL_ON_CODE = ((scanner.FOOT[0] + 14, scanner.FOOT[1] - 6),)
CROOKED = Fault(DPI, angle=3, noise=12, blur=0.3, pale=0.7, quality=50, shadow=0.3)


@pytest.fixture(scope="module")
def sheet() -> Image.Image:
    """A sheet with nothing but its foot, and a line."""
    footer = pdf.footer(CODE, "个人科技特派员申请表　第 2 版", f"KTP:{CODE}")
    return scanner.page_of(pdf.render(f"<body>{footer}<p>{sample.TEXT}</p></body>"), 1, DPI)


def read(data: bytes, folder: Path, count: int = 1) -> list[Page]:
    path = folder / "scan.pdf"
    path.write_bytes(data)
    return list(reading.read(path, folder / "pictures", count))


def scan(sheet: Image.Image, *faults: Fault) -> bytes:
    random = Random(7)
    return scanner.to_pdf([(scanner.scanned(sheet, fault, random), fault) for fault in faults])


def test_upside_down_under_a_seal_and_blank(sheet, tmp_path):
    sealed = Fault(DPI, angle=-2, noise=10, grey=True, seals=SEAL_ON_CODE)
    white = scanner.scanned(Image.new("RGB", sheet.size, "white"), CROOKED, Random(1))
    pile = [(scanner.scanned(sheet, way, Random(2)), way) for way in (replace(CROOKED, turned=180), sealed)]
    pages = read(scanner.to_pdf([*pile, (white, CROOKED)]), tmp_path, 3)
    assert pages == [Page(Mark(CODE, 1, 1), 180), Page(Mark(CODE, 1, 1)), Page(blank=True)]
    with Image.open(tmp_path / "pictures" / "0.jpg") as picture:
        assert next(iter(read_pages.codes(picture).values())) == pytest.approx(-3, abs=2)  # it stands upright


@pytest.mark.postgres  # too slow for the quick run
def test_every_way_up_any_seal_and_strange_pages(sheet, tmp_path):
    ways = [replace(CROOKED, turned=turned) for turned in (0, 90, 180, 270)]
    ways += [replace(CROOKED, grey=grey, seals=SEAL_ON_CODE) for grey in (False, True)]
    cut = sheet.crop((0, 0, sheet.width, sheet.height * 4 // 5))
    pile = [(scanner.scanned(sheet, way, Random(3)), way) for way in ways]
    pages = read(scanner.to_pdf([*pile, (scanner.scanned(cut, CROOKED, Random(4)), CROOKED)]), tmp_path, 7)
    assert [page.mark for page in pages[:6]] == [Mark(CODE, 1, 1)] * 6
    assert [page.turn for page in pages[:6]] == [0, 90, 180, 270, 0, 0]  # the scanner had turned them to the left
    assert pages[6] == Page()


def test_codes_of_others_are_passed_over_and_two_of_ours_are_none():
    told = {"turn": 0, "blank": False}
    foreign, ours = "https://weixin.qq.com/r/x", f"KTP:{CODE}-1-3"
    assert reading._page({**told, "codes": [foreign, ours]}).mark == Mark(CODE, 1, 3)
    assert reading._page({**told, "codes": [foreign]}).mark is None
    assert reading._page({**told, "codes": [ours, "KTP:AAAAAAAAAAAA-1-1"]}).mark is None


def test_the_reader_looks_on_until_it_finds_one_of_ours(sheet):
    looked = iter([{"https://weixin.qq.com/r/x": 0.0}, {"KTP:AAAAAAAAAAAA": 180.0}])

    class Sheet:
        def get_width(self):
            return 595

        get_height = get_width

        def render(self, scale):
            return self

        def to_pil(self):
            return sheet

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_pages, "looks", lambda page, first: looked)
        told, _ = read_pages.read(Sheet(), re.compile(qr.PATTERN))
    assert told == {"codes": ["KTP:AAAAAAAAAAAA"], "turn": 180, "blank": False}


def test_a_page_that_the_reader_dies_of_is_a_page_without_a_code(tmp_path, monkeypatch):
    """The reader is started anew behind it; the script here dies of the second page."""
    script = tmp_path / "read_pages.py"
    script.write_text(
        "import json, os, sys\n"
        "for number in range(int(sys.argv[3]), 4):\n"
        "    if number == 1: os.kill(os.getpid(), 9)\n"
        f"    print(json.dumps({{'codes': [f'KTP:{CODE}-{{number + 1}}-4'], 'turn': 0, 'blank': False}}), flush=True)\n"
    )
    monkeypatch.setattr(reading, "SCRIPT", script)
    pages = read(corpus.paper(4), tmp_path, 4)
    assert [page.mark and page.mark.page for page in pages] == [1, None, 3, 4]


def test_pages_go_to_json_and_back():
    for page in (Page(), Page(blank=True), Page(Mark(CODE, 2, 5), 180)):
        assert Page.from_json(page.to_json()) == page


def test_a_sheet_as_large_as_a_wall_is_drawn_small():
    class Wall:
        def get_width(self):
            return 14_400

        get_height = get_width

        def render(self, scale):
            assert (14_400 * scale) ** 2 <= read_pages.MAX_PIXELS * 1.01
            raise StopIteration

    with pytest.raises(StopIteration):
        read_pages.rendered(Wall(), 300)
