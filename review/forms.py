from django import forms

from accounts import validators
from review.services import MAX_BULK, MAX_COMMENT


class DecisionForm(forms.Form):
    """A decision as it is posted: the action, the words, and `rows` of "id:seen". What they mean, the table knows."""

    action = forms.SlugField(max_length=16)
    comment = forms.CharField(
        label="退回意见", required=False, max_length=MAX_COMMENT, validators=[validators.clean_text],
        error_messages={"max_length": f"意见不能超过 {MAX_COMMENT} 字。"},
    )  # fmt: skip

    def clean(self) -> dict:
        super().clean()
        picked = self.data.getlist("rows")
        if not picked:
            raise forms.ValidationError("请先勾选要办理的记录。")
        if len(picked) > MAX_BULK:
            raise forms.ValidationError(f"一次最多办理 {MAX_BULK} 条记录。")
        seen: dict[int, int] = {}
        for row in picked:
            pk, _, step = row.partition(":")
            if not (_whole(pk) and _whole(step)):
                raise forms.ValidationError("提交的记录有误，请刷新页面后再试。")
            seen.setdefault(int(pk), int(step))
        self.cleaned_data["seen"] = seen
        return self.cleaned_data

    @property
    def sentence(self) -> str:
        """All that is wrong, in one line."""
        return " ".join(str(message) for messages in self.errors.values() for message in messages)


def _whole(text: str) -> bool:
    """A number that every database takes for an id."""
    return text.isascii() and text.isdigit() and len(text) <= 18
