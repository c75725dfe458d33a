"""Fields that take what people type as they type it."""

import re
import unicodedata
from typing import Any

from django import forms
from django.contrib.auth.forms import UsernameField

from accounts import validators
from accounts.masks import mask_mobile


def half_width(value: str) -> str:
    """Figures and letters typed with a Chinese keyboard, as plain ones, without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value))


def password_field(label: str, *, new: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
        error_messages={"required": f"请填写{label}。"},
    )


class Name(UsernameField):
    """用户名: look-alike characters are brought to one form, so that no two accounts look the same (A07)."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value).strip().lower()


class Mobile(forms.CharField):
    """`hidden`: a number that is shown by its mask; the mask left as it is means the number."""

    hidden = ""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "tel"})
        super().__init__(**{"label": "手机号", "widget": widget, "max_length": 20, **kwargs})
        self.validators.append(validators.clean_mobile)

    def to_python(self, value: Any) -> str:
        return half_width(super().to_python(value) or "").replace("-", "")

    def clean(self, value: Any) -> str:
        masked = self.hidden and self.to_python(value) == mask_mobile(self.hidden)
        return self.hidden if masked else super().clean(value)


class Month(forms.CharField):
    """Year and month, however it is written: 1975-06, 1975.6, 1975年6月, 197506."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "month", "placeholder": "1975-06"})
        super().__init__(**{"max_length": 20, "widget": widget, **kwargs})
        self.validators.append(validators.clean_month)

    def to_python(self, value: Any) -> str:
        text = half_width(super().to_python(value) or "")
        found = re.fullmatch(r"(\d{4})[-年./]?(\d{1,2})月?", text)
        return f"{found[1]}-{int(found[2]):02}" if found else text
