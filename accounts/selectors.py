"""Reads: what a profile consists of and lacks, who administers, who logged in when."""

from dataclasses import dataclass
from datetime import datetime

from axes.models import AccessLog
from django.db.models import Model, QuerySet

from accounts.locks import LOCKS, Lock
from accounts.masks import mask_mobile, mask_number
from accounts.models import Appointment, Organisation, Profile, Region, User
from accounts.roles import SYSTEM_ADMIN

# The order of the form, of the page and of the application's document. 姓名 and 手机 are the account's own.
PROFILE_SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "基本情况",
        ("real_name", "gender", "birth_month", "native_place", "ethnicity", "political_status", "id_kind", "id_number"),
    ),
    ("学历学位", ("education", "degree", "graduate_school", "major")),
    (
        "工作与专业",
        ("work_unit", "post", "region", "title_level", "title_name", "talent_type", "discipline", "speciality",
         "service_mode"),
    ),
    ("联系方式", ("mobile", "phone", "email", "address", "postcode")),
    ("服务经历与奖惩", ("service_experience", "awards_penalties")),
)  # fmt: skip
PROFILE_FIELDS = tuple(name for _, names in PROFILE_SECTIONS for name in names)
USER_FIELDS = ("real_name", "mobile")
IDENTITY_FIELDS = ("real_name", "gender", "birth_month", "id_kind", "id_number")  # who it is
CONTACT_FIELDS = dict(PROFILE_SECTIONS)["联系方式"]  # how to reach them: theirs to change at any time (security B.2)
LONG = 60  # longer fields take the whole width of the page


@dataclass(frozen=True)
class Item:
    label: str
    text: str
    wide: bool = False


@dataclass(frozen=True)
class Section:
    title: str
    fields: tuple[Item, ...]


def profile_of(user: User) -> Profile:
    """The person's profile; an empty, unsaved one where there is none yet."""
    return getattr(user, "profile", None) or Profile(user=user)


def profile_row(profile: Profile, name: str) -> Model:
    """The row that holds one of PROFILE_FIELDS: the account or the profile."""
    return profile.user if name in USER_FIELDS else profile


def profile_label(name: str) -> str:
    return str((User if name in USER_FIELDS else Profile)._meta.get_field(name).verbose_name)


def missing_profile_fields(user: User) -> list[tuple[str, str]]:
    """(name, label) of each field of 基本信息 that is still empty: the one truth of completeness."""
    profile = profile_of(user)
    return [(name, profile_label(name)) for name in PROFILE_FIELDS if not _filled(profile_row(profile, name), name)]


def _filled(row: Model, name: str) -> bool:
    value = row._meta.get_field(name).value_from_object(row)  # of a foreign key the id: nothing is loaded
    return bool(value.strip() if isinstance(value, str) else value)


def missing_by_section(user: User) -> list[tuple[str, int]]:
    """(title, how many fields are still empty) of each section."""
    missing = {name for name, _ in missing_profile_fields(user)}
    return [(title, sum(name in missing for name in names)) for title, names in PROFILE_SECTIONS]


def profile_sections(user: User) -> list[Section]:
    """基本信息 in words, personal numbers masked, as partials/document.html draws it."""
    profile = profile_of(user)
    return [Section(title, tuple(_item(profile, name) for name in names)) for title, names in PROFILE_SECTIONS]


def _item(profile: Profile, name: str) -> Item:
    row = profile_row(profile, name)
    field = row._meta.get_field(name)
    value = getattr(row, f"get_{name}_display")() if field.choices else getattr(row, name)
    match value:
        case Region():
            text = value.full_name
        case None:
            text = ""
        case _:
            text = {"id_number": mask_number, "mobile": mask_mobile}.get(name, str)(value)
    return Item(profile_label(name), text, wide=(field.max_length or 0) > LONG and not field.choices)


def profile_lock(user: User) -> Lock:
    """What of 基本信息 may not be changed now, and why; nothing, when all of it may."""
    found = [lock for ask in LOCKS if (lock := ask(user))]
    return Lock("".join(lock.reason for lock in found), frozenset[str]().union(*(lock.names for lock in found)))


def officers(organisation: Organisation) -> list[Appointment]:
    """Who acts for an organisation today."""
    rows = Appointment.objects.filter(Appointment.in_force(), content_object=organisation, user__is_active=True)
    return list(rows.select_related("user").order_by("pk"))


def administrators() -> QuerySet[User]:
    """The active 系统管理员."""
    return User.objects.filter(is_active=True, groups__name=SYSTEM_ADMIN)


@dataclass(frozen=True)
class Login:
    at: datetime
    until: datetime | None
    address: str | None
    device: str


def last_logins(user: User, limit: int = 10) -> list[Login]:
    rows = AccessLog.objects.filter(username=user.username).order_by("-attempt_time", "-pk")[:limit]
    return [Login(row.attempt_time, row.logout_time, row.ip_address, device(row.user_agent)) for row in rows]


_BROWSERS = {
    "MicroMessenger": "微信", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {"Windows": "Windows", "Android": "安卓手机", "iPhone": "iPhone", "Mac OS": "Mac", "Linux": "Linux"}


def device(user_agent: str) -> str:
    """A browser as its owner would name it: 「Chrome · Windows」."""
    names = [next((name for mark, name in marks.items() if mark in user_agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, names)) or "其他浏览器"
