"""基本信息 of a person and of an office. Forms validate; `services` decides and writes."""

from copy import copy
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import crypto, limits, services, validators
from accounts.forms.choices import group_by_city, offer_terms
from accounts.forms.faults import Summed
from accounts.forms.typed import Mobile, Month, half_width
from accounts.locks import Lock
from accounts.masks import mask_number
from accounts.models import Organisation, Profile, Region, User
from accounts.selectors import PROFILE_FIELDS, PROFILE_SECTIONS, USER_FIELDS, profile_row
from accounts.standards import Gender, IdentityKind
from accounts.widgets import LongText

MISSING = "请填写；没有的请填「无」。"
NUMBERS_PER_HOUR = 10  # identity numbers that a person may try
TOO_MANY_NUMBERS = "一小时内填写过的证件号码过多，请过一小时再试；其他各项可以照常填写。"


class ProfileForm(Summed, forms.ModelForm):
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
        self.order_fields(name for _, names in PROFILE_SECTIONS for name in names)
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
