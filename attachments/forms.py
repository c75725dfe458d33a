from typing import Any

from django import forms

from .validation import LIMITS_TEXT, REFUSALS, check_upload


class PdfField(forms.FileField):
    """One PDF. Refuses at once what the first bytes show; `services.store_pdf` then looks through the whole file."""

    default_validators = [check_upload]
    default_error_messages = {
        "required": REFUSALS["missing"],
        "missing": REFUSALS["missing"],
        "empty": REFUSALS["empty"],
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"help_text": LIMITS_TEXT} | kwargs))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return super().widget_attrs(widget) | {"accept": ".pdf,application/pdf"}


class PdfUploadForm(forms.Form):
    file = PdfField(label="PDF 文件")
