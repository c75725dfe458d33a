from django import forms

from accounts import validators
from review import papers
from review.services import MAX_BULK, MAX_COMMENT

FORGED = "提交的记录有误，请刷新页面后再试。"


class TickedForm(forms.Form):
    """What is posted about ticked `rows`."""

    def picked(self, what: str) -> list[str]:
        rows = self.data.getlist("rows")
        if not rows:
            raise forms.ValidationError(f"请先勾选要{what}的记录。")
        if len(rows) > MAX_BULK:
            raise forms.ValidationError(f"一次最多{what} {MAX_BULK} 条记录。")
        return rows

    @property
    def sentence(self) -> str:
        """All that is wrong, in one line."""
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


class DecisionForm(TickedForm):
    """A decision as it is posted: the action, the words, and `rows` of "id:seen". What they mean, the table knows."""

    action = forms.SlugField(max_length=16)
    comment = forms.CharField(
        label="退回意见", required=False, max_length=MAX_COMMENT, validators=[validators.clean_text],
        error_messages={"max_length": f"意见不能超过 {MAX_COMMENT} 字。"},
    )  # fmt: skip

    def clean(self) -> dict:
        super().clean()
        seen: dict[int, int] = {}
        for row in self.picked("办理"):
            pk, _, step = row.partition(":")
            if not (_whole(pk) and _whole(step)):
                raise forms.ValidationError(FORGED)
            seen.setdefault(int(pk), int(step))
        self.cleaned_data["seen"] = seen
        return self.cleaned_data


class BundleForm(TickedForm):
    """What is to be downloaded, and how; `rows` are ids, unless the button `all` was pressed."""

    way = forms.ChoiceField(
        choices=papers.WAYS, widget=forms.Select(attrs={"class": "form-select", "aria-label": "下载方式"})
    )
    scans = forms.BooleanField(
        label="同时包含盖章扫描件", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )

    @property
    def wants_all(self) -> bool:
        return "all" in self.data

    def clean(self) -> dict:
        super().clean()
        rows = set() if self.wants_all else set(self.picked("下载"))
        if not all(map(_whole, rows)):
            raise forms.ValidationError(FORGED)
        self.cleaned_data["cases"] = {int(row) for row in rows}
        return self.cleaned_data


def _whole(text: str) -> bool:
    """A number that every database takes for an id."""
    return text.isascii() and text.isdigit() and len(text) <= 18
