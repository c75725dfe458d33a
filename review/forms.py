from typing import Any

from django import forms

from accounts import validators
from attachments.intake import MAX_PAGES as MAX_DOCUMENTS
from review import papers
from review.services import MAX_BULK, MAX_COMMENT

FORGED = "提交的记录有误，请刷新页面后再试。"


class TickedForm(forms.Form):
    """What is posted about ticked `rows`."""

    limit = MAX_BULK

    def picked(self, what: str) -> list[str]:
        rows = self.data.getlist("rows")
        if not rows:
            raise forms.ValidationError(f"请先勾选要{what}的记录。")
        if len(rows) > self.limit:
            raise forms.ValidationError(f"一次最多{what} {self.limit} 条记录。")
        return rows

    @property
    def sentence(self) -> str:
        """All that is wrong, in one line."""
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


class RowsForm(TickedForm):
    """`rows` of "id:seen"."""

    what = "办理"

    def clean(self) -> dict:
        super().clean()
        seen: dict[int, int] = {}
        for row in self.picked(self.what):
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


class DecisionForm(RowsForm):
    """A decision as it is posted: the action and the words, for each row. What they mean, the table knows."""

    action = forms.SlugField(max_length=16)
    comment = forms.CharField(
        label="退回意见", required=False, max_length=MAX_COMMENT, validators=[validators.clean_text],
        error_messages={"max_length": f"意见不能超过 {MAX_COMMENT} 字。"},
    )  # fmt: skip


def _whole(text: str) -> bool:
    """A number that every database takes for an id."""
    return text.isascii() and text.isdigit() and len(text) <= 18


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilingForm(RowsForm):
    """「确认提交」: the documents of a pack that are to be filed."""

    limit, what = MAX_DOCUMENTS, "提交"


class PackForm(forms.Form):
    """Scans as they come in; `attachments.intake.receive` looks at them."""

    scans = forms.FileField(label="盖章扫描件", widget=ManyFiles(attrs={"accept": ".pdf,.zip"}))


class ArrangeForm(forms.Form):
    """A document made by hand: whose it is, and of each page that it may have, the place in it (empty: none)."""

    TURNS = ((0, "不转"), (90, "右转 90°"), (180, "倒转"), (270, "左转 90°"))

    code = forms.CharField(
        label="或输入纸上的查验码", required=False, max_length=40, help_text="印在每页左下角二维码旁，12 位"
    )
    case = forms.ChoiceField(label="这份材料是谁的", required=False)

    def __init__(self, *args: Any, cases: list[tuple[str, str]], pages: list[tuple[int, int, int]], **kwargs) -> None:
        """`pages`: (place in the intake, place in the document or 0, how far it is turned)."""
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [("", "请选择"), *cases]
        self.ats = [at for at, _, _ in pages]
        for at, place, turn in pages:
            self.fields[f"place_{at}"] = forms.IntegerField(
                label=f"扫描第 {at + 1} 页的位置", required=False, min_value=1, max_value=999, initial=place or None
            )
            self.fields[f"turn_{at}"] = forms.TypedChoiceField(
                label=f"扫描第 {at + 1} 页转向", coerce=int, choices=self.TURNS, initial=turn
            )

    def chosen(self) -> list[tuple[int, int]]:
        """[(place in the intake, how far turned)] in the order of the document."""
        data = self.cleaned_data
        placed = sorted((data[f"place_{at}"], at) for at in self.ats if data.get(f"place_{at}"))
        return [(at, data[f"turn_{at}"]) for _, at in placed]

    def clean(self) -> dict:
        super().clean()
        places = [self.cleaned_data.get(f"place_{at}") for at in self.ats]
        used = [place for place in places if place]
        if len(set(used)) < len(used):
            raise forms.ValidationError("有两页的位置相同，请改为不同的数字。")
        return self.cleaned_data
