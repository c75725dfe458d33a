"""Writes: accounts, passwords, appointments, profiles. Used by the views, the Django admin and the demo data alike."""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from accounts import hashers
from accounts.models import Appointment, Organisation, Profile, User
from accounts.roles import SYSTEM_ADMIN, registers
from accounts.selectors import PROFILE_FIELDS, USER_FIELDS, administrators, profile_lock, profile_row

logger = logging.getLogger("ktp.accounts")

TERMS_VERSION = "2026-11"  # of templates/accounts/terms.html; a new text gets a new version
TEMPORARY = timedelta(hours=24)  # how long a one-time password is good for
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
NAME_TAKEN = "该用户名已被使用，请换一个。"
TAKEN = "该证件号码在本系统已有账号登记。同一人的同一角色只能有一个账号；如有疑问，请联系所在地市科技管理部门。"
ORGANISATION_FIELDS = ("name", "location", "phone", "contact", "contact_phone")


# ---- accounts ----


def set_notice_address(*, user: User, email: str) -> None:
    User.objects.filter(pk=user.pk).update(email=email)


def register(
    *, username: str, password: str, real_name: str, mobile: str, role: str, consent_version: str = TERMS_VERSION
) -> User:
    """An account that somebody makes for themselves.

    Raises `ValidationError` for a role that is issued, and (by field) for a user name that is taken.
    """
    if not registers(role):
        raise ValidationError({"role": "该角色的账号由系统发放，不能自行注册。"})
    user = User(
        username=username,
        real_name=real_name,
        mobile=mobile,
        role=role,
        consented_at=timezone.now(),
        consent_version=consent_version,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:  # two at once; the form has looked before
        raise ValidationError({"username": NAME_TAKEN}) from error
    return user


@transaction.atomic
def issue_account(
    *,
    username: str,
    real_name: str,
    role: str = "",
    organisations: Iterable[Organisation] = (),
    system_admin: bool = False,
    mobile: str = "",
    password: str = "",
) -> tuple[User, str]:
    """An account that is issued (city, province, 系统管理员), and its password.

    Without `password` a one-time one is made, good for a day, that must be changed at the first login.
    """
    user = User(username=username, real_name=real_name, role=role, mobile=mobile)
    password = give_temporary_password(user) if not password else _set(user, password)
    user.save()
    for organisation in organisations:
        appoint(user=user, organisation=organisation)
    if system_admin:
        set_system_admin(user=user, value=True)
    return user, password


@dataclass(frozen=True)
class NewAccount:
    """Somebody of an office or a unit, who will act for it (until `until`)."""

    username: str
    real_name: str
    role: str
    organisation: Organisation
    mobile: str = ""
    until: date | None = None


@transaction.atomic
def issue_accounts(accounts: Iterable[NewAccount]) -> list[tuple[User, str]]:
    """Many accounts at once, all or none, each with its one-time password. Raises `ValidationError` for a name that
    is taken."""
    accounts = list(accounts)
    issued = [
        (User(username=one.username, real_name=one.real_name, role=one.role, mobile=one.mobile), one_time_password())
        for one in accounts
    ]
    for user, password in issued:
        user.password, user.must_change_password = hashers.hash_one_time(password), True
        user.temporary_until = timezone.now() + TEMPORARY
    try:
        with transaction.atomic():
            User.objects.bulk_create([user for user, _ in issued], batch_size=500)
    except IntegrityError as error:
        raise ValidationError(NAME_TAKEN) from error
    act_for = Permission.objects.get(codename="act_for", content_type__app_label="accounts")
    Appointment.objects.bulk_create(
        [
            Appointment(user=user, content_object=one.organisation, permission=act_for, until=one.until)
            for (user, _), one in zip(issued, accounts, strict=True)
        ],
        batch_size=500,
    )
    return issued


def set_password(*, user: User, password: str) -> None:
    """A password that the person has chosen. Every session but the one that asks ends, as its hash changes."""
    _set(user, password)
    user.save(update_fields=["password", "must_change_password", "temporary_until"])


def reset_password(*, user: User) -> str:
    """A one-time password, shown once to the administrator (A12). Ends all sessions of the person."""
    password = give_temporary_password(user)
    user.save(update_fields=["password", "must_change_password", "temporary_until"])
    return password


def _set(user: User, password: str) -> str:
    user.set_password(password)
    user.must_change_password, user.temporary_until = False, None
    return password


def one_time_password() -> str:
    """Three groups of four letters that are not taken for each other: 59 random bits."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))


def give_temporary_password(user: User) -> str:
    """A one-time password for an account that the caller saves."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password, user.temporary_until = True, timezone.now() + TEMPORARY
    return password


def sign_out_everywhere(*, user: User) -> None:
    """「退出所有设备」: every session of the person is over at its next request."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)


@transaction.atomic
def set_active(*, user: User, active: bool) -> None:
    """Deactivate or activate. Raises `ValidationError` when nobody would be left to administer (D05)."""
    if not active:
        keep_an_administrator(user)
    user.is_active = active
    user.save(update_fields=["is_active"])


@transaction.atomic
def set_system_admin(*, user: User, value: bool) -> None:
    """Put somebody into the group 系统管理员 or take them out. Raises `ValidationError` for the last one."""
    group, _ = Group.objects.get_or_create(name=SYSTEM_ADMIN)
    if value:
        user.groups.add(group)
    else:
        keep_an_administrator(user)
        user.groups.remove(group)


def keep_an_administrator(user: User) -> None:
    """Raises `ValidationError` if this is the last active 系统管理员. Ask inside a transaction."""
    # locked, so that two administrators can't take each other away at the same moment
    rows = administrators().select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    if set(rows) == {user.pk}:
        raise ValidationError("这是最后一名在用的系统管理员，不能停用或取消其管理权限。")


def appoint(*, user: User, organisation: Organisation, since: date | None = None, until: date | None = None) -> None:
    """「任职」: the person acts for the organisation from their next request on, or from `since` to `until`."""
    row = assign_perm("accounts.act_for", user, organisation)
    row.since, row.until = since, until
    row.save(update_fields=["since", "until"])
    user.__dict__.pop("desks", None)


def dismiss(*, user: User, organisation: Organisation) -> None:
    remove_perm("accounts.act_for", user, organisation)
    user.__dict__.pop("desks", None)


# ---- what people write about themselves and their organisation ----


@transaction.atomic
def save_profile(*, user: User, values: Mapping[str, Any]) -> Profile:
    """Write the given fields of 基本信息 ({name of PROFILE_FIELDS: clean value}).

    Raises `ValidationError`, by field: with the reason for what is held fast, for an identity number that is taken.
    """
    # Held before it is asked what is held fast: a submission that reads this profile holds it as well.
    profile, _ = Profile.objects.select_for_update().get_or_create(user=user)
    profile.user, lock = user, profile_lock(user)
    rows = {name: profile_row(profile, name) for name in PROFILE_FIELDS if name in values}
    fast = [name for name, row in rows.items() if name in lock.names and getattr(row, name) != values[name]]
    if fast:
        raise ValidationError({name: ValidationError(lock.reason, code="locked") for name in fast})
    for name, row in rows.items():
        setattr(row, name, values[name])
    user.save(update_fields=USER_FIELDS)
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError as error:
        logger.warning("identity number of account %s is registered already", user.pk)
        raise ValidationError({"id_number": TAKEN}, code="taken") from error
    return profile


def save_organisation(*, organisation: Organisation, values: Mapping[str, Any]) -> Organisation:
    """「填写机构信息」."""
    for name in ORGANISATION_FIELDS:
        if name in values:
            setattr(organisation, name, values[name])
    organisation.save(update_fields=ORGANISATION_FIELDS)
    return organisation
