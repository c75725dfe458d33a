"""A sheet of people as accounts: read line by line, every fault told with its line, nothing half right is used.

Accounts of those who act for an office or a unit; whoever applies registers themselves and agrees to the terms (Y09),
and 系统管理员 are made one by one (D06).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import selectors, validators
from accounts.forms.typed import Mobile, Name
from accounts.models import Organisation, Region, User
from accounts.roles import ROLES, Role
from accounts.services import NewAccount
from attachments import workbook
from attachments.workbook import Column

NAME, USERNAME, ROLE, ORGANISATION, MOBILE, UNTIL = COLUMNS = (
    Column("姓名", 12),
    Column("用户名", 20),
    Column("角色", 24),
    Column("机构", 32),
    Column("手机", 16),
    Column("任职至", 14),
)
REQUIRED = (NAME, USERNAME, ROLE, ORGANISATION)
KINDS = {Role(kind): kind for kind in Organisation.Kind.values}  # who acts for an organisation acts for one of a kind
ROLES_BY_LABEL = {role.label: role for role in KINDS if role in ROLES}
ABOUT = (
    ("姓名", "必填"),
    ("用户名", "必填，登录时用：3 至 50 个小写字母、数字或 _ . @ -，不能与已有账号重复"),
    ("角色", f"必填，只能填：{'、'.join(ROLES_BY_LABEL)}。个人和团队账号由本人注册，系统管理员在用户管理中逐个设置"),
    ("机构", "必填，与系统中的机构名称完全一致；类别须与角色相符"),
    ("手机", "可不填；11 位手机号码"),
    ("任职至", "可不填；如 2026-12-31，次日起自动失效"),
)
NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class Line:
    """`number` is the row's in Excel; `cells` by the column's label."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    line: int
    column: str
    text: str
    words: str


def read(path: Path) -> list[Line]:
    """The lines of a workbook. Raises ValidationError with sentences about the whole sheet."""
    rows = workbook.read_rows(path)
    heads = [head.strip().rstrip("*＊") for head in rows[0]]
    known = {column.label for column in COLUMNS}
    wrong = [f"缺少「{column.label}」列。" for column in REQUIRED if column.label not in heads]
    wrong += [f"不认识的列「{head[:20]}」。" for head in heads if head and head not in known]
    wrong += [f"「{head}」列出现了多次。" for head, count in Counter(filter(None, heads)).items() if count > 1]
    if wrong:
        raise ValidationError([*wrong, "第一行须为列名，请用模板填写。"])
    lines = [
        Line(number, {head: text.strip() for head, text in zip(heads, row, strict=False) if head})
        for number, row in enumerate(rows[1:], 2)
        if any(text.strip() for text in row)
    ]
    if not lines:
        raise ValidationError("列名以下没有填写任何账号。")
    return lines


def check(lines: Iterable[Line]) -> tuple[list[NewAccount], list[Fault]]:
    """The accounts, and everything that is wrong. Cells are judged by the fields of the forms that ask for the same."""
    lines = list(lines)
    fields = _fields()
    organisations: dict[tuple[str, str], list[Organisation]] = {}
    for one in Organisation.objects.filter(active=True):
        organisations.setdefault((one.kind, one.name), []).append(one)
    accounts, faults = [], []
    for line in lines:
        clean, wrong = {}, {}
        for label, field in fields.items():
            try:
                clean[label] = field.clean(line.cells.get(label, ""))
            except ValidationError as error:
                wrong[label] = error.messages[0]
        if ROLE.label in clean and ORGANISATION.label in clean:
            role = clean[ROLE.label] = ROLES_BY_LABEL[clean[ROLE.label]]
            found = organisations.get((KINDS[role], clean[ORGANISATION.label]), [])
            if len(found) != 1:
                kind = Organisation.Kind(KINDS[role]).label
                wrong[ORGANISATION.label] = (
                    f"有 {len(found)} 个同名的{kind}，请在用户管理中单独发放。" if found
                    else f"没有这个名称的{kind}，或已停用。"
                )  # fmt: skip
            clean[ORGANISATION.label] = found[0] if found else None
        faults += [Fault(line.number, label, line.cells.get(label, ""), words) for label, words in wrong.items()]
        if not wrong:
            order = (USERNAME, NAME, ROLE, ORGANISATION, MOBILE, UNTIL)
            accounts.append(NewAccount(*(clean[column.label] for column in order)))
    return accounts, sorted([*faults, *_taken(lines, fields[USERNAME.label])], key=lambda fault: fault.line)


def _fields() -> dict[str, forms.Field]:
    empty, unknown = {"required": "请填写。"}, "该角色不存在或不能导入，见模板的「说明」。"
    return {
        NAME.label: forms.CharField(max_length=50, validators=[validators.clean_name], error_messages=empty),
        USERNAME.label: Name(max_length=50, validators=[validators.clean_username], error_messages=empty),
        ROLE.label: forms.ChoiceField(
            choices=[(label, label) for label in ROLES_BY_LABEL], error_messages=empty | {"invalid_choice": unknown}
        ),
        ORGANISATION.label: forms.CharField(max_length=100, error_messages=empty),
        MOBILE.label: Mobile(required=False),
        UNTIL.label: forms.DateField(
            required=False, input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"], validators=[_not_over],
            error_messages={"invalid": "请按 2026-12-31 的样子填写日期。"},
        ),
    }  # fmt: skip


def _not_over(day) -> None:
    if day < timezone.localdate():
        raise ValidationError("任职截止日期已过。")


def _taken(lines: list[Line], field: forms.Field) -> Iterable[Fault]:
    """User names that stand twice in the sheet, or belong to an account already."""
    names = [str(field.to_python(line.cells.get(USERNAME.label, ""))) for line in lines]
    taken = set(User.objects.filter(username__in=set(names)).values_list("username", flat=True))
    first: dict[str, int] = {}
    for line, name in zip(lines, names, strict=True):
        if name in taken:
            yield Fault(line.number, USERNAME.label, name, "该用户名已被使用。")
        elif name and name in first:
            yield Fault(line.number, USERNAME.label, name, f"与第 {first[name]} 行重复。")
        first.setdefault(name, line.number)


def bureaus(officers: int, pattern: str) -> list[Line]:
    """As many lines as city bureaus lack to have so many officers each: asked again, none."""
    cities = list(Region.objects.filter(bureau__active=True).select_related("bureau").order_by("code"))
    names = {
        (city.pk, place): pattern.replace("{代码}", city.code).replace("{序号}", str(place))
        for city in cities
        for place in range(1, len(NUMERALS) + 1)
    }
    taken, lines = set(User.objects.filter(username__in=names.values()).values_list("username", flat=True)), []
    for city in cities:
        acting = sum(row.user.role == Role.CITY for row in selectors.officers(city.bureau))
        free = [place for place in range(1, len(NUMERALS) + 1) if names[city.pk, place] not in taken]
        for place in free[: max(0, officers - acting)]:
            name = f"{_short(city)}经办{NUMERALS[place - 1]}"
            texts = (name, names[city.pk, place], Role.CITY.label, city.bureau.name)
            cells = {column.label: text for column, text in zip(REQUIRED, texts, strict=True)}
            lines.append(Line(len(lines) + 2, cells))
    return lines


def _short(region: Region) -> str:
    return region.name.removesuffix("土家族苗族自治州").removesuffix("市")


def write_template(path: Path) -> None:
    workbook.write(path, "账号", COLUMNS, [], count=0, about=ABOUT)
