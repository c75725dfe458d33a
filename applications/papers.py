"""个人申请表 as PDF."""

from django.conf import settings
from django.template.loader import render_to_string

from applications.models import Application, ApplicationRevision
from attachments import pdf, qr


def personal_form(application: Application, revision: ApplicationRevision, *, identity: bool) -> bytes:
    """The sheet of a submitted revision; `identity`: with the identity number in full."""
    document = revision.document.revealed() if identity else revision.document.opened()
    context = {
        "document": document,
        "revision": revision,
        "batch": application.batch,
        "province_name": settings.PROVINCE_NAME,
        "footer": pdf.footer(revision.code, f"{document.title}　第 {revision.number} 版", qr.payload(revision.code)),
    }
    return pdf.render(render_to_string("applications/pdf/personal.html", context))
