"""A bad scanner, and the seals that it scans: paper as it really comes back.

`Fault` says what is wrong with a page; `random_fault` draws one. Everything follows from the `Random` that is given.
"""

import io
import math
from collections.abc import Iterable
from ctypes import CDLL
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter

MM = 1 / 25.4  # in inches
FOOT = (28 + 12.5, 297 - 35 + 16)  # about where the middle of the QR code stands, in mm from the left and the top


@dataclass(frozen=True)
class Fault:
    dpi: int = 200
    angle: float = 0.0  # how crooked it lay, in degrees
    turned: int = 0  # 90, 180, 270: which edge went in first
    noise: float = 0.0  # standard deviation of each pixel
    blur: float = 0.0  # radius in pixels
    grey: bool = False
    black_and_white: bool = False
    pale: float = 1.0  # contrast; 1 is all of it
    quality: int = 75  # of the JPEG
    seals: tuple[tuple[float, float], ...] = ()  # middles, in mm from the left and the top
    shadow: float = 0.0  # darkening towards one edge


def random_fault(random: Random, dpi: int, *, seal_on_code: bool = False) -> Fault:
    seals = [(random.uniform(45, 165), random.uniform(60, 250))] if random.random() < 0.7 else []
    if seal_on_code:  # over part of it: its middle lies 12 to 26 mm away from that of the code
        way, far = random.uniform(0, 2 * math.pi), random.uniform(12, 26)
        seals.append((FOOT[0] + far * math.cos(way), FOOT[1] + far * math.sin(way)))
    return Fault(
        dpi=dpi,
        angle=random.uniform(-5, 5),
        turned=random.choices((0, 180, 90, 270), (70, 20, 5, 5))[0],
        noise=random.uniform(2, 22),
        blur=random.uniform(0, 1.1) * dpi / 200,
        grey=random.random() < 0.4,
        pale=random.uniform(0.6, 1),
        quality=random.randint(35, 80),
        seals=tuple(seals),
        shadow=random.uniform(0, 0.35),
    )


def page_of(pdf: bytes | Path | None, number: int, dpi: int) -> Image.Image:
    """A page of a PDF, counted from 1; of none, an empty sheet."""
    if pdf is None:
        return Image.new("RGB", (round(210 * MM * dpi), round(297 * MM * dpi)), "white")
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[number - 1].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()


def grain(size: tuple[int, int], deviation: float, random: Random) -> Image.Image:
    CDLL(None).srand(random.getrandbits(32))  # Pillow draws its noise from the C library
    return Image.effect_noise(size, deviation)


def seal(dpi: int, random: Random) -> Image.Image:
    """A round seal of 42 mm in red ink that did not take everywhere, on white."""
    side = round(42 * MM * dpi)
    ink = Image.new("L", (side * 2, side * 2), 255)  # drawn twice as large
    draw, middle = ImageDraw.Draw(ink), side
    line = round(1.4 * MM * dpi * 2)
    draw.ellipse((line, line, 2 * side - line, 2 * side - line), outline=0, width=line)
    star = [
        (middle + radius * math.sin(turn * math.pi / 5), middle - radius * math.cos(turn * math.pi / 5))
        for turn in range(10)
        for radius in ((side * 0.32) if turn % 2 == 0 else side * 0.13,)
    ]
    draw.polygon(star, fill=0)
    for place in range(14):  # the ring of characters, as blocks
        way = math.radians(150 + place * 240 / 13)
        x, y, half = middle + side * 0.7 * math.cos(way), middle + side * 0.7 * math.sin(way), side * 0.075
        draw.rectangle((x - half, y - half, x + half, y + half), outline=0, width=max(2, line // 2))
        draw.line((x - half, y, x + half, y), fill=0, width=max(2, line // 3))
    ink = ink.resize((side, side), Image.Resampling.LANCZOS).rotate(random.uniform(-20, 20), fillcolor=255)
    patchy = (
        grain((side, side), 60, random)
        .filter(ImageFilter.GaussianBlur(dpi / 100))
        .point(lambda value: 255 if value > 128 + random.uniform(2, 10) else 0)
    )
    ink = ImageChops.lighter(ink, patchy.point(lambda value: value // 3))
    red = Image.new("RGB", (side, side), (200, 30, 45))
    return Image.composite(Image.new("RGB", (side, side), "white"), red, ink)


def scanned(page: Image.Image, fault: Fault, random: Random) -> Image.Image:
    """A page as it leaves the scanner; `page` at `fault.dpi`."""
    picture = page.copy()
    for x, y in fault.seals:
        stamp = seal(fault.dpi, random)
        place = round(x * MM * fault.dpi - stamp.width / 2), round(y * MM * fault.dpi - stamp.height / 2)
        sheet = Image.new("RGB", picture.size, "white")
        sheet.paste(stamp, place)
        picture = ImageChops.multiply(picture, sheet)
    if fault.grey or fault.black_and_white:
        picture = picture.convert("L")
    if fault.angle:
        picture = picture.rotate(fault.angle, Image.Resampling.BILINEAR, fillcolor="#fafaf8")
    if fault.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(fault.blur))
    if fault.pale < 1:
        picture = picture.point(lambda value: round(255 - (255 - value) * fault.pale))
    if fault.shadow:
        light = Image.linear_gradient("L").resize(picture.size).point(lambda v: round(255 - v * fault.shadow))
        picture = ImageChops.multiply(picture, light.convert(picture.mode))
    if fault.noise:
        noise = grain(picture.size, fault.noise, random)
        if picture.mode == "RGB":
            noise = Image.merge("RGB", (noise, noise, noise))
        picture = ImageChops.add(picture, noise, scale=1, offset=-128)
    if fault.black_and_white:
        picture = picture.point(lambda value: 255 if value > 140 else 0).convert("1")
    return picture.rotate(fault.turned, expand=True) if fault.turned else picture


def to_pdf(pictures: Iterable[tuple[Image.Image, Fault]]) -> bytes:
    """One PDF of scanned pages, each at its own resolution."""
    with pikepdf.new() as whole:
        for picture, fault in pictures:
            one = io.BytesIO()
            picture.save(one, "PDF", resolution=fault.dpi, quality=fault.quality)
            with pikepdf.open(one) as page:
                whole.pages.extend(page.pages)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()
