"""What people type about themselves. Forms validate; `services` decides and writes."""

import re
import unicodedata
from copy import copy
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts import crypto, limits, services, validators
from accounts.access import client_ip
from accounts.captcha import CaptchaField
from accounts.locks import Lock
from accounts.masks import mask_mobile, mask_number
from accounts.models import Organisation, Profile, Region, Term, User
from accounts.roles import registering_roles
from accounts.selectors import PROFILE_FIELDS, PROFILE_SECTIONS, USER_FIELDS, profile_row
from accounts.standards import Gender, IdentityKind
from accounts.widgets import LongText

MISSING = "请填写；没有的请填「无」。"
PASSWORD_HELP = "至少 10 个字符，不能全是数字，不要与用户名、姓名相近。"  # noqa: S105 - a sentence
NUMBERS_PER_HOUR = 10  # identity numbers that a person may try
TOO_MANY_NUMBERS = "一小时内填写过的证件号码过多，请过一小时再试；其他各项可以照常填写。"
PASSWORD_FAULTS = {  # Django's own words are Chinese only in part
    "password_too_short": "密码太短，至少 %(min_length)d 个字符。",
    "password_too_common": "这个密码太常见，容易被人猜到。",
    "password_entirely_numeric": "密码不能全是数字。",
    "password_too_similar": "密码与用户名或姓名太相近。",
}


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


# ---- logging in, registering, passwords ----


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
    """Somebody shows again who they are; ten tries an hour. Raises ValidationError."""
    if limits.exceeded("password", str(user.pk), limit=10):
        raise ValidationError("尝试次数过多，请一小时后再试。", code="limit")
    if not user.check_password(password):
        raise ValidationError(wrong, code="wrong")


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


# ---- 基本信息 ----


class ProfileForm(forms.ModelForm):
    """基本信息. Everything is required; `values()` is what is right so far, for the draft that saves itself.

    What `lock` holds fast can't be typed into; where it was all the same (the page is older than the lock), it stays
    on the page and is told.
    """

    real_name = forms.CharField(label="姓名", max_length=50, validators=[validators.clean_name])
    mobile = Mobile(label="手机")
    city = forms.ModelChoiceField(
        Region.objects.filter(level=Region.Level.CITY, active=True), label="所在市（州）", required=False
    )
    birth_month = Month(label="出生年月", help_text="年-月，如 1975-06")
    id_number = forms.CharField(
        label="证件号码", max_length=20, help_text="加密保存，页面上只显示首尾几位",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    ALWAYS_THERE = {"real_name", "birth_month", "id_number", "mobile", "postcode"}  # 「无」 is no answer to these

    class Meta:
        model = Profile
        fields = [name for name in PROFILE_FIELDS if name not in USER_FIELDS]
        widgets = dict.fromkeys(("speciality", "service_experience", "awards_penalties"), LongText(attrs={"rows": 5}))
        help_texts = {
            "native_place": "省、市（县），如 湖北武汉",
            "degree": "没有的选「无」",
            "title_level": "没有的选「无」",
            "title_name": "如 副教授、高级农艺师；没有的填「无」",
            "post": "没有的填「无」",
            "phone": "区号-号码；没有的填「无」",
            "email": "没有的填「无」",
            "awards_penalties": "没有的填「无」",
            "service_experience": "没有的填「无」",
            "major": "没有的填「无」",
            "graduate_school": "没有的填「无」",
        }

    def __init__(self, *args: Any, instance: Profile, lock: Lock, **kwargs: Any) -> None:
        self.mask, self.lock = mask_number(instance.id_number), lock
        initial = {
            "id_number": self.mask,
            "city": instance.region and instance.region.city,
            **{name: getattr(instance.user, name) for name in USER_FIELDS},
            **(kwargs.pop("initial", None) or {}),
        }
        # a copy, for Django writes into it whether the form is right or not
        super().__init__(*args, instance=copy(instance), initial=initial, **kwargs)
        for name, field in self.fields.items():
            field.required = name != "city"
            field.error_messages["required"] = "请填写。" if name in self.ALWAYS_THERE else MISSING
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = "请选择。"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "请选择"
            elif isinstance(field, forms.TypedChoiceField):
                choices: Any = field.choices
                field.choices = [("", "请选择"), *[choice for choice in choices if choice[0]]]
        offer_terms(self)
        group_by_city(self.fields["region"], self.fields["city"].queryset)
        for name in (*lock.names, *(("city",) if "region" in lock.names else ())):
            self.fields[name].disabled = not (self.is_bound and name in self.data and name in self.changed_data)
        self.helper = FormHelper()
        self.helper.form_tag, self.helper.disable_csrf = False, True
        self.helper.layout = Layout(
            *(
                Fieldset(title, *(_layout(name) for name in names), css_id=f"section-{number}")
                for number, (title, names) in enumerate(PROFILE_SECTIONS, 1)
            )
        )

    def clean_birth_month(self) -> str:
        month = self.cleaned_data["birth_month"]
        if month > timezone.localdate().strftime("%Y-%m"):
            raise ValidationError("出生年月不能晚于今天。", code="future")
        return month

    def clean_id_number(self) -> str:
        number = half_width(self.cleaned_data["id_number"]).upper()
        if self.mask and number == self.mask:
            return self.instance.id_number
        return number

    def clean(self) -> None:
        super().clean()
        cleaned = self.cleaned_data
        for name in self.lock.names:
            if name in cleaned and cleaned[name] != getattr(profile_row(self.instance, name), name):
                self.add_error(name, self.lock.reason)
        if number := cleaned.get("id_number"):
            try:
                self._check_identity(number, cleaned)
            except ValidationError as error:
                self.add_error(None, error)

    def _check_identity(self, number: str, cleaned: dict) -> None:
        if cleaned.get("id_kind") == IdentityKind.PASSPORT:
            _about("id_number", validators.clean_passport, number)
        else:
            _about("id_number", validators.clean_identity_number, number)
            errors = {}
            birth, gender = f"{number[6:10]}-{number[10:12]}", Gender.MALE if int(number[16]) % 2 else Gender.FEMALE
            if cleaned.get("birth_month", birth) != birth:
                errors["birth_month"] = "与身份证号中的出生年月不一致，请核对。"
            if cleaned.get("gender", gender) != gender:
                errors["gender"] = "与身份证号中的性别不一致，请核对。"
            if errors:
                raise ValidationError(errors)
        if number == self.instance.id_number:
            return
        person, key = str(self.instance.user.pk), crypto.keyed_hash(number)
        # the answer tells whether somebody is registered: not about any number of numbers (A08)
        if limits.exceeded_by(key, "identity", person, limit=NUMBERS_PER_HOUR):
            raise ValidationError({"id_number": TOO_MANY_NUMBERS})
        others = Profile.objects.filter(role=self.instance.user.role, id_hash=key)
        if others.exclude(user=self.instance.user).exists():
            services.logger.warning("identity number of account %s is registered already", self.instance.user.pk)
            raise ValidationError({"id_number": services.TAKEN})

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"id_number"}  # checked above, with its kind

    def problems(self) -> list[dict[str, str]]:
        """What is wrong, each with its place; of what is merely empty only the name (partials/missing.html)."""
        return [
            {
                "label": str(self[name].label),
                "url": f"#{self[name].id_for_label}",
                "text": "" if error.code == "required" else error.messages[0],
            }
            for name, errors in self.errors.as_data().items()
            if name in self.fields
            for error in errors
        ]

    def values(self) -> dict[str, Any]:
        """The fields that are right, for `services.save_profile`."""
        return {name: self.cleaned_data[name] for name in PROFILE_FIELDS if name in self.cleaned_data}


def _about(name: str, validate: Any, value: str) -> None:
    try:
        validate(value)
    except ValidationError as error:
        raise ValidationError({name: error}) from error


def _layout(name: str) -> Any:
    if name != "region":
        return Field(name)
    return Div(Field("city", data_cascade="id_region", wrapper_class="col-sm-6"),
               Field("region", wrapper_class="col-sm-6"), css_class="row")  # fmt: skip


def offer_terms(form: forms.ModelForm) -> None:
    """Of each dictionary what is in use today, and what this row has chosen before."""
    for name, field in form.fields.items():
        if isinstance(field, forms.ModelChoiceField) and field.queryset.model is Term:
            if not isinstance(field, forms.ModelMultipleChoiceField):
                chosen = models.Q(pk=getattr(form.instance, f"{name}_id"))
            elif form.instance.pk:
                chosen = models.Q(pk__in=getattr(form.instance, name).values("pk"))
            else:
                chosen = models.Q()
            field.queryset = field.queryset.filter(Term.in_use() | chosen if chosen else Term.in_use())


def group_by_city(field: forms.Field, cities: models.QuerySet, *, whole: bool = False) -> None:
    """Counties under the names of their cities: usable without a script, narrowed by it. `whole`: cities too."""
    field.queryset = field.queryset.filter(active=True)
    groups: dict[str, list] = {city.name: [(city.pk, city.name)] if whole else [] for city in cities}
    for county in field.queryset.filter(level=Region.Level.COUNTY).select_related("parent"):
        if not (whole and county.name == county.parent.name):
            groups.setdefault(county.parent.name, []).append((county.pk, county.name))
    field.choices = [("", "请选择"), *groups.items()]


class LinkedRegions:
    """Beside a model form: pairs of (city, county) fields named in `REGIONS` are linked choices, and the county must
    lie in the city."""

    REGIONS: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = Region.objects.filter(level=Region.Level.CITY, active=True)
        for city, county in self.REGIONS:
            group_by_city(self.fields[county], cities)
            if city in self.fields:
                self.fields[county].widget.attrs["data-cascade"] = f"id_{city}"

    def clean(self) -> dict:
        super().clean()
        for city, county in self.REGIONS:
            chosen, within = self.cleaned_data.get(city), self.cleaned_data.get(county)
            if chosen and within and within.parent_id != chosen.pk:
                self.add_error(county, f"所选县（市、区）不属于{self.fields[city].label}，请重新选择。")
        return self.cleaned_data


class OrganisationForm(forms.ModelForm):
    """「填写机构信息」."""

    class Meta:
        model = Organisation
        fields = services.ORGANISATION_FIELDS
        help_texts = {"phone": "区号-号码", "contact_phone": "手机或座机"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = True
            field.error_messages["required"] = MISSING
        group_by_city(self.fields["location"], Region.objects.filter(level=Region.Level.CITY), whole=True)


class NoticeAddressForm(forms.ModelForm):
    """Where this person's notices go by e-mail; empty: nowhere."""

    class Meta:
        model = User
        fields = ("email",)
