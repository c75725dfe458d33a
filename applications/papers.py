"""个人申请表, 团队申请表 and 单位概况 as PDF."""

from django.conf import settings
from django.template.loader import render_to_string

from applications.models import Application, ApplicationRevision, UnitAdmission, UnitAdmissionRevision
from attachments import pdf, qr


def form_sheet(application: Application, revision: ApplicationRevision, *, identity: bool) -> bytes:
    """The sheet of a submitted revision; `identity`: with the identity number in full."""
    document = revision.document.revealed() if identity else revision.document.opened()
    context = {
        "document": document,
        "first_opinions": ("法人单位",) if application.is_team else ("派出单位", "所在地市科技局"),
        "revision": revision,
        "batch": application.batch,
        "province_name": settings.PROVINCE_NAME,
        "footer": pdf.footer(revision.code, f"{document.title}　第 {revision.number} 版", qr.payload(revision.code)),
    }
    return pdf.render(render_to_string("applications/pdf/form.html", context))


def overview(admission: UnitAdmission, revision: UnitAdmissionRevision) -> bytes:
    """附件2 单位概况, to be sealed by the unit."""
    document = revision.document
    context = {
        "document": document,
        "revision": revision,
        "province_name": settings.PROVINCE_NAME,
        "footer": pdf.footer(revision.code, f"{document.title}　第 {revision.number} 版", qr.payload(revision.code)),
    }
    return pdf.render(render_to_string("applications/pdf/overview.html", context))
