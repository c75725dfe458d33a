"""Captchas on django-simple-captcha's table, with what it lacks (L03): each is good for one answer, even when it comes
from eight requests at once, and only in the browser and for the purpose it was made for.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from captcha.models import CaptchaStore
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import limits
from accounts.access import client_ip

IMAGE, WORDS = "image", "words"
PURPOSES = {"login", "register", "objection"}
PASSED = "passed"  # every answer's stand-in while settings.CAPTCHA_TEST_MODE
LETTERS = "ABCDEFHJKLMNPRTUVWXY"  # none that is easily taken for another or for a figure
NUMERALS = "零一二三四五六七八九十"
MOST, SWEEP = 20_000, 100  # rows of the table; how many new ones come before the oldest are taken away
TOO_MANY = {
    IMAGE: "这个网络地址获取验证码过于频繁，请过一小时再试。",
    WORDS: "这个网络地址获取文字题过于频繁，请过一小时再试，或换用图片验证码。",
}


@dataclass(frozen=True)
class Challenge:
    """`question` for the one in words, which screen readers read out; `image_url` for the other."""

    key: str
    question: str = ""

    @property
    def image_url(self) -> str:
        return "" if self.question else reverse("accounts:captcha_image", args=[self.key])


def letters() -> tuple[str, str]:
    text = "".join(secrets.choice(LETTERS) for _ in range(4))
    return text, text


def sum_in_words() -> tuple[str, str]:
    a, b = sorted((secrets.randbelow(10) + 1, secrets.randbelow(10) + 1), reverse=True)
    sign, answer = secrets.choice((("加", a + b), ("减", a - b)))
    return f"{NUMERALS[a]}{sign}{NUMERALS[b]}等于几？（填数字）", str(answer)


def issue(request: HttpRequest, purpose: str, kind: str = IMAGE) -> Challenge | None:
    """A new captcha, bound to this browser (by its CSRF secret) and to `purpose`; None when the visitor's address has
    had its share. That in words is for the few who can't see the other, and any program answers it (L05): an address
    gets few. Whatever the flood, the table keeps to MOST rows: the oldest go (L04)."""
    visitor = client_ip(request)
    if kind == WORDS and limits.exceeded("captcha-words", visitor, limit=settings.CAPTCHA_WORDS_PER_HOUR):
        return None
    if limits.exceeded("captcha", visitor, limit=settings.CAPTCHAS_PER_HOUR):
        return None
    question, answer = sum_in_words() if kind == WORDS else letters()
    head = ("w" if kind == WORDS else "i") + secrets.token_hex(10)[1:]
    key = head + _binding(request, purpose, head)
    row = CaptchaStore.objects.create(challenge=question, response=answer, hashkey=key)
    if row.pk % SWEEP == 0:
        CaptchaStore.objects.filter(pk__lte=row.pk - MOST).delete()
    return Challenge(key, question if kind == WORDS else "")


def kind_of(key: str) -> str:
    return WORDS if key.startswith("w") else IMAGE


def solved(request: HttpRequest, purpose: str, key: str, answer: str) -> bool:
    """Whether `answer` is right. Right or wrong, the captcha is used up: one DELETE decides who was first."""
    answer = unicodedata.normalize("NFKC", answer).strip().lower()
    if settings.CAPTCHA_TEST_MODE and answer == PASSED:
        return True
    if not constant_time_compare(key[20:], _binding(request, purpose, key[:20])):
        return False
    alive = CaptchaStore.objects.filter(hashkey=key, expiration__gt=timezone.now())
    right = alive.filter(response=answer).delete()[0] == 1
    if not right:
        alive.delete()
    return right


def _binding(request: HttpRequest, purpose: str, head: str) -> str:
    get_token(request)  # makes the CSRF secret where there is none yet
    return salted_hmac("accounts.captcha", f"{purpose}:{request.META['CSRF_COOKIE']}:{head}").hexdigest()[:20]


class CaptchaWidget(forms.Widget):
    """Key and answer: NAME_0 and NAME_1. Every rendering makes a new captcha, of the kind the person chose last; but
    `later` none: the script asks for it when the form is first touched. A page that many open and few log in on would
    use up an office's share, and without a script the form is answered by the page of its own, which has one."""

    template_name = "accounts/captcha.html"
    request: HttpRequest
    purpose: str
    later = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return data.get(f"{name}_0", ""), data.get(f"{name}_1", "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_1" not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_1" if id_ else id_

    def render(self, name: str, value: Any, attrs: dict | None = None, renderer: Any = None) -> str:
        chosen = kind_of(value[0]) if value else self.request.GET.get("captcha", IMAGE)
        here = self.request.GET.copy()
        here["captcha"] = IMAGE if chosen == WORDS else WORDS
        context = {
            "name": name,
            "attrs": self.build_attrs(self.attrs, attrs),
            "challenge": None if self.later else issue(self.request, self.purpose, chosen),
            "later": self.later,
            "too_many": TOO_MANY[chosen if chosen == WORDS else IMAGE],
            "refresh_url": f"{reverse('accounts:captcha')}?purpose={self.purpose}",
            "other_kind_url": f"?{here.urlencode()}",
        }
        return render_to_string(self.template_name, context)


class CaptchaField(forms.Field):
    """「验证码」. Its form says `fields["captcha"].bind(request, purpose)`."""

    widget = CaptchaWidget
    default_error_messages = {
        "required": "请填写验证码。",
        "invalid": "验证码不正确或已过期，请按新的验证码填写。",
    }

    def bind(self, request: HttpRequest, purpose: str, *, later: bool = False) -> None:
        self.widget.request, self.widget.purpose, self.widget.later = request, purpose, later

    def clean(self, value: tuple[str, str]) -> bool:
        key, answer = value
        if not answer.strip():
            raise ValidationError(self.error_messages["required"], code="required")
        if not solved(self.widget.request, self.widget.purpose, key, answer):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return True
