from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest

from accounts import validators
from accounts.captcha import CaptchaField
from accounts.widgets import LongText


def reachable(value: str) -> None:
    """A telephone number or an e-mail address."""
    if validators.PHONE.fullmatch(value):
        return
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValidationError("请填写电话号码或邮箱地址，如 13900000000。", code="contact") from error


class ObjectionForm(forms.Form):
    """「提出异议」."""

    name = forms.CharField(
        label="姓名", max_length=50, validators=[validators.clean_name],
        error_messages={"required": "请填写真实姓名。"}, widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    contact = forms.CharField(
        label="联系方式", max_length=50, validators=[validators.clean_line, reachable],
        error_messages={"required": "请填写电话或邮箱，便于核实。"},
        help_text="电话或邮箱。姓名和联系方式加密保存，只有省科学技术厅的经办人能看到",
    )  # fmt: skip
    content = forms.CharField(
        label="异议内容", max_length=1000, validators=[validators.clean_text],
        error_messages={"required": "请写明对谁有异议、具体情况和依据。"},
        help_text="写明序号或姓名、具体情况和依据，1000 字以内", widget=LongText(attrs={"rows": 8}),
    )  # fmt: skip
    captcha = CaptchaField(label="验证码")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["captcha"].bind(request, "objection")


class AnswerForm(forms.Form):
    """「处理完毕」."""

    answer = forms.CharField(
        label="处理意见", max_length=500, validators=[validators.clean_text],
        error_messages={"required": "请写明核实的情况和处理意见。"},
        help_text="提出异议的人凭回执号可以看到，请勿写入他人的个人信息；500 字以内",
        widget=LongText(attrs={"rows": 5}),
    )  # fmt: skip
