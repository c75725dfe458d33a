"""The application as a document: which fields, in which order, under which heading. Labels are the models' own."""

from datetime import date

from django.db import models

from accounts.masks import mask_mobile, mask_number
from accounts.models import Profile, Region, User
from accounts.selectors import PROFILE_SECTIONS
from applications.models import Application
from review.document import Document, Field, Section

FORM_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("申报信息", ("apply_type", "major", "tech_field", "chains")),
    ("拟服务对象", ("target_city", "target_county", "target_host", "target_host_address")),
    ("个人情况与服务设想", ("introduction", "work_history", "planned_service")),
)
FORM_FIELDS = tuple(name for _, names in FORM_SECTIONS for name in names)
WIDE = 60  # longer fields take the whole width of the sheet


def document_of(application: Application) -> Document:
    """个人申请表 with the applicant's 基本信息, as officers judge it and as it is printed."""
    user, form = application.owner, application.form
    profile = [Section(title, tuple(_profile_field(user, name) for name in names)) for title, names in PROFILE_SECTIONS]
    own = [Section(title, tuple(field_of(form, name) for name in names)) for title, names in FORM_SECTIONS]
    return Document("个人科技特派员申请表", (*profile, *own))


def _profile_field(user: User, name: str) -> Field:
    if name == "id_number":
        number = user.profile.id_number
        return Field.secret("profile_id_number", "证件号码", number, mask_number(number))
    if name == "mobile":
        return Field.secret("profile_mobile", "手机", user.mobile, mask_mobile(user.mobile), shown=True)
    return field_of(user if name == "real_name" else user.profile, name, prefix="profile_")


def field_of(row: models.Model, name: str, *, prefix: str = "") -> Field:
    column = row._meta.get_field(name)
    wide = isinstance(column, models.ManyToManyField) or (getattr(column, "max_length", 0) or 0) > WIDE
    return Field(prefix + name, str(column.verbose_name), text_of(row, name), wide=wide and not column.choices)


def text_of(row: models.Model, name: str) -> str:
    """A field's value in words; empty when there is none."""
    column = row._meta.get_field(name)
    if isinstance(column, models.ManyToManyField):
        return "、".join(str(item) for item in getattr(row, name).all()) if row.pk else ""
    if column.choices:
        return str(getattr(row, f"get_{name}_display")())
    value = getattr(row, name)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Region):
        return value.full_name if isinstance(row, Profile) else value.name
    return "" if value is None else str(value)
