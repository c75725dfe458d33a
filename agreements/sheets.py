"""个人服务协议 and 团队服务协议 as pages to be printed."""

from django.conf import settings
from django.template.loader import render_to_string

from agreements.models import Agreement
from attachments import pdf, qr
from review.models import Revision


def agreement_sheet(agreement: Agreement, revision: Revision) -> str:
    """The sheet of a revision as it was frozen: the same whenever it is asked for."""
    document = revision.document
    context = {
        "sheet": document.texts(),
        "agreement": agreement,
        "revision": revision,
        "province_name": settings.PROVINCE_NAME,
        "footer": pdf.footer(revision.code, f"{document.title}　第 {revision.number} 版", qr.payload(revision.code)),
    }
    return render_to_string("agreements/pdf/agreement.html", context)


def file_name(agreement: Agreement, number: int) -> str:
    """What the sheet of a version is saved as, without suffix."""
    return f"{agreement.papers_name}_{agreement.number}_{agreement.application.applicant_name}_第{number}版"
