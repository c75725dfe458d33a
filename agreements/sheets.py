"""个人服务协议 and 团队服务协议 as pages to be printed."""

from django.conf import settings
from django.template.loader import render_to_string

from agreements.models import Agreement, AgreementRevision
from attachments import pdf, qr


def agreement_sheet(agreement: Agreement, revision: AgreementRevision) -> str:
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
