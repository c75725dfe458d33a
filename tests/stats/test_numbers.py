"""Every number is what one would count by hand, and what the list behind it shows, over worlds made by chance."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Region, Term, User
from accounts.services import appoint, save_profile
from agreements.models import Agreement
from applications import flow
from applications.models import Application, Match, Membership, Need, Team, UnitAdmission
from applications.services import submit_host
from review import drafts, registry
from review.selectors import records, revision_for
from stats import selectors
from stats.lists import PAGES
from stats.measures import (
    DIMENSIONS,
    Audience,
    Dimension,
    Measure,
    Timed,
    askable,
    audience_of,
    audiences_of,
    countable,
    docking_of,
)
from tests.world import TEAMS, UNITS, World, county, host_values

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
        UnitAdmission.objects.filter(owner__username=name).update(nature=nature)
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


@pytest.fixture
def chance(world: World, seed: int) -> World:
    by_chance(world, seed)
    return world


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
                "nature": admission.nature_id,
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


def views(user: User) -> Iterator[tuple[Audience, Dimension]]:
    """Every page of numbers that is declared for this person, by every dimension."""
    for audience in audiences_of(user):
        yield from ((audience, by) for by in audience.dimensions)


def counted_by(user: User, audience: Audience, by: Dimension, given: dict) -> tuple[Measure, ...]:
    return tuple(one for one in audience.measures if countable(one, by, given, user))


def table_of(user: User, audience: Audience, by: Dimension, given: dict) -> selectors.Table:
    return selectors.table(user, audience, counted_by(user, audience, by, given), by, given)


def numbers(table: selectors.Table) -> dict[tuple[str, str], int]:
    return {
        (measure.key, row.choice.value): row.number(measure)
        for row, measure in product(table.rows, table.measures)
        if row.number(measure)
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_are_what_one_counts_by_hand(chance):
    for name in OFFICERS:
        user = chance.user(name)
        counted = list(things(user))
        for audience, by in views(user):
            table = table_of(user, audience, by, {})
            shown = {measure.key for measure in table.measures}
            expected, totals = Counter[tuple[str, str]](), Counter[str]()
            for keys, facts in counted:
                if not by.given or "units" in keys or facts.get("nature", {""}) != {""}:
                    totals.update(keys & shown)
                    expected.update((key, value) for key in keys & shown for value in facts[by.key])
            assert numbers(table) == dict(expected), (name, by.key)
            whole = {measure.key: table.total.number(measure) for measure in table.measures}
            assert whole == {key: totals[key] for key in whole}, (name, by.key)


@pytest.mark.parametrize("seed", [1])
def test_what_is_declared_is_met_by_chance(chance):
    """A number that is nought in all these worlds proves nothing."""
    met = {key for keys, _ in docking(chance.user("p1")) for key in keys}
    assert {one.key for one in docking_of(chance.user("p1")).measures} - met == {"needs_expired"}


@pytest.mark.parametrize("seed", [1, 2])
def test_days_are_what_one_counts_by_hand(chance):
    asked = 0
    for name in OFFICERS:
        user = chance.user(name)
        needs = [need for need in seen(Need, user) if need.first_answer_at]
        for audience, by in views(user):
            for measure in counted_by(user, audience, by, {}):
                if isinstance(measure, Timed):
                    told = selectors.waits(user, measure, by, {})
                    assert {one.label: (one.counted.number, one.median, one.most) for one in told} == by_hand(needs, by)
                    asked += len(told)
    assert asked > 20


def by_hand(needs: list[Need], by: Dimension) -> dict[str, tuple[int, int, int]]:
    """{label: (how many, the middle one's days, the days of the one nine tenths up)} of first answers."""
    labels = {choice.value: choice.label for choice in by.choices()}
    spent: dict[str, list[int]] = defaultdict(list)
    for need in needs:
        days = (timezone.localdate(need.first_answer_at) - timezone.localdate(need.published_at)).days
        (value,) = facts_of_need(need)[by.key]
        spent[labels[value]].append(days)
        spent["合计"].append(days)
    return {
        label: (len(days), sorted(days)[(len(days) + 1) // 2 - 1], sorted(days)[-(-len(days) * 9 // 10) - 1])
        for label, days in spent.items()
    }


# The list behind a number


def listed(user: User, url: str) -> int:
    """How many rows the page of this address goes through."""
    path, _, query = url.partition("?")
    *_, room, last = path.strip("/").split("/")
    if room == "list":
        page = PAGES[last]
        conditions = page.filters(QueryDict(query), process=page.process)
        return page.rows(user).filter(conditions.q(page.prefix)).count()
    process = registry.get(room)
    conditions = process.filters(QueryDict(query), process=process)
    return records(process, user).filter(conditions.q_of_records()).count()


@pytest.mark.parametrize("seed", [3])
def test_each_number_is_the_length_of_the_list_it_leads_to(chance):
    rng = Random(0)
    for name in OFFICERS:
        user, client = chance.user(name), chance.client(name)
        found = {cell.url: cell.number for cell in cells_of(user, str(chance.batch.pk))}
        asked = {url: found[url] for url in rng.sample(sorted(found), min(90, len(found)))}
        assert {url: listed(user, url) for url in asked} == asked
        for url in list(asked)[:5]:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert answer.context["pager"].count_text == f"共 {asked[url]:,} 条", url


def cells_of(user: User, batch: str) -> Iterator[selectors.Cell]:
    """The numbers of all pages, a few of the empty ones."""
    for audience, by in views(user):
        for given in ({}, {"batch": batch}) if "batch" in audience.conditions else ({},):
            table = table_of(user, audience, by, given)
            for number, row in enumerate((table.total, *table.rows)):
                yield from (cell for cell in row.cells.values() if cell.number or number < 2)
            for measure in table.measures:
                if isinstance(measure, Timed):
                    yield from (one.counted for one in selectors.waits(user, measure, by, given))
        yield from selectors.figures(user, (one for one in audience.measures if askable(one, {}, user)), {}).values()
    stations = selectors.milestones(user, {"batch": batch})
    yield from (station.reached for station in stations)
    for station in (*stations, *selectors.beside(user, {"batch": batch})):
        yield from (station.here, *(pace.decided for _, pace in station.offices))


BY = {one.key: one for one in DIMENSIONS}


@pytest.fixture
def known(world: World) -> Callable[[str, Measure], int]:
    return lambda name, key: next(
        table.total.number(measure)
        for table in [table_of(world.user(name), audience_of(world.user(name)), BY["home_city"], {})]
        for measure in table.measures
        if measure.key == key
    )


def test_the_manuals_figures_by_hand(world, known):
    """An approved individual of 武汉 and an approved team of three of a unit in 武汉; both serve 宜昌."""
    world.application("approved")
    world.team_application("approved")
    figures = ("personal", "specialists", "leaders", "teams", "units")
    assert tuple(known("p1", key) for key in figures) == (1, 3, 1, 1, 1)
    sent = ("sent_personal", "sent_specialists", "sent_leaders", "sent_teams", "units")
    serving = ("serving_personal", "serving_specialists", "serving_teams")
    expected = {
        "wh1": ((1, 3, 1, 1, 1), (0, 0, 0)), "yc1": ((0, 0, 0, 0, 0), (1, 3, 1)), "hg1": ((0,) * 5, (0,) * 3)
    }  # fmt: skip
    found = {name: tuple(tuple(known(name, key) for key in keys) for keys in (sent, serving)) for name in expected}
    assert found == expected


@pytest.mark.parametrize("seed", [1, 4])
def test_a_citys_numbers_are_its_row_of_the_provinces_table(chance):
    """本市派出 is the row of 所在地市, 来本市服务 that of 意向服务市（州）, under the same names."""
    province, same = chance.user("p1"), {"sent": ("home_city", "personal specialists leaders teams units"),
                                         "serving": ("target_city", "personal specialists teams")}  # fmt: skip
    met = 0
    for name in ("wh1", "yc1", "hg1"):
        officer = chance.user(name)
        (city,) = {str(desk.region_id) for desk in officer.desks}
        own = selectors.figures(officer, audience_of(officer).measures, {})
        for way, (by, names) in same.items():
            table = table_of(province, audience_of(province), BY[by], {})
            (row,) = (row for row in table.rows if row.choice.value == city)
            expected = {one.key: row.number(one) for one in table.measures if one.key in names.split()}
            told = {one.key.removeprefix(f"{way}_"): cell.number for one, cell in own.items()
                    if one.key.startswith(f"{way}_") or (one.key == "units" and "units" in names)}  # fmt: skip
            assert told == expected, (name, way)
            met += sum(expected.values())
    assert met > 10


def test_a_city_opens_of_whom_it_sends_only_what_has_come_to_its_desk(world):
    """The result is told by name; the application of a team that another city serves is not there."""
    case, team = world.application("approved"), world.team_application("approved")
    client = world.client("wh1")
    for key, links in (("sent", {case.pk: True, team.pk: False}), ("sent-people", {team.pk: False})):
        rows = client.get(f"/statistics/list/{key}/").context["rows"]
        assert {getattr(row, "case_id", row.pk): bool(url) for row, url in rows} == links
    assert client.get(f"/review/selection/case/{team.pk}/").status_code == 404
    assert [len(world.client(name).get("/statistics/list/serving/").context["rows"]) for name in ("yc1", "hg1")] == [
        2,
        0,
    ]


def test_before_the_province_has_said_yes_a_city_is_told_nothing_of_its_units_teams(world):
    world.team_application("final")
    for key in ("sent", "sent-people"):
        assert world.client("wh1").get(f"/statistics/list/{key}/").context["rows"] == []


def test_whoever_has_no_value_is_counted_in_a_row_of_its_own(world):
    case = world.application("approved")
    Application.objects.filter(pk=case.pk).update(discipline=None)
    user = world.user("p1")
    table = table_of(user, audience_of(user), next(one for one in DIMENSIONS if one.key == "discipline"), {})
    (row,) = table.rows
    personal = next(one for one in table.measures if one.key == "personal")
    assert (row.choice.label, row.number(personal)) == ("未填写", 1)
    assert listed(world.user("p1"), row.cells[personal].url) == 1
    assert "未填写" in world.client("p1").get(row.cells[personal].url).content.decode()


# Nobody's numbers include what they may not see


def test_what_is_out_of_scope_changes_no_number(world):
    world.application("approved", "s4")
    world.unit("u2")
    pages = {
        (name, url): world.client(name).get(url).context
        for name in ("hg1", "u2")
        for url in ("/statistics/?batch=", "/statistics/stages/?batch=", "/statistics/?batch=&by=chain")
    }

    def shown(context) -> str:
        return repr(context.get("stations") or [cells for _, cells in context["figures"]])

    before = {key: shown(context) for key, context in pages.items()}
    world.many(3, "approved")
    world.many_teams(2, "approved")
    world.application("returned", "s1")
    after = {(name, url): world.client(name).get(url).context for name, url in pages}
    assert {key: shown(context) for key, context in after.items()} == before


def test_a_desk_with_an_older_version_counts_neither_it_nor_the_new_one(world, known):
    case = world.application("returned", returned_from="docking")
    assert (known("yc1", "applied"), known("yc1", "returned")) == (1, 1)
    world.walk(move_on(world, case, "HG"), "approved")
    assert (known("yc1", "applied"), known("yc1", "approved")) == (0, 0)
    assert (known("hg1", "approved"), known("p1", "approved")) == (1, 1)


def test_offices_are_timed_for_the_province_and_each_for_itself(world):
    world.application("approved")
    offices = {
        name: sorted({office for one in selectors.milestones(world.user(name), {}) for office, _ in one.offices})
        for name in ("p1", "wh1", "yc1", "hg1")
    }
    wuhan, yichang, province = (desk.name for desk in (world.bureaus["WH"], world.bureaus["YC"], world.office))
    assert offices == {"p1": sorted([wuhan, yichang, province]), "wh1": [wuhan], "yc1": [yichang], "hg1": []}


def test_a_unit_finds_all_its_teams_and_no_other(world):
    world.team_application("approved", "l1")
    world.team("l2")
    world.team("x1", unit="u1")
    page = world.client("u1").get("/statistics/list/teams/").content.decode()
    shown = ("l1团队", "x1团队", "l2团队", "审核成功", "未提交审核")
    assert [words for words in shown if words in page] == ["l1团队", "x1团队", "审核成功", "未提交审核"]


def test_a_city_lists_the_units_that_sit_in_it(world):
    for name in UNITS:
        world.unit(name, "admitted" if name != "u5" else "reviewing")
    found = {
        name: [row.owner.username for row, _ in world.client(name).get("/statistics/list/units/").context["rows"]]
        for name in ("p1", "wh1", "yc1", "u2")
    }
    assert {name: sorted(rows) for name, rows in found.items()} == {
        "p1": ["u1", "u2", "u3", "u4"], "wh1": ["u1", "u4"], "yc1": ["u2"], "u2": ["u2"],
    }  # fmt: skip
    assert set(TEAMS.values()) <= set(UNITS)


def test_regions_of_the_map_are_the_regions_of_the_system(db):
    path = Path(__file__).resolve().parents[2] / "static/vendor/hubei-map/cities.json"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    codes = {feature["properties"]["adcode"]: feature["properties"]["name"] for feature in features}
    assert codes == dict(Region.objects.filter(level=Region.Level.CITY).values_list("code", "name"))
