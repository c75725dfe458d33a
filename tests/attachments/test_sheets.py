"""The store of printed sheets and the press that fills it: once, whole, the right one (P01, P06, P07)."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest

from attachments import pdf, sheets
from attachments.press import Hand, Press

ROOT = sheets.HERE.parent


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "sheets"


@pytest.fixture
def typeset(monkeypatch) -> list[str]:
    """Pages that were typeset in this process; typesetting costs nothing here."""
    pages: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda html: pages.append(html) or f"%PDF {html}".encode())
    return pages


def files(store) -> list:
    return [path for path in store.rglob("*") if path.is_file()]


def text_of(path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


# The store


def test_a_sheet_is_typeset_once(typeset, store):
    first = sheets.printed("<p>甲</p>")
    assert sheets.printed("<p>甲</p>") == first
    assert typeset == ["<p>甲</p>"]
    assert first.read_bytes() == "%PDF <p>甲</p>".encode()
    assert files(store) == [first]
    assert not list((store.parent / "incoming").iterdir())


def test_another_text_is_another_sheet(typeset):
    assert sheets.printed("<p>甲</p>") != sheets.printed("<p>乙</p>")
    assert len(typeset) == 2


def test_a_changed_style_font_or_library_is_typeset_anew(typeset, monkeypatch):
    before = sheets.printed("<p>甲</p>")
    monkeypatch.setattr(sheets, "edition", lambda: b"a newer one")
    assert sheets.printed("<p>甲</p>") != before
    assert typeset == ["<p>甲</p>"] * 2


def test_the_edition_changes_with_each_of_its_parts(monkeypatch, tmp_path):
    for name in ("print.css", "typesetter.py", "qr.py", "fonts/KTPHei.ttf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(sheets, "HERE", tmp_path)
    edition = sheets.edition.__wrapped__
    found = {edition()}
    for name in ("print.css", "typesetter.py", "qr.py", "fonts/KTPHei.ttf"):
        (tmp_path / name).write_text("changed")
        found.add(edition())
    monkeypatch.setattr(sheets, "version", lambda name: "99")
    assert len(found | {edition()}) == 6


def test_what_fails_leaves_nothing(monkeypatch, store):
    def fails(html):
        raise OSError("disk full")

    monkeypatch.setattr(pdf, "render", fails)
    with pytest.raises(OSError, match="full"):
        sheets.printed("<p>甲</p>")
    assert files(store) == []


def test_two_who_ask_at_once_get_their_own_sheet():
    """P06: also of the same sheet; the store holds each once, whole."""
    names = [f"申报人{number % 3}" for number in range(9)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: sheets.printed(f"<p>{name}</p>"), names))
    assert [text_of(path).strip().startswith(name) for name, path in zip(names, found, strict=True)] == [True] * 9
    assert len(set(found)) == 3


def test_what_nobody_reads_for_long_goes(typeset, store):
    old, young, read = (sheets.printed(f"<p>{name}</p>") for name in "旧新读")
    now, long_ago = time.time(), time.time() - sheets.KEPT.total_seconds() - 10
    os.utime(old, (long_ago, long_ago))
    os.utime(read, (now, long_ago))
    assert sheets.expire() == 1
    assert set(files(store)) == {young, read}


# The press


def pages(count: int, start: int = 0) -> list[tuple[int, str]]:
    return [(number, f"<p>第{number}份</p>") for number in range(start, start + count)]


def test_the_press_gives_back_in_order_what_it_has_put_into_the_store(tmp_path, store):
    with Press(tmp_path, 1) as press:
        found = list(press.through(pages(5)))
        assert [number for number, _ in found] == list(range(5))
        assert all(text_of(place).startswith(f"第{number}份") for number, place in found)
        assert set(files(store)) == {place for _, place in found}
        assert all(place.stat().st_mode & 0o777 == 0o640 for _, place in found)
        assert list(press.through(pages(5))) == found
        number = press.hands[0].process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
    assert found[0][1].read_bytes() == pdf.render(pages(1)[0][1])


def test_what_is_in_the_store_needs_no_hand(tmp_path, typeset):
    for _, html in pages(3):
        sheets.printed(html)
    ready = tmp_path / "scan.pdf"
    ready.write_bytes(b"%PDF")
    with Press(tmp_path, 2) as press:
        places = [place for _, place in press.through([*pages(3), ("scan", ready)])]
        assert press.hands == []
    assert places == [*(sheets.place_of(html) for _, html in pages(3)), ready]


def test_no_more_than_a_few_are_made_ready_ahead(tmp_path, typeset):
    asked = []

    def pile():
        for pair in pages(50):
            sheets.printed(pair[1])
            asked.append(pair)
            yield pair

    with Press(tmp_path, 2) as press:
        through = press.through(pile())
        next(through)
        assert len(asked) <= 9


def test_a_hand_that_dies_loses_the_sheet_it_had_and_no_other(tmp_path, monkeypatch):
    given = Hand.give

    def give(hand, sheet):
        taken = given(hand, sheet)
        if sheet.of == 1:
            hand.process.send_signal(signal.SIGALRM)  # as the alarm does to a sheet that takes too long
        return taken

    monkeypatch.setattr(Hand, "give", give)
    with Press(tmp_path, 1) as press:
        found = dict(press.through(pages(3)))
        press.hands[0].process.kill()  # with nothing in hand
        press.hands[0].process.wait()
        found |= dict(press.through(pages(1, 7)))
    assert {number: place and text_of(place)[:3] for number, place in found.items()} == {
        0: "第0份", 1: None, 2: "第2份", 7: "第7份",
    }  # fmt: skip


def test_a_press_whose_hands_cannot_start_says_so(tmp_path, settings):
    settings.BASE_DIR = tmp_path
    with pytest.raises(RuntimeError, match="未能启动"), Press(tmp_path, 1) as press:
        list(press.through(pages(1)))


@pytest.mark.parametrize(("does", "ends"), [("while True: pass", signal.SIGALRM), ("bytearray(2**30)", signal.SIGKILL)])
def test_a_hand_keeps_its_limits_by_itself(tmp_path, does, ends):
    """Nobody has to watch it: not even the press, which may have died."""
    source = (
        "from attachments import typesetter\n"
        f"def write(html, css):\n    if html:\n        {does}\n    raise SystemExit\n"
        "typesetter.write, typesetter.SECONDS = write, 1\ntypesetter.serve()"
    )
    lines = "".join(json.dumps([html, str(tmp_path / "sheet.pdf")]) + "\n" for html in ("", "<p>甲</p>"))
    hand = subprocess.run([sys.executable, "-c", source], input=lines, capture_output=True, text=True, cwd=ROOT)
    assert hand.stdout == "SystemExit\n"  # P03: like WeasyPrint's fatal fetch error, none of Exception
    assert hand.returncode == -ends
