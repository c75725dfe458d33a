from datetime import datetime
from typing import Any, ClassVar

from django import forms

from accounts import validators
from accounts.widgets import LongText
from portal.articles import richtext
from portal.articles.documents import SECTIONS
from portal.articles.models import Article
from portal.articles.selectors import untimely
from review.drafts import DraftForm
from review.services import MAX_COMMENT


class ArticleForm(DraftForm):
    """What is written for the public."""

    sections = SECTIONS

    class Meta:
        model = Article
        fields = ("channel", "title", "summary", "body", "publish_at", "expires_at")
        field_classes: ClassVar = {"body": forms.CharField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        body = self.fields["body"]
        body.max_length = 2 * richtext.MAX_HTML
        body.widget = forms.Textarea(attrs={"rows": 18, "data-editor": "", "class": "textarea form-control"})
        body.help_text = "可以直接从 Word 粘贴；图片请用工具栏的「插入图片」上传"
        for name in ("publish_at", "expires_at"):
            self.fields[name].widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def clean_body(self) -> str:
        html = richtext.clean(self.cleaned_data["body"])
        if len(html) > richtext.MAX_HTML:
            raise forms.ValidationError("正文过长，请分成几篇，或把附表作为附件上传。", code="max_length")
        return html

    def clean_publish_at(self) -> datetime | None:
        at = self.cleaned_data["publish_at"]
        if words := untimely(self.instance, at):
            raise forms.ValidationError(f"{words}。", code="untimely")
        return at


class PictureForm(forms.Form):
    file = forms.FileField(label="图片")
    alt = forms.CharField(label="替代文字", max_length=100)


class ReasonForm(forms.Form):
    """「撤下原因」."""

    comment = forms.CharField(
        label="撤下原因", max_length=MAX_COMMENT, validators=[validators.clean_text],
        error_messages={"required": "请填写撤下原因。"}, help_text="作者会看到这些话",
        widget=LongText(attrs={"rows": 4, "maxlength": MAX_COMMENT}),
    )  # fmt: skip
