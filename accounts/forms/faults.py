"""What is wrong with a form that was sent: in the site's own words, and all of it at once above the form."""

from django import forms
from django.core.validators import (
    EmailValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)


class Summed:
    """Beside a form: what partials/form_page.html lists above it, each with a link to its place."""

    def problems(self: forms.BaseForm) -> list[dict[str, str]]:
        """In the order of the form; of what is merely empty only the name (partials/missing.html)."""
        found = self.errors.as_data()
        return [
            {
                "label": str(self[name].label),
                "url": f"#{self[name].id_for_label or self[name].auto_id}",
                "text": "" if error.code == "required" else error.messages[0],
            }
            for name in self.fields
            if not self.fields[name].widget.is_hidden
            for error in found.get(name, ())
        ]


SENTENCES: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "请填写。"},
    forms.ChoiceField: {"required": "请选择。", "invalid_choice": "请从列表中选择。"},
    forms.ModelChoiceField: {"required": "请选择。", "invalid_choice": "请从列表中选择，所选的一项已不能选。"},
    forms.ModelMultipleChoiceField: {"required": "请选择。"},
    forms.IntegerField: {"invalid": "请填写整数，如 12。"},
    forms.DecimalField: {"invalid": "请填写数字，如 12.5。"},
    forms.DateField: {"invalid": "日期不正确，格式如 2026-03-01。"},
    forms.DateTimeField: {"invalid": "时间不正确，格式如 2026-03-01 09:00。"},
    forms.FileField: {"required": "请选择文件。", "empty": "这个文件是空的，请重新选择。"},
}
MESSAGES: dict[type, str] = {
    EmailValidator: "邮箱格式不正确，如 name@example.cn。",
    MaxValueValidator: "不能大于 %(limit_value)s。",
    MinValueValidator: "不能小于 %(limit_value)s。",
    MaxLengthValidator: "最多 %(limit_value)d 个字，现有 %(show_value)d 个。",
    MinLengthValidator: "至少 %(limit_value)d 个字，现有 %(show_value)d 个。",
}


def speak() -> None:
    """Every form says these, where its fields have no words of their own: Django's are those of a program, and its
    catalogue can't tell what is written from what is chosen."""
    for field, sentences in SENTENCES.items():
        field.default_error_messages = {**vars(field).get("default_error_messages", {}), **sentences}
    for validator, message in MESSAGES.items():
        validator.message = message
