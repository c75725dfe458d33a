"""Bare WeasyPrint: reads a JSON list of pages, makes a PDF of each with our style and fonts, and forgets it.

What a short script of somebody who knows the library would do: style sheet and fonts are read once. None of our own
typesetting, no store, no zip. Prints how many pages of paper that was.
"""

import json
import sys
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

HERE = Path(__file__).parent.parent / "attachments"


class Fetcher(URLFetcher):
    def fetch(self, url, headers=None):
        if url.startswith("ktp:"):
            data = (HERE / "fonts" / url.removeprefix("ktp:")).read_bytes()
            return URLFetcherResponse(url, data, {"Content-Type": "font/ttf"})
        return super().fetch(url, headers)


def main(path: str) -> None:
    config = FontConfiguration()
    style = CSS(HERE / "print.css", font_config=config, url_fetcher=Fetcher())
    pages = 0
    for html in json.loads(Path(path).read_text(encoding="utf-8")):
        document = HTML(string=html, url_fetcher=Fetcher()).render(stylesheets=[style], font_config=config)
        document.write_pdf()
        pages += len(document.pages)
    print(pages)


if __name__ == "__main__":
    main(sys.argv[1])
