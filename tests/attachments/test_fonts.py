"""The vendored fonts: what each must and must not hold (attachments/fonts/README.md)."""

import io
import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from attachments import typesetter
from tests.attachments.sample import RARE

FOLDER = Path(typesetter.__file__).parent / "fonts"
FONTS = {path.stem: TTFont(io.BytesIO(path.read_bytes()), lazy=True) for path in sorted(FOLDER.glob("*.ttf"))}
YEN = 0xFFE5


def characters(name: str) -> set[int]:
    return set(FONTS[name].getBestCmap())


def test_fandols_yuan_sign_is_gone_because_it_is_a_dollar_sign():
    assert YEN not in characters("KTPFangSong")
    assert YEN in characters("KTPSong")


def test_the_text_face_keeps_the_space_and_leaves_ascii_to_the_fallback():
    # a space is drawn by the face of the character before it; without one, a wrong character appears
    assert {code for code in characters("KTPFangSong") if code < 0x80} == {0x20}
    assert set(range(0x20, 0x7F)) <= characters("KTPSong")


def test_rare_characters_of_names():
    assert set(map(ord, RARE)) <= set().union(*map(characters, ("KTPFangSong", "KTPSong", "KTPRare")))


def test_every_unified_ideograph_of_the_first_two_blocks():
    drawn = typesetter.characters()
    assert not set(range(0x4E00, 0x9FA6)) - drawn
    assert not set(range(0x3400, 0x4DB6)) - drawn


@pytest.mark.parametrize("name", FONTS)
def test_one_line_height_for_all(name):
    font = FONTS[name]
    assert (font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap) == (880, -120, 0)
    assert (font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["head"].unitsPerEm) == (880, -120, 1000)
    assert font["BASE"].compile(font) == FONTS["KTPRare"]["BASE"].compile(FONTS["KTPRare"])


def test_one_family_name_per_file_in_the_stylesheet():
    faces = re.findall(r'@font-face \{ font-family: "(.+?)"; src: url\("ktp:(.+?)\.ttf"\); \}', typesetter.sheet())
    assert {file: family for family, file in faces} == {name: FONTS[name]["name"].getDebugName(1) for name in FONTS}
    assert len({family for family, _ in faces}) == len(faces) == len(FONTS)
    assert "font-weight: bold" not in typesetter.sheet()


def test_origin_and_licence_are_told_and_the_repository_stays_small():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"{name}.ttf" in readme for name in FONTS)
    assert all((FOLDER / file).exists() for file in re.findall(r"`(LICENSE-\w+\.txt)`", readme))
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 30_000_000
