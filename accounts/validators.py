"""What people may type: names, mobile and identity numbers, free text."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidComponent

NONE = "无"  # the answer where nothing may exist (manual: 若无相关信息请填写“无”)
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
IDENTITY = re.compile(r"\d{17}[\dX]", re.ASCII)
PASSPORT = re.compile(r"[A-Z0-9]{5,17}", re.ASCII)
POSTCODE = re.compile(r"\d{6}", re.ASCII)
MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])", re.ASCII)
PHONE = re.compile(r"[0-9+()（）\- ]{5,20}(转\d{1,6})?", re.ASCII)
USERNAME = re.compile(r"[a-z0-9][a-z0-9_.@-]{2,49}", re.ASCII)

# Letters and signs that draw nothing; Unicode does not count them among the control characters.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")

validate_email = EmailValidator("请填写正确的邮箱地址；没有请填「无」。")


def clean_text(value: str) -> None:
    """Refuses control, format, bidirectional and empty characters; line breaks and tabs are fine (A07)."""
    for char in value:
        unseen = unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in INVISIBLE
        if unseen and char not in "\n\r\t":
            raise ValidationError(f"含有不可见的控制字符（U+{ord(char):04X}），请删除后再试。", code="control")
    if value.strip() and not any(unicodedata.category(char)[0] in "LNPS" for char in value):
        raise ValidationError("只有附加符号、没有文字，请填写文字。", code="control")


def clean_line(value: str) -> None:
    """As `clean_text`, on one line."""
    clean_text(value)
    if any(char in "\n\r\t\u2028\u2029" for char in value):
        raise ValidationError("不能换行，请写在一行内。", code="control")


def clean_name(value: str) -> None:
    """A person's name: letters of any script (rare characters too), 「·」, hyphen, space and brackets inside."""
    clean_line(value)
    kinds = {unicodedata.category(char)[0] for char in value if char not in "·•-'. （）()"}
    if "L" not in kinds or not kinds <= {"L", "M"}:
        raise ValidationError("姓名只能由文字和「·」组成。", code="name")


def clean_mobile(value: str) -> None:
    if not MOBILE.fullmatch(value):
        raise ValidationError("请填写 11 位手机号码。", code="mobile")


def clean_phone(value: str) -> None:
    """A landline or mobile number, or 「无」."""
    if value != NONE and not PHONE.fullmatch(value):
        raise ValidationError("请填写电话号码，如 027-87654321；没有请填「无」。", code="phone")


def clean_email(value: str) -> None:
    """An address, or 「无」."""
    if value != NONE:
        validate_email(value)


def clean_postcode(value: str) -> None:
    if not POSTCODE.fullmatch(value):
        raise ValidationError("请填写 6 位数字的邮政编码。", code="postcode")


def clean_credit_code(value: str) -> None:
    """统一社会信用代码 with its check digit (GB 32100)."""
    if not uscc.is_valid(value):
        raise ValidationError("统一社会信用代码不正确，请核对 18 位代码（末位为校验码）。", code="uscc")


def clean_code_or_none(value: str) -> None:
    """The same, or 「无」: villages and households have none."""
    if value != NONE and not uscc.is_valid(value):
        raise ValidationError("统一社会信用代码不正确，请核对 18 位代码；没有的请填「无」。", code="uscc")


def clean_month(value: str) -> None:
    if not MONTH.fullmatch(value):
        raise ValidationError("请按「年-月」填写，如 1975-06。", code="month")


def clean_username(value: str) -> None:
    if not USERNAME.fullmatch(value):
        raise ValidationError("用户名由 3 至 50 个小写字母、数字或 _ . @ - 组成。", code="username")


def clean_identity_number(value: str) -> None:
    """18 digits with the check digit of GB 11643 and a real birth date."""
    try:  # not ric.is_valid: it refuses everybody who is older than the present code of their county
        right = IDENTITY.fullmatch(value) and ric.calc_check_digit(value) == value[-1] and ric.get_birth_date(value)
    except InvalidComponent:
        right = False
    if not right:
        raise ValidationError("身份证号不正确，请核对 18 位号码（末位为校验码）。", code="identity")


def clean_passport(value: str) -> None:
    if not PASSPORT.fullmatch(value):
        raise ValidationError("护照号由 5 至 17 位大写字母和数字组成。", code="passport")
