"""PDFs from HTML. Templates extend `attachments/print.html`; the classes they may use are listed in print.css."""

import threading

from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import qr

# A FontConfiguration that two threads use at once corrupts memory. Threads would gain nothing anyway.
_lock = threading.Lock()


def render(html: str, *, css: str | None = None) -> bytes:
    """The PDF of an HTML page, typeset by print.css and, after it, `css`. The same input gives the same bytes.

    Fetches nothing but our own fonts and images written into the page as `data:`.
    """
    with _lock:
        from . import typesetter

        return typesetter.write(html, css or "")


def footer(code: str, label: str, payload: str) -> SafeString:
    """What stands at the foot of each page: the QR code of `payload`, `label` and the readable `code`.

    Put it first in `<body>`. `label` names document and version, e.g. 「个人科技特派员服务协议　第 2 版」.
    Each page's own QR code says besides which page it is, of how many; so does the line with the code.
    """
    return format_html(
        '<div class="page-footer"><img src="{}" data-qr="{}" alt="">'
        '<p class="page-label">{}</p><p class="page-code">查验码 <b>{}</b></p>'
        "<p>扫描二维码，或在本系统网站输入查验码，可核验真伪</p></div>",
        qr.svg_data_uri(payload), payload, label, code,
    )  # fmt: skip
