"""Build the vendored fonts: `python attachments/fonts/build.py` (needs apt-get, npm, pip; ~4 minutes).

Takes the originals from ordinary packages and writes KTP*.ttf beside this file; README.md says what each is for.
Nothing runs this at installation or at run time: the results are committed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

HERE = Path(__file__).parent
DEB, WHEEL = "texlive-lang-chinese", "pylopdf-fonts-zh-cn==0.1.1"
NPM_SERIF, NPM_SANS = "@fontsource/noto-serif-sc@5.3.0", "@fontsource/noto-sans-sc@5.3.0"

# Vertical metrics for every face, so that a rare character from the fallback does not push its line down.
ASCENT, DESCENT = 880, -120
FEATURES = ["ccmp", "locl", "kern", "mark", "mkmk", "liga", "clig", "calt"]  # what horizontal text uses


def file_of(name: str) -> Path:
    return HERE / f"{name.replace(' ', '')}.ttf"


def is_ideograph(code: int) -> bool:
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x323AF or code == 0x3007


def is_sign(code: int) -> bool:
    """Latin, figures, punctuation, units and the few symbols that forms use; no kana, hangul or bopomofo."""
    return (
        code < 0x0500
        or 0x2000 <= code <= 0x26FF
        or 0x3000 <= code <= 0x3020
        or 0xFF00 <= code <= 0xFFEF
        or (0x3200 <= code <= 0x33FF)
    )


@dataclass(frozen=True)
class Face:
    name: str  # family name and, without the space, file name
    package: str
    path: str  # inside the unpacked package; a pattern where the package cuts one face into slices
    keep: Callable[[int], bool] = lambda code: is_ideograph(code) or is_sign(code)
    fills: tuple[str, ...] = ()  # faces whose characters (but ASCII) this one need not hold


FACES = (
    # Without U+FFE5: Fandol draws the full-width yuan sign as a dollar sign. Without ASCII but the space (a space takes
    # the face of the character before it): the Latin letters and figures of KTP Song are even and easier to read.
    Face("KTP FangSong", DEB, "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/FandolFang-Regular.otf",
         lambda c: c == 0x20 or (c > 0x7E and c != 0xFFE5 and (is_ideograph(c) or is_sign(c)))),
    # Weight 300, as thin as the 仿宋 whose gaps it fills.
    Face("KTP Song", NPM_SERIF, "package/files/noto-serif-sc-*-300-normal.woff2", fills=("KTP FangSong",)),
    Face("KTP Rare", WHEEL, "pylopdf_fonts_zh_cn/NotoSerifSC-Regular.otf", fills=("KTP FangSong", "KTP Song")),
    Face("KTP Title", NPM_SERIF, "package/files/noto-serif-sc-chinese-simplified-700-normal.woff2"),
    Face("KTP Hei", NPM_SANS, "package/files/noto-sans-sc-chinese-simplified-500-normal.woff2"),
)  # fmt: skip


def unpack(package: str, into: Path) -> Path:
    """Fetch one package with its ordinary client and unpack it."""
    target = into / package.replace("/", "_")
    if target.exists():
        return target
    target.mkdir()

    def run(*command: str) -> None:
        subprocess.run(command, cwd=target, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

    if package == DEB:
        run("apt-get", "-qq", "download", package)
        run("dpkg", "-x", next(target.glob("*.deb")).name, ".")
    elif package == WHEEL:
        run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", package)
        run(sys.executable, "-m", "zipfile", "-e", next(target.glob("*.whl")).name, ".")
    else:
        run("npm", "pack", "--silent", package)
        run("tar", "-xzf", next(target.glob("*.tgz")).name)
    return target


def to_truetype(font: TTFont) -> None:
    """Quadratic outlines instead of CFF: PDFs of half the size."""
    order, glyph_set, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(glyph_set)
        glyph_set[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(glyf)
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(glyphs[name], "xMin", 0))
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
                  "maxSizeOfInstructions", "maxComponentElements", "maxPoints", "maxContours", "maxCompositePoints",
                  "maxCompositeContours", "maxComponentDepth"):  # fmt: skip
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    post = font["post"]
    post.formatType, post.extraNames, post.mapping, post.glyphOrder = 3.0, [], {}, order
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "\0\1\0\0"


def characters(path: Path) -> set[int]:
    return set(TTFont(path, lazy=True).getBestCmap())


def slice_of(source: Path, codes: set[int]) -> TTFont:
    """These characters of one font file, as TrueType."""
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    options = subset.Options(layout_features=FEATURES, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], notdef_outline=True,
                             glyph_names=False, hinting=False)  # fmt: skip
    options.drop_tables += ["vhea", "vmtx"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    if "CFF " in font:
        to_truetype(font)
    return font


def joined(slices: list[TTFont]) -> TTFont:
    """One font of many; without layout tables, which do not merge."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, font in enumerate(slices):
            for tag in ("GSUB", "GPOS", "GDEF"):
                if tag in font:
                    del font[tag]
            paths.append(Path(folder, f"{number}.ttf"))
            font.save(paths[-1])
        return Merger().merge([str(path) for path in paths])


def build(face: Face, source: Path) -> Path:
    have = {code for name in face.fills for code in characters(file_of(name)) if code > 0x7E}
    slices = []
    for path in sorted(source.glob(face.path)):
        if codes := {code for code in characters(path) if face.keep(code)} - have:
            slices.append(slice_of(path, codes))
            have |= codes
    font = slices[0] if len(slices) == 1 else joined(slices)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = face.name
        elif record.nameID in (3, 6):
            record.string = face.name.replace(" ", "")
    hhea, os2 = font["hhea"], font["OS/2"]
    hhea.ascent = os2.sTypoAscender = os2.usWinAscent = ASCENT
    hhea.descent = os2.sTypoDescender = DESCENT
    os2.usWinDescent = -DESCENT
    hhea.lineGap = os2.sTypoLineGap = 0
    font.save(file_of(face.name))
    return file_of(face.name)


def align() -> None:
    """One table of baselines for all: Pango lifts a run of another face by the difference, and its line with it."""
    baselines = TTFont(file_of("KTP Rare"))["BASE"]
    for face in FACES:
        font = TTFont(file_of(face.name), recalcTimestamp=False)
        font["BASE"] = baselines
        font.save(file_of(face.name))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for face in FACES:
            target = build(face, unpack(face.package, Path(folder)))
            print(f"{face.name}: {len(characters(target))} characters, {target.stat().st_size:,} bytes")  # noqa: T201
        align()


if __name__ == "__main__":
    main()
