"""Logging in, registering, passwords. Forms validate; `services` decides and writes."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts import limits, services, validators
from accounts.access import client_ip
from accounts.captcha import CaptchaField
from accounts.forms.typed import Mobile, Name, password_field
from accounts.models import User
from accounts.roles import registering_roles

WRONG_PER_HOUR = 10  # own passwords, asked once more
PASSWORD_HELP = "至少 10 个字符，不能全是数字，不要与用户名、姓名相近。"  # noqa: S105 - a sentence
PASSWORD_FAULTS = {  # Django's own words are Chinese only in part
    "password_too_short": "密码太短，至少 %(min_length)d 个字符。",
    "password_too_common": "这个密码太常见，容易被人猜到。",
    "password_entirely_numeric": "密码不能全是数字。",
    "password_too_similar": "密码与用户名或姓名太相近。",
}


class LoginForm(forms.Form):
    """账号, 密码, 验证码; in this order checked: captcha, then the limiter, then the password's hash (L16)."""

    username = Name(label="账号", max_length=50, error_messages={"required": "请填写账号。"})
    password = password_field("密码", new=False)
    captcha = CaptchaField(label="验证码")

    WRONG = "账号或密码不正确。"
    user: User

    def __init__(self, request: HttpRequest, *args: Any, captcha_later: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["captcha"].bind(request, "login", later=captcha_later)

    def clean(self) -> None:
        if self.errors:  # without a captcha no hash is computed
            return
        user = None
        # an address that has failed too often tries no more passwords, right or wrong (L06)
        if not limits.spent("login", client_ip(self.request), limit=settings.LOGIN_FAILURES_PER_HOUR):
            user = authenticate(
                self.request, username=self.cleaned_data["username"], password=self.cleaned_data["password"]
            )
        if user is None:
            raise ValidationError(self.WRONG, code="wrong")
        self.user = user


class RegisterForm(forms.Form):
    real_name = forms.CharField(
        label="姓名", max_length=50, validators=[validators.clean_name], error_messages={"required": "请填写姓名。"},
        help_text="与身份证一致", widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    username = Name(
        label="用户名", max_length=50, validators=[validators.clean_username],
        error_messages={"required": "请填写用户名。"},
        help_text="登录时用：3 至 50 个小写字母、数字或 _ . @ -",
    )  # fmt: skip
    password = password_field("密码", new=True)
    password_again = password_field("确认密码", new=True)
    mobile = Mobile(error_messages={"required": "请填写手机号。"})
    role = forms.ChoiceField(
        label="角色", choices=registering_roles, widget=forms.RadioSelect,
        error_messages={"required": "请选择角色。", "invalid_choice": "该角色不能自行注册，请重新选择。"},
        help_text="您以什么身份使用本系统。管理部门的账号由系统发放",
    )  # fmt: skip
    captcha = CaptchaField(label="验证码")
    consent = forms.BooleanField(error_messages={"required": "同意《个人信息使用说明》后才能注册。"})

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["captcha"].bind(request, "register")
        self.fields["password"].help_text = PASSWORD_HELP
        self.fields["consent"].label = format_html(
            '我已阅读并同意<a href="{}" target="_blank">《个人信息使用说明》</a>', reverse("accounts:terms")
        )
        choices = registering_roles()
        if len(choices) == 1:
            self.fields["role"].initial = choices[0][0]

    def clean(self) -> None:
        super().clean()
        cleaned = self.cleaned_data
        username, password = cleaned.get("username", ""), cleaned.get("password")
        # which names are taken is told behind a solved captcha only (A05)
        if "captcha" in cleaned and User.objects.filter(username=username).exists():
            self.add_error("username", services.NAME_TAKEN)
        if password and "password_again" in cleaned and password != cleaned["password_again"]:
            self.add_error("password_again", "两次输入的密码不一致。")
        if password:
            user = User(username=username, real_name=cleaned.get("real_name", ""))
            _validate_password(self, "password", password, user)


def check_own_password(user: User, password: str, wrong: str) -> None:
    """Somebody shows again who they are; ten failures an hour. Raises ValidationError."""
    if limits.exceeded("password", str(user.pk), limit=WRONG_PER_HOUR):  # counted before: many at once are no more
        raise ValidationError("尝试次数过多，请一小时后再试。", code="limit")
    if not user.check_password(password):
        raise ValidationError(wrong, code="wrong")
    limits.take_back("password", str(user.pk))


class PasswordForm(forms.Form):
    """「修改密码」."""

    old_password = password_field("原密码", new=False)
    new_password = password_field("新密码", new=True)
    new_password_again = password_field("确认新密码", new=True)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_password"].help_text = PASSWORD_HELP

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        check_own_password(self.user, old, "原密码不正确。")
        return old

    def clean(self) -> None:
        super().clean()
        cleaned = self.cleaned_data
        new = cleaned.get("new_password")
        if new and "new_password_again" in cleaned and new != cleaned["new_password_again"]:
            self.add_error("new_password_again", "两次输入的新密码不一致。")
        if new and new == cleaned.get("old_password"):
            self.add_error("new_password", "新密码不能与原密码相同。")
        elif new:
            _validate_password(self, "new_password", new, self.user)


def _validate_password(form: forms.Form, name: str, password: str, user: User) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        for fault in error.error_list:
            form.add_error(
                name, ValidationError(PASSWORD_FAULTS.get(str(fault.code), fault.message), fault.code, fault.params)
            )
