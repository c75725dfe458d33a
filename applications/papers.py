"""个人申请表, 团队申请表 and 单位概况 as pages to be printed."""

from django.conf import settings
from django.template.loader import render_to_string

from applications.models import Application
from attachments import pdf, qr
from review.document import Document
from review.models import Revision


def form_sheet(application: Application, revision: Revision, *, identity: bool) -> str:
    """The sheet of a submitted revision; `identity`: with the identity number in full."""
    document = revision.document.revealed() if identity else revision.document.opened()
    context = {
        "first_opinions": ("法人单位",) if application.is_team else ("派出单位", "所在地市科技局"),
        "batch": application.batch,
    }
    return render_to_string("applications/pdf/form.html", context | _common(document, revision))


def file_name(application: Application, number: int) -> str:
    """What the sheet of a version is saved as, without suffix."""
    return f"{application.papers_name}_{application.applicant_name}_第{number}版"


def overview(revision: Revision) -> str:
    """附件2 单位概况, to be sealed by the unit."""
    return render_to_string("applications/pdf/overview.html", _common(revision.document, revision))


def _common(document: Document, revision: Revision) -> dict:
    return {
        "document": document,
        "revision": revision,
        "province_name": settings.PROVINCE_NAME,
        "footer": pdf.footer(revision.code, f"{document.title}　第 {revision.number} 版", qr.payload(revision.code)),
    }
