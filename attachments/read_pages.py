"""Reads the pages of one PDF, in a process of its own: `python -I read_pages.py SOURCE FOLDER FIRST WANTED`.

Prints one line of JSON a page, from page FIRST (counted from 0) on: what its QR codes say, how far it has to be turned
to the right to stand upright, whether it is blank; and leaves a picture of each in FOLDER. It looks harder until it
finds a code of the pattern WANTED. A page that exhausts a reader ends this process; whoever started it goes on with
the next page. Knows nothing of what the codes mean. No Django here.
"""

import json
import math
import re
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

CPU_SECONDS = 30  # a page
MEMORY = 1024**3
MAX_PIXELS = 25_000_000  # of one rendering: A3 at 300 dpi is 17 million; of a larger sheet, fewer dots an inch
PICTURE = (1000, 1414)
FOOT = 0.22  # of the sheet: where our codes stand
INK = 0.0002  # of the sheet; the QR code of a sheet of ours alone is twenty times as much

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
Found = dict[str, float]  # text of a code -> how far it is turned to the right, in degrees


def rendered(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    scale = min(dpi / 72, math.sqrt(MAX_PIXELS / max(1.0, page.get_width() * page.get_height())))
    return page.render(scale=scale).to_pil().convert("RGB")


def codes(image: Image.Image) -> Found:
    found = {}
    for code in zxingcpp.read_barcodes(image, formats=QR, try_invert=False):
        corner, along = code.position.top_left, code.position.top_right
        found[code.text] = math.degrees(math.atan2(along.y - corner.y, along.x - corner.x))
    return found


def feet(image: Image.Image) -> Iterator[Image.Image]:
    """The strip along each edge: the sheet may lie any way round. Short edges first."""
    width, height = image.size
    across, down = round(width * FOOT), round(height * FOOT)
    strips = [(0, height - down, width, height), (0, 0, width, down)]
    sides = [(0, 0, across, height), (width - across, 0, width, height)]
    for box in (strips + sides) if height >= width else (sides + strips):
        yield image.crop(box)


def looks(page: pypdfium2.PdfPage, first: Image.Image) -> Iterator[Found]:
    """One way of looking after the other, the quick ones first.

    Through red glass (the red channel) a red seal over a code is as good as gone. On a grey scan it is not: there
    the ink of the code is still the darkest, so a low threshold finds it.
    """
    yield codes(first.getchannel("R"))
    yield codes(first.convert("L"))
    if is_blank(first):
        return
    fine = rendered(page, 300)
    yield codes(fine.getchannel("R"))
    yield codes(rendered(page, 150).convert("L"))
    for image in (first, fine):
        for channel in (image.convert("L"), image.getchannel("R")):
            for strip in feet(channel):
                yield from filtered(strip)


def filtered(strip: Image.Image) -> Iterator[Found]:
    for radius in (0.5, 1.5):
        smooth = ImageOps.autocontrast(strip.filter(ImageFilter.GaussianBlur(radius)), cutoff=1)
        yield codes(smooth)
        for threshold in (40, 60, 90, 120):
            yield codes(smooth.point([0 if value < threshold else 255 for value in range(256)]))


def is_blank(first: Image.Image) -> bool:
    """Whether nothing is written on it, uneven light and grain of the paper aside."""
    small = first.convert("L").resize((first.width // 4 or 1, first.height // 4 or 1), Image.Resampling.BOX)
    margin = min(small.size) // 30
    inner = small.crop((margin, margin, max(margin + 1, small.width - margin), max(margin + 1, small.height - margin)))
    darker = ImageChops.subtract(inner.filter(ImageFilter.BoxBlur(12)), inner)  # than the paper around it
    return sum(darker.histogram()[32:]) < INK * inner.width * inner.height


def read(page: pypdfium2.PdfPage, wanted: re.Pattern) -> tuple[dict[str, object], Image.Image]:
    first = rendered(page, 200)
    found: Found = {}
    for seen in looks(page, first):
        found = seen | found
        if ours := {text: angle for text, angle in found.items() if wanted.fullmatch(text)}:
            found = ours
            break
    blank = not found and is_blank(first)
    turns = {round(angle / 90) % 4 * 90 for angle in found.values()}
    turn = (360 - turns.pop()) % 360 if len(turns) == 1 else 0
    if turn:
        first = first.rotate(-turn, expand=True)  # Pillow turns to the left
    first.thumbnail(PICTURE)
    return {"codes": sorted(found), "turn": turn, "blank": blank}, first


def main(source: str, folder: str, first: str, wanted: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    document = pypdfium2.PdfDocument(source)
    for number in range(int(first), len(document)):
        spent = math.ceil(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (spent + CPU_SECONDS, resource.RLIM_INFINITY))
        page = document[number]
        told, picture = read(page, re.compile(wanted))
        page.close()
        picture.save(Path(folder) / f"{number}.jpg", quality=50)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    document.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
