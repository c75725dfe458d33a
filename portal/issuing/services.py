"""Writes: an issuance is kept, confirmed once, and gives its one-time passwords once."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from portal.issuing import roster
from portal.issuing.models import Issuance
from portal.issuing.roster import Line

KEPT = timedelta(hours=24)  # as long as a one-time password is good


def keep(lines: Iterable[Line], *, by: User, title: str) -> Issuance:
    """Lines that have been checked, for the preview and the confirmation."""
    lines = list(lines)
    text = json.dumps([asdict(line) for line in lines], ensure_ascii=False)
    return Issuance.objects.create(by=by, title=title[:200], count=len(lines), lines=text)


def lines_of(issuance: Issuance) -> list[Line]:
    return [Line(**line) for line in json.loads(issuance.lines or "[]")]


@transaction.atomic
def confirm(issuance: Issuance) -> list[User]:
    """Issue all of them or none; a second time nothing happens. Raises `ValidationError` when a line does not fit any
    more: the name has been taken meanwhile, the organisation switched off."""
    issuance = Issuance.objects.select_for_update().get(pk=issuance.pk)
    if issuance.confirmed_at or not issuance.lines:
        return []
    people, faults = roster.check(lines_of(issuance))
    if faults:
        raise ValidationError([f"第 {fault.line} 行「{fault.column}」{fault.text}：{fault.words}" for fault in faults])
    issued = accounts.issue_accounts(people)
    rows = [
        (user.real_name, user.username, password, one.organisation.name)
        for (user, password), one in zip(issued, people, strict=True)
    ]
    issuance.passwords, issuance.lines = json.dumps(rows, ensure_ascii=False), ""
    issuance.confirmed_at = timezone.now()
    issuance.save()
    return [user for user, _ in issued]


@transaction.atomic
def take_passwords(issuance: Issuance) -> list[list[str]]:
    """(name, user name, one-time password, organisation) of each, once; afterwards nothing is left of them."""
    issuance = Issuance.objects.select_for_update().get(pk=issuance.pk)
    rows = json.loads(issuance.passwords or "[]")
    if rows:
        issuance.passwords, issuance.fetched_at = "", timezone.now()
        issuance.save()
    return rows


def expire() -> int:
    """What was never confirmed or never fetched goes after a day; how many."""
    old = Issuance.objects.filter(~Q(lines="", passwords=""), at__lt=timezone.now() - KEPT)
    return old.update(lines="", passwords="")
