"""Worlds made by chance, and what one would count in them by hand."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from accounts.models import Term, User
from accounts.services import appoint, save_profile
from agreements.models import Agreement
from applications import flow
from applications.models import Application, Match, Membership, Need, Team, UnitAdmission
from applications.services import submit_host
from review import drafts, registry
from review.selectors import revision_for
from tests.world import World, county, host_values

SELECTION, AGREEMENTS = registry.get("selection"), registry.get("agreements")
STATES = [stage.state for stage in flow.PERSONAL.stages]
OFFICERS = ("wh1", "wh2", "yc1", "hg1", "p1", "u1", "u2")
CITIES = ("WH", "YC", "HG")


def by_chance(world: World, seed: int) -> None:
    """People and teams of three cities, anywhere on the way; some moved on to another target after a return."""
    rng = Random(seed)
    fields, chains = list(Term.objects.filter(kind="discipline")), list(Term.objects.filter(kind="chain"))
    for name, nature in zip(("u1", "u2"), Term.objects.filter(kind="unit_nature")[:2], strict=True):
        world.unit(name)
        UnitAdmission.objects.filter(owner__username=name).update(nature=nature, frozen_nature=nature)
    for _ in range(7):
        name = world.specialist(rng.choice(CITIES), rng.choice(CITIES))
        save_profile(user=world.user(name), values={"discipline": rng.choice(fields)})
        scatter(world, rng, world.draft(name, chains=rng.sample(chains, rng.randint(1, 3))))
    for number in range(3):
        draft = world.team_draft(
            f"x{number}", unit=rng.choice(("u1", "u2")), members=rng.randint(2, 4), target=rng.choice(CITIES),
            chains=rng.sample(chains, rng.randint(1, 2)),
        )  # fmt: skip
        for person in draft.owner.team.people():
            save_profile(user=person, values={"discipline": rng.choice(fields)})
        scatter(world, rng, Application.objects.for_review().get(pk=draft.pk))
    for case in (world.application("returned", returned_from="docking"),
                 world.team_application("returned", returned_from="docking")):  # fmt: skip
        move_on(world, case, "HG")
        world.walk(Application.objects.for_review().get(pk=case.pk), flow.APPROVED)
    appoint(user=world.user("wh2"), organisation=world.bureaus["YC"])  # leave cover: one person at two desks
    world.application(flow.APPROVED, world.specialist("WH", "YC"))
    docked(world, rng, chains, fields)


def docked(world: World, rng: Random, chains: list[Term], fields: list[Term]) -> None:
    """Needs of three cities' host units anywhere on the way, what was said about them, and when it began; one of a
    unit that has moved to another city, published there anew for another chain."""
    kinds = list(Term.objects.filter(kind="need_kind"))
    selected = list(Application.objects.filter(state=flow.APPROVED))
    for number in range(12):
        state = rng.choice(("draft", "returned", "reviewing", *["published"] * 4, "solved", "closed"))
        public = state in ("published", "solved", "closed")
        need = world.need(
            "published" if public else state, rng.choice(("h1", "h2", "h3")), county=county(rng.choice(CITIES)),
            chain=rng.choice(chains), kind=rng.choice(kinds), discipline=rng.choice(fields),
        )  # fmt: skip
        if public and (number < 2 or rng.random() < 0.7):
            spoken(world, rng, need, selected)
        if state in ("solved", "closed"):
            world.perform(Need.objects.for_review().get(pk=need.pk), {"solved": "solve", "closed": "close"}[state])
    moved = world.need("published", "h4", chain=chains[0])
    world.offer("s1", moved)
    world.perform(world.host("h4"), "change")
    host = world.host("h4")
    drafts.save(host, actor=host.owner, version=host.version, values=host_values("h4") | {"region": county("HG")})
    world.perform(submit_host(host, actor=host.owner, seen=host.seen), "pass")
    moved = world.perform(Need.objects.for_review().get(pk=moved.pk), "close")
    drafts.save(moved, actor=moved.owner, version=moved.form.version, values={"chain": chains[1]},
                form_of=lambda case: case.form)  # fmt: skip
    moved = world.perform(world.perform(Need.objects.for_review().get(pk=moved.pk), "submit"), "pass", "hg1")
    world.offer("s2", moved, "declined")


def spoken(world: World, rng: Random, need: Need, selected: list[Application]) -> None:
    for name in rng.sample(("s1", "s2", "s3", "s4"), rng.randint(1, 3)):
        world.offer(name, need, rng.choice(("open", "accepted", "declined", "withdrawn")))
    others = [case for case in selected if case.owner.username not in ("s1", "s2", "s3", "s4")]
    if not need.matches.filter(person=(case := rng.choice(others)).owner).exists():
        world.invite(Application.objects.get(pk=case.pk), need, rng.choice(("open", "accepted", "declined")))
    need.refresh_from_db()
    if need.first_answer_at:
        later = need.published_at + timedelta(days=rng.randint(0, 30), hours=rng.randint(0, 23))
        Need.objects.filter(pk=need.pk).update(first_answer_at=later)


def move_on(world: World, case: Application, city: str) -> Application:
    """After a return: another target, so that the old one keeps an older version."""
    return world.write(case, target_city=county(city).parent, target_county=county(city))


def scatter(world: World, rng: Random, case: Application) -> None:
    if rng.random() < 0.4:  # there and back once before
        case = world.return_it(world.walk(case, rng.choice(flow.JUDGED[:2] + flow.JUDGED[3:])))
        case = move_on(world, case, rng.choice(CITIES))
        if rng.random() < 0.3:
            world.perform(world.perform(case, "submit"), "withdraw")
            return
    state = rng.choice([*STATES, flow.APPROVED, flow.APPROVED])
    if state in (flow.DRAFT, case.state):
        return
    stops = [one for one in flow.JUDGED if one != flow.PUSH]
    case = world.walk(case, state, rng.choice(stops) if state == flow.RETURNED else "")
    if state == flow.APPROVED and rng.random() < 0.8:
        world.agree(case, rng.choice(("blank", "saved", "archiving", "returned", "archived")))


# By hand: what a person may see, one row at a time


def seen(model, user: User) -> Iterator:
    """The cases that have come to this person's desks, in the version that lives."""
    for case in model.objects.visible_to(user).exclude(owner=user):
        if revision_for(case, user) == case.revision_number:
            yield case


Facts = dict[str, set[str]]


def home_county(case: Application) -> int:
    """Where the person works, or the unit of the team sits: as the frozen form says."""
    place = case.owner.team.unit.location if case.is_team else case.owner.profile.region
    texts = case.revisions.get(number=case.revision_number).document.texts()
    assert case.is_team or texts["profile_region"] == place.full_name
    return place.pk


def facts_of(case: Application) -> Facts:
    rows = {
        "home_city": case.home_city_id, "home_county": home_county(case),
        "target_city": case.target_city_id, "target_county": case.target_county_id,
        "discipline": case.discipline_id, "nature": case.unit_nature_id, "batch": case.batch_id, "state": case.state,
    }  # fmt: skip
    chains = {str(term.pk) for term in case.chains.all()}
    return {name: {"" if value is None else str(value)} for name, value in rows.items()} | {"chain": chains or {""}}


def facts_of_need(need: Need) -> Facts:
    names = ("city_id", "county_id", "chain_id", "kind_id", "discipline_id", "state")
    return {name.removesuffix("_id"): {str(getattr(need, name))} for name in names}


def facts_of_match(match: Match, revision: int) -> Facts:
    """Of what was public when it was made."""
    texts = match.need.revisions.get(number=revision).document.texts()
    place = match.county
    assert place.name in texts["county"]
    chain = Term.objects.get(kind="chain", name=texts["chain"])
    return {"city": {str(place.parent_id)}, "county": {str(place.pk)}, "chain": {str(chain.pk)}}


def docking(user: User) -> Iterator[tuple[set[str], Facts]]:
    """What is counted of needs, and of what was said about them while an office of this person had them public."""
    for need in seen(Need, user):
        answered = {"needs_answered"} if need.first_answer_at else set()
        yield {"needs", f"needs_{need.state}"} | answered, facts_of_need(need)
    for match in Match.objects.all():
        published = match.need.steps.filter(to_state=flow.PUBLISHED, at__lte=match.made_at).latest("number")
        if user.has_perm("applications.act_province") or published.organisation_id in user.desk_ids:
            way = "invitation" if match.invited else "offer"
            yield {"matches", f"matches_{way}", f"matches_{match.answer}"}, facts_of_match(match, published.revision)


def things(user: User) -> Iterator[tuple[set[str], Facts]]:
    """(the measures it counts in, what it is known by) of everything that is counted."""
    for case in seen(Application, user):
        kind = "team" if case.is_team else "personal"
        counted = {"applied", f"applied_{kind}"}
        if case.approved:
            counted |= {"approved", "teams" if case.is_team else "personal"}
        yield counted | ({"returned"} if case.returned else set()), facts_of(case)
        if case.is_team:
            for part, facts in people_of(case):
                approved = {"specialists", *({"leaders"} & {f"{part}s"})} if case.approved else set()
                yield {"applied_people", *({"applied_leaders"} & {f"applied_{part}s"})} | approved, facts
    yield from of_the_city(user)
    yield from of_the_unit(user)
    if user.has_perm("agreements.view_records"):
        for agreement in seen(Agreement, user):
            yield {"agreements", f"agreements_{agreement.state}"}, facts_of(agreement.application)
    if user.has_perm("applications.view_needs"):
        yield from docking(user)
    for admission in UnitAdmission.objects.filter(state=flow.ADMITTED).select_related("organisation__location__parent"):
        city = admission.organisation.location.parent
        if user.has_perm("applications.view_admissions") or city.pk in {desk.region_id for desk in user.desks}:
            facts = {
                "home_city": city.pk,
                "home_county": admission.organisation.location_id,
                "nature": admission.frozen_nature_id,
            }
            yield {"units"}, {name: {str(value)} for name, value in facts.items()}


def people_of(case: Application) -> Iterator[tuple[str, Facts]]:
    yield "leader", facts_of(case)
    for row in case.owner.team.memberships.filter(state=Membership.State.CONFIRMED):
        yield "member", facts_of(case) | {"discipline": {str(row.user.profile.discipline_id)}}


def of_the_city(user: User) -> Iterator[tuple[set[str], Facts]]:
    """Who was selected out of the cities of this person's bureaus, and for them: whichever desks have had them."""
    cities = {desk.region_id for desk in user.desks if desk.region_id}
    for case in Application.objects.filter(state=flow.APPROVED):
        for way, city in (("sent", case.home_city_id), ("serving", case.target_city_id)):
            if city in cities and case.is_team:
                yield {f"{way}_teams"}, facts_of(case)
                for part, facts in people_of(case):
                    yield {f"{way}_specialists", f"{way}_{part}s"}, facts
            elif city in cities:
                yield {f"{way}_personal"}, facts_of(case)


def of_the_unit(user: User) -> Iterator[tuple[set[str], Facts]]:
    """Its teams, by what the unit knows of their newest application."""
    for team in Team.objects.filter(unit__in=user.desk_ids):
        known = [case for case in seen(Application, user) if case.owner_id == team.leader_id]
        case = max(known, key=lambda one: one.batch.opens_at, default=None)
        state = case.state if case else flow.DRAFT
        progress = {flow.DRAFT: "unsent", flow.RETURNED: "returned", flow.APPROVED: "approved"}.get(state, "judged")
        facts = facts_of(case) if case else {"target_city": {""}, "chain": {""}, "batch": {""}}
        yield {"all_teams", f"teams_{progress}"}, facts | {"state": {state}}
