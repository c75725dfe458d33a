"""Draws the pages of one PDF, in a process of its own: `python -I draw_pages.py SOURCE FOLDER` leaves 001.jpg …

A page made to exhaust a reader exhausts this process only. No Django here.
"""

import os
import resource
import sys
from pathlib import Path

import pypdfium2

CPU_SECONDS = 60  # sixty pages scanned at 600 dpi
MEMORY = 1024**3
WIDTH, HEIGHT = 1100, 3000  # of a picture: A4 at 133 dpi, small print can be read
QUALITY = 70


def main(source: str, folder: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    document = pypdfium2.PdfDocument(source)
    for number in range(len(document)):
        page = document[number]
        scale = min(WIDTH / max(1.0, page.get_width()), HEIGHT / max(1.0, page.get_height()))
        picture = page.render(scale=scale).to_pil().convert("RGB")
        page.close()
        with (Path(folder) / f"{number + 1:03}.jpg").open("wb") as file:
            picture.save(file, "JPEG", quality=QUALITY)
            file.flush()
            os.fsync(file.fileno())
    document.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
