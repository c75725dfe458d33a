"""Reads of 服务对接: who is to be found, who said what, whom to call, and what statistics ask."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import Organisation, User
from applications import flow
from applications.models import Application, Match, Need


def approved() -> QuerySet[Application]:
    """Who has been selected, each person once, by their last application."""
    later = Application.objects.filter(
        owner=OuterRef("owner"), state=flow.APPROVED, batch__opens_at__gt=OuterRef("batch__opens_at")
    )
    # `desk=None` says nothing more: it is the beginning of the index that lists them by date
    found = Application.objects.filter(desk=None, state=flow.APPROVED, owner__is_active=True)
    return found.exclude(Exists(later)).select_related("owner__profile", "discipline", "home_city", "target_county")


def host_desks(user: User) -> set[int]:
    """The host units this person acts for."""
    return {desk.pk for desk in user.desks if desk.kind == Organisation.Kind.HOST_UNIT}


def matches_of(user: User) -> QuerySet[Match]:
    """What concerns a person, on either side; the one scope of every page of 对接."""
    found = Match.objects.filter(Q(person=user) | Q(host__in=host_desks(user)))
    return found.select_related(
        "need__form", "need__host", "county__parent", "host__host", "person__profile__discipline"
    )


def asked_of(user: User) -> QuerySet[Match]:
    """What waits for this person's answer."""
    mine = Q(person=user, invited=True) | Q(host__in=host_desks(user), invited=False)
    return matches_of(user).filter(mine, answer=Match.Answer.OPEN)


def live_match(need: Need, person: User) -> Match | None:
    return need.matches.filter(person=person, answer__in=Match.LIVE).first()


@dataclass(frozen=True)
class Contact:
    label: str
    text: str


def contacts(match: Match, user: User) -> list[Contact]:
    """Whom to call on the other side; nobody until both have said yes."""
    if not match.accepted:
        return []
    if match.person_id == user.pk:
        form, address = match.need.form, match.host.host.address
        rows = [("联系人", form.contact), ("联系电话", form.contact_phone), ("单位地址", address)]
    else:
        user, profile = match.person, match.person.profile
        rows = [("姓名", user.real_name), ("手机", user.mobile), ("座机", profile.phone), ("邮箱", profile.email)]
    return [Contact(label, text) for label, text in rows]


def accepted_by(person: User) -> QuerySet[Match]:
    """What a person has agreed to and whose time is not over, the newest first: where they may apply to serve."""
    found = Match.objects.filter(person=person, answer=Match.Answer.ACCEPTED, host__active=True)
    return found.select_related("county__parent", "host__host").order_by("-answered_at")


# ---- statistics ----


@dataclass(frozen=True)
class NeedCount:
    """Needs of one chain or city: how many were published, are public, were matched; mean time to a first answer."""

    name: str
    key: int | None
    published: int
    public: int
    matched: int
    first_answer: timedelta | None


def needs_by(name: str, needs: QuerySet[Need] | None = None) -> list[NeedCount]:
    """One row per `chain`, `city` (or any other condition of the public list), the most needs first; two queries.

    Only needs that have been published are counted; `needs` narrows them (a city's, a year's).
    """
    rows = (Need.objects.all() if needs is None else needs).filter(published_at__isnull=False)
    waited = Avg(F("first_answer_at") - F("published_at"), filter=Q(first_answer_at__gte=F("published_at")))
    counted = (
        rows.values(name, f"{name}__name")
        .annotate(
            published=Count("pk"), public=Count("pk", filter=Q(state=flow.PUBLISHED)), first_answer=waited,
            matched=Count("pk", filter=Exists(Match.objects.filter(need=OuterRef("pk"), answer="accepted"))),
        )
        .order_by("-published", name)
    )  # fmt: skip
    return [
        NeedCount(row[f"{name}__name"] or "", row[name], row["published"], row["public"], row["matched"],
                  row["first_answer"])
        for row in counted
    ]  # fmt: skip


def matches_by_answer(matches: QuerySet[Match] | None = None) -> dict[str, int]:
    """{answer: how many}, all answers named."""
    rows = Match.objects.all() if matches is None else matches
    counted = dict(rows.values_list("answer").annotate(count=Count("pk")).order_by())
    return {answer: counted.get(answer, 0) for answer in Match.Answer.values}


def docking_url(match: Match) -> str:
    return reverse("docking:match", args=(match.pk,))
