from django import forms
from django.core.exceptions import ValidationError

from accounts.validators import clean_username
from attachments.workbook import MAX_BYTES, MAX_ROWS, REFUSALS
from portal.issuing.roster import NUMERALS


class SheetForm(forms.Form):
    """One workbook; what is in it, `roster` reads."""

    file = forms.FileField(
        label="Excel 文件", widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=f"用模板填写的 .xlsx，最大 {MAX_BYTES // 1024**2} MB、{MAX_ROWS:,} 个账号",
        error_messages={"required": "请选择填好的 Excel 文件。", "empty": REFUSALS["empty"]},
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(REFUSALS["too_large"])
        return file


class BureausForm(forms.Form):
    """Accounts for all city bureaus in one go."""

    officers = forms.IntegerField(
        label="每个科技局的账号数", initial=2, min_value=1, max_value=len(NUMERALS),
        help_text="已有的在用账号计算在内，只发放不足的部分",
    )  # fmt: skip
    pattern = forms.CharField(
        label="用户名格式", initial="kjj-{代码}-{序号}", max_length=40,
        help_text="{代码} 为市（州）的六位代码，{序号} 为 1、2、3…，如 kjj-420100-1",
    )  # fmt: skip

    def clean_pattern(self) -> str:
        pattern = self.cleaned_data["pattern"]
        if "{代码}" not in pattern or "{序号}" not in pattern:
            raise ValidationError("须包含 {代码} 和 {序号}，否则用户名会重复。")
        clean_username(pattern.replace("{代码}", "420100").replace("{序号}", "1"))
        return pattern
