"""A page to which one sealed PDF comes back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from attachments.forms import PdfUploadForm
from review.refusal import Refused

TAKEN = 302


def received(request: HttpRequest, take: Callable[[UploadedFile], object]) -> tuple[PdfUploadForm, int]:
    """The form, and the status of its page: `TAKEN` once `take` has kept the file, so that one may go on; 422 where it
    is not fit, which stands beside the field; 409 where the case has moved on, which is said on top."""
    if request.method != "POST":
        return PdfUploadForm(), 200
    form = PdfUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return form, 422
    try:
        take(form.cleaned_data["file"])
    except ValidationError as error:
        form.add_error("file", error)
        return form, 422
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return form, 409
    return form, TAKEN
