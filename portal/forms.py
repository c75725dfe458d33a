"""Query conditions of 登录日志 and 操作日志."""

from datetime import date, datetime, time
from typing import ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils import timezone

from accounts.models import AuditEntry
from review.filters import CaseFilter

_DAYS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31)))


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=_DAYS)


class LogFilter(CaseFilter):
    """`log`: which of the two."""

    log: AuditEntry.Log

    who = forms.CharField(label="人员", required=False, max_length=50)
    kind = forms.ChoiceField(label="操作", required=False)
    since = _day("日期自")
    until = _day("至")
    address = forms.GenericIPAddressField(label="网络地址", required=False)
    ok = forms.ChoiceField(label="结果", required=False, choices=[("", "全部"), ("1", "成功"), ("0", "失败")])
    text = forms.CharField(label="内容包含", required=False, max_length=50)

    MAIN = ("who", "kind", "since", "until")
    LOOKUPS: ClassVar = {"kind": "kind", "address": "address", "text": "text__contains"}

    def __init__(self, data, *, process=None) -> None:
        super().__init__(data, process=process)
        self.fields["who"].widget.attrs["placeholder"] = "姓名或用户名"
        kinds = [(kind.value, kind.label) for kind in AuditEntry.Kind if kind.log == self.log]
        self.fields["kind"].choices = [("", "全部"), *kinds]

    @classmethod
    def condition(cls, name: str, value: object, prefix: str = "") -> Q:
        match name, value:
            case "who", str():  # of a failed login nobody is the actor: the account is what it is about
                whose = Q(object_type="accounts.user", object_name__startswith=value)
                return Q(actor_name__startswith=value) | Q(actor__username=value) | whose
            case "since", date():
                return Q(at__gte=timezone.make_aware(datetime.combine(value, time.min)))
            case "until", date():
                return Q(at__lte=timezone.make_aware(datetime.combine(value, time.max)))
            case "ok", _:
                return Q(succeeded=value == "1")
        return super().condition(name, value, prefix)


class LoginFilter(LogFilter):
    log = AuditEntry.Log.LOGIN


class OperationFilter(LogFilter):
    log = AuditEntry.Log.OPERATION
