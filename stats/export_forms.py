from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from accounts import validators
from accounts.forms.entry import check_own_password
from accounts.forms.typed import password_field
from accounts.models import User
from stats.tables import Export


class ExportForm(forms.Form):
    """Which columns; and for personal numbers in full, why, and the password once more (X04)."""

    columns = forms.MultipleChoiceField(
        label="导出的列", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选择一列。"}
    )
    numbers = forms.BooleanField(label="导出完整的证件号码和电话", required=False)
    reason = forms.CharField(
        label="导出原因", required=False, max_length=200, validators=[validators.clean_line], help_text="将记入操作日志"
    )
    password = password_field("登录密码", new=False)

    def __init__(self, export: Export, user: User, data: MultiValueDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        self.fields["columns"].choices = [(column.key, column.label) for column in export.columns]
        self.fields["password"].required = False
        if not export.may_have_numbers(user):
            for name in ("numbers", "reason", "password"):
                del self.fields[name]

    def clean(self) -> None:
        super().clean()
        if not self.cleaned_data.get("numbers"):
            return
        if not self.cleaned_data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "导出完整号码须填写原因。")
        if not self.cleaned_data.get("password"):
            self.add_error("password", "导出完整号码须再次输入登录密码。")
        elif not self.errors:
            try:
                check_own_password(self.user, self.cleaned_data["password"], "密码不正确。")
            except ValidationError as error:
                self.add_error("password", error)
