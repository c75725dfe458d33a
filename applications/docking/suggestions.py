"""Who might help whom: one function scores a person against a need, by declared weights, and says why in one line."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from accounts.models import User
from applications.docking.selectors import approved, running
from applications.models import Application, Match, Need

WEIGHTS = {"chain": 40, "county": 30, "discipline": 20, "city": 10, "free": 10}
AT_LEAST = 30  # less in common is no suggestion
CAPACITY = 3  # so many needs at once are one's fill
SHOWN, LOOKED_AT = 5, 30  # how many are suggested; how many of each index are looked at


@dataclass(frozen=True)
class Person:
    """What counts of somebody who might help; places are where they work and where they serve."""

    chains: frozenset[int]
    counties: frozenset[int]
    cities: frozenset[int]
    discipline: int | None
    load: int = 0


@dataclass(frozen=True)
class Suggestion:
    """A need for a person (`what` is the need), or a person for a need (`what` is their application)."""

    what: Need | Application
    score: int
    reasons: tuple[str, ...]

    @property
    def line(self) -> str:
        return "；".join(self.reasons)


def score(person: Person, need: Need) -> tuple[int, tuple[str, ...]]:
    """How well they fit, and why."""
    found: dict[str, str] = {}
    if need.chain_id in person.chains:
        found["chain"] = f"同产业链：{need.chain.name}"
    if need.county_id in person.counties:
        found["county"] = f"同县：{need.county.name}"
    elif need.city_id in person.cities:
        found["city"] = f"同市州：{need.city.name}"
    if need.discipline_id == person.discipline:
        found["discipline"] = f"同专业：{need.discipline.name}"
    if found and person.load < CAPACITY:
        found["free"] = f"尚有余力：在办对接 {person.load} 项"
    return sum(WEIGHTS[key] for key in found), tuple(found.values())


def person_of(user: User) -> Person:
    """What counts of this person: 基本信息 and their last application."""
    profile = getattr(user, "profile", None)
    last = Application.objects.filter(owner=user).order_by("-batch__opens_at").first()
    chains = last.form.chains.values_list("pk", flat=True) if last else ()
    places = [place for place in (profile and profile.region, last and last.form.target_county) if place]
    return _person(profile, chains, places, load_of([user.pk]).get(user.pk, 0))


def _person(profile, chains: Iterable[int], places, load: int) -> Person:
    return Person(
        frozenset(chains), frozenset(place.pk for place in places), frozenset(place.city.pk for place in places),
        profile.discipline_id if profile else None, load,
    )  # fmt: skip


def load_of(people: Iterable[int]) -> dict[int, int]:
    """{user: needs they have agreed to serve and whose time is not over}; one query."""
    return dict(running().filter(person__in=list(people)).values_list("person").annotate(count=Count("pk")).order_by())


def needs_for(user: User) -> list[Suggestion]:
    """Public needs that this person might help with, the best first."""
    person = person_of(user)
    rows = Need.objects.public().exclude(matches__in=Match.objects.filter(person=user, answer__in=Match.LIVE))
    rows = rows.select_related("host", "county__parent")
    asked = (Q(chain__in=person.chains), Q(county__in=person.counties), Q(discipline=person.discipline))
    return _best((need, score(person, need)) for need in _newest(rows, asked, "chain", "discipline", "city"))


def people_for(need: Need) -> list[Suggestion]:
    """Selected people who might help with a need, the best first."""
    rows = approved().exclude(owner__in=need.matches.filter(answer__in=Match.LIVE).values("person"))
    asked = (Q(chains=need.chain_id), Q(target_county=need.county_id), Q(discipline=need.discipline_id))
    found = _newest(rows, asked, "chains", "owner__profile__region__parent", "target_county__parent")
    loads = load_of(one.owner_id for one in found)
    return _best(
        (
            one,
            score(
                _person(
                    one.owner.profile,
                    (term.pk for term in one.chains.all()),
                    [place for place in (one.owner.profile.region, one.target_county) if place],
                    loads.get(one.owner_id, 0),
                ),
                need,
            ),
        )
        for one in found
    )


def _newest(rows: QuerySet, asked: Iterable[Q], *beside: str) -> list:
    """The newest of each condition, each row once: as many short index ranges as there are conditions; what is read
    `beside` them is read once for all."""
    found = {row.pk: row for condition in asked for row in rows.filter(condition).order_by("-since", "-id")[:LOOKED_AT]}
    prefetch_related_objects(list(found.values()), *beside)
    return list(found.values())


def _best(scored: Iterable[tuple]) -> list[Suggestion]:
    found = [Suggestion(what, points, reasons) for what, (points, reasons) in scored if points >= AT_LEAST]
    return sorted(found, key=lambda one: (-one.score, -one.what.since.timestamp()))[:SHOWN]
