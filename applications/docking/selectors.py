"""Reads of 服务对接: who is to be found, who said what, and whom to call."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, Region, User
from applications import flow
from applications.models import Application, Match, Need
from applications.models.hosts import host_units
from review import paging
from review.paging import Search
from review.search import parts_of


def approved() -> QuerySet[Application]:
    """Who has been selected, each person once, by their last application."""
    later = Application.objects.filter(
        owner=OuterRef("owner"), state=flow.APPROVED, batch__opens_at__gt=OuterRef("batch__opens_at")
    )
    # `desk=None` says nothing more: it is the beginning of the index that lists them by date
    found = Application.objects.filter(desk=None, state=flow.APPROVED, owner__is_active=True)
    return found.exclude(Exists(later)).select_related("owner__profile", "discipline", "home_city", "target_county")


def public_needs(*terms: str) -> QuerySet[Need]:
    """What anybody may read, with what a list says of it; `terms` are read beside it: to plan a join of eight tables
    takes PostgreSQL ten times as long as to run it."""
    return Need.objects.public().defer("search").select_related("host", "county__parent").prefetch_related(*terms)


def ways_to_find(words: str) -> tuple[Search, ...]:
    """For `paging.page`: the public needs whose title or description holds what is searched for; of no words none."""
    return (lambda rows: rows.found_near(words), lambda rows: rows.found(words)) if parts_of(words) else ()


NEEDS_FOUND = 3  # above what else a search of the portal finds


def needs_found(words: str) -> list[Need]:
    """The newest public needs that a search finds."""
    rows = public_needs("chain").order_by("-since", "-id")
    return paging.first(rows, ways_to_find(words), NEEDS_FOUND) if parts_of(words) else []


HOSTS_FOUND = 8


def hosts_called(words: str) -> QuerySet[Organisation]:
    """Confirmed host units whose name holds what is typed, for the one who is typing it."""
    found = host_units().filter(name__contains=words).select_related("location__parent", "host")
    return found.order_by("name", "pk")[:HOSTS_FOUND]


def host_fields(unit: Organisation, county: Region | None) -> dict[str, object]:
    """What a unit tells of itself to the form that names it; an address it has not given takes none away. One that
    系统管理 has entered has registered nothing, and may sit in a city."""
    fields: dict[str, object] = {"target_host": unit.name}
    if county and county.active and county.level == Region.Level.COUNTY:
        fields |= {"target_city": county.parent_id, "target_county": county.pk}
    if address := getattr(getattr(unit, "host", None), "address", ""):
        fields["target_host_address"] = address
    return fields


def hosts_of(user: User) -> list[Organisation]:
    """The host units this person acts for."""
    return [desk for desk in user.desks if desk.kind == Organisation.Kind.HOST_UNIT]


def host_desks(user: User) -> set[int]:
    return {desk.pk for desk in hosts_of(user)}


def matches_of(user: User) -> QuerySet[Match]:
    """What concerns a person, on either side; the one scope of every page of 对接."""
    found = Match.objects.filter(Q(person=user) | Q(host__in=host_desks(user)))
    return found.select_related("host", "county__parent", "person__profile")


def asked_of(user: User) -> QuerySet[Match]:
    """What waits for this person's answer."""
    mine = Q(person=user, invited=True) | Q(host__in=host_desks(user), invited=False)
    return matches_of(user).filter(mine, answer=Match.Answer.OPEN)


def asked_count(user: User) -> int:
    """How many; asked once a request: the menu and the workbench tell the same number."""
    if (known := getattr(user, "_asked", None)) is None:
        known = user._asked = asked_of(user).count()
    return known


def live_match(need: Need, person: User) -> Match | None:
    return need.matches.filter(person=person, answer__in=Match.LIVE).first()


@dataclass(frozen=True)
class Contact:
    label: str
    text: str


def contacts(match: Match, user: User) -> list[Contact]:
    """Whom to call on the other side; nobody until both have said yes. Of a need and its unit what their city has last
    read, not what is being rewritten."""
    if not match.accepted:
        return []
    if match.person_id == user.pk:
        published = match.need.steps.filter(to_state=flow.PUBLISHED).latest("number").revision
        texts = match.need.frozen(published).document.texts()
        rows = [("联系人", texts["contact"]), ("联系电话", texts["contact_phone"])]
        if admission := getattr(match.host, "host", None):  # of one that 系统管理 has entered there is none
            address = admission.frozen(admission.revision_number).document.texts()["address"]
            rows.append(("单位地址", address))
    else:
        user, profile = match.person, match.person.profile
        rows = [("姓名", user.real_name), ("手机", user.mobile), ("座机", profile.phone), ("邮箱", profile.email)]
    return [Contact(label, text) for label, text in rows]


def running() -> QuerySet[Match]:
    """What was agreed and whose time is not over."""
    return Match.objects.filter(answer=Match.Answer.ACCEPTED).exclude(need__ends_on__lt=timezone.localdate())


def accepted_by(person: User) -> QuerySet[Match]:
    """With whom a person has come to terms, the newest first: where they may apply to serve. The need's own time may be
    over by then, that of its unit may not."""
    found = Match.objects.filter(person=person, answer=Match.Answer.ACCEPTED, host__active=True)
    return found.select_related("county__parent", "host__host").order_by("-answered_at", "-pk")


def agreed_fields(match: Match) -> dict[str, object]:
    """What a match tells to a form that names a host unit: the place is the need's, which need not be that of its
    unit."""
    return host_fields(match.host, match.county)


def serving(user: User) -> QuerySet[Application]:
    """Who has been selected and serves a host unit that this person acts for: it has agreed with them, or is the unit
    that their application names."""
    hosts = host_desks(user)
    agreed = list(running().filter(host__in=hosts).values_list("person", flat=True))  # few: each half has its index
    return approved().filter(Q(owner__in=agreed) | Q(target_host_unit__in=hosts))


def docking_url(match: Match) -> str:
    return reverse("docking:match", args=(match.pk,))
