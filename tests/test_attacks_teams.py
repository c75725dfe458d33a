"""Attacks on what teams and units may reach: all of one team, asked for and aimed at by those whom it is not for."""

import re
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core import serializers
from django.http import HttpResponse

from accounts import services as accounts
from accounts.roles import Role
from applications import services
from applications.models import Membership, Team
from review import registry
from tests.changes import business_writes, known, undone
from tests.matrix import table
from tests.world import WORDS, World, paper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_pdf")]

SECRET = "机密甲"  # stands in every text of the team under attack
FORM = {"leader_field": f"{SECRET}领域", "leader_achievement": f"{SECRET}成就", "target_host": f"{SECRET}合作社",
        "target_host_address": f"{SECRET}路", "planned_service": f"{SECRET}服务"}  # fmt: skip
PATHS = [path for path in dict.fromkeys(one.path.partition("?")[0] for one in table.REQUESTS) if "/admin/" not in path]


class Prey:
    """Everything of l1's team in unit u1: its approved application, sealed, and its archived agreement."""

    def __init__(self, world: World, state: str) -> None:
        self.unit = world.unit("u1")
        application = world.team_draft("l1", **FORM)
        world.member("waiting", application.owner.team, confirmed=False)
        application = world.walk(application, "initial")
        services.upload_sealed(application, actor=world.user("u1"), upload=paper())
        application = world.walk(application, state)
        self.application, self.team = application, application.owner.team
        self.agreement = world.agree(application, "archiving") if state == "approved" else None
        self.people = [world.user(name) for name in ("l1", "l1m1", "l1m2", "waiting")]
        self.numbers = [person.profile.id_number for person in self.people]

    def rows(self) -> str:
        """What must not change: every row of theirs, in one text."""
        cases = [self.application, *([self.agreement] if self.agreement else []), self.unit]
        found = [*Team.objects.filter(pk=self.team.pk), *self.team.memberships.filter(pk__in=self.memberships)]
        found += [type(self.application.form).objects.get(pk=self.application.form.pk), self.unit.organisation]
        for person in self.people:
            person.refresh_from_db()
            found += [person, person.profile]
        for case in cases:
            found.append(type(case).objects.get(pk=case.pk))
            for related in ("steps", "revisions", "handlings", "scans"):
                found += case._meta.get_field(related).related_model.objects.filter(case=case)
        return serializers.serialize("json", found)

    @property
    def memberships(self) -> list[int]:
        return list(Membership.objects.filter(team=self.team).values_list("pk", flat=True))

    def addresses(self, world: World) -> Iterator[str]:
        """Every address of the site, with the ids of their rows wherever one is asked for."""
        for path in PATHS:
            case = self.agreement if "agreement" in path and self.agreement else self.application
            if "/unit/" in path or "/admission/" in path:
                case = self.unit
            address = path.format_map(self._ids(case, world))
            yield address
            if re.search(r"/team/\d+/", address):
                yield from (re.sub(r"/team/\d+/", f"/team/{pk}/", address) for pk in self.memberships)

    def _ids(self, case, world: World) -> dict[str, object]:
        """What stands in addresses; of what is not theirs the first row."""
        known = {"case": case.pk, "code": case.revisions.latest("number").code, "user": self.people[0].pk,
                 "organisation": self.unit.organisation_id, "batch": world.batch.pk}  # fmt: skip
        return defaultdict(lambda: 1, known | {"job": UUID(int=1)})


# Other units (admitted, pending, revoked), another team and its member, an individual, cities that it has not come to,
# an officer without a desk, the system's administrator, one who has no part in teams.
ATTACKERS = {"initial": ("u3", "l2m1", "s1", "wh1", "c0", "a1"), "approved": ("u2", "u4", "l2", "hg1", "n0")}


@pytest.fixture
def world(world: World) -> World:
    accounts.issue_account(username="c0", real_name="办理员无", role=Role.CITY, password="W-for-world-2026")
    accounts.issue_account(username="n0", real_name="无角色", role=Role.HOST_UNIT, password="W-for-world-2026")
    for name, state in (("u2", "admitted"), ("u3", "saved"), ("u4", "revoked")):
        world.unit(name, state)
    world.team_draft("l2")
    world.draft("s1")
    return world


def text_of(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def leaks(prey: Prey, body: str) -> list[str]:
    numbers = [*prey.numbers, *(person.mobile for person in prey.people)]
    return [secret for secret in (SECRET, *numbers) if secret in body]


def arrows(prey: Prey) -> dict:
    """One body with every name a form of the site reads, pointing at what is theirs."""
    case = prey.application
    return {
        "cases": [case.pk], "comment": WORDS, "reason": WORDS,
        "from": "case", "queue": case.state, "unit": prey.unit.organisation_id, "team": prey.team.pk,
        "organisation": prey.unit.organisation_id, "desk": prey.unit.organisation_id, "owner": prey.people[0].pk,
        "user": prey.people[0].pk, "leader": prey.people[0].pk, "application": case.pk, "case": case.pk,
        "membership": prey.memberships[0], "name": "劫持", "seen": case.seen, "version": case.form.version,
        "state": "confirmed", "role": "province", "credit_code": prey.unit.credit_code, "all": "1", "way": "zip",
        "id_number": prey.numbers[0],
    }  # fmt: skip


@pytest.mark.parametrize("state", ATTACKERS)
def test_nobody_else_reads_a_word_of_a_team(world, state):
    prey, found = Prey(world, state), []
    own = world.client("l1")
    assert any(leaks(prey, text_of(own.get(address))) for address in prey.addresses(world))  # where it is to be read
    for name in ATTACKERS[state]:
        client = world.client(name, raise_request_exception=False)
        with known(world, name):
            for address in prey.addresses(world):
                answer = client.get(address)
                if answer.status_code >= 500 or leaks(prey, text_of(answer)):
                    found.append((name, address, answer.status_code))
    assert found == []


@pytest.mark.parametrize("state", ATTACKERS)
def test_nobody_else_changes_anything_of_a_team(world, state):
    prey = Prey(world, state)
    body, before, found = arrows(prey), prey.rows(), []
    for name in ATTACKERS[state]:
        client = world.client(name, raise_request_exception=False)
        with known(world, name):
            for address, action in aims(prey, world):
                with undone(), business_writes() as written:
                    answer = client.post(address, body | rows_for(prey, address) | {"action": action, "file": paper()})
                    harmed = bool(written) and prey.rows() != before
                said = text_of(answer).replace(body["id_number"], "")
                decided = "/decide/" in address and answer.status_code not in (403, 404)
                if harmed or decided or answer.status_code >= 500 or leaks(prey, said):
                    found.append((name, address, action, answer.status_code, harmed))
    assert found == []


def test_the_same_posts_change_a_team_from_its_own_desk(world):
    """Else the sweep above would pass for having missed."""
    prey = Prey(world, "initial")
    body, before, client, harmed = arrows(prey), prey.rows(), world.client("u1"), set()
    for address, action in aims(prey, world):
        if "/decide/" in address:
            with undone():
                client.post(address, body | rows_for(prey, address) | {"action": action, "file": paper()})
                if prey.rows() != before:
                    harmed.add(action)
    assert {"pass", "return"} <= harmed


def rows_for(prey: Prey, address: str) -> dict:
    """What is ticked where a process is decided on: its own row."""
    case, process = prey.application, registry.get(address.split("/")[2]) if address.startswith("/review/") else None
    if process:
        case = next((one for one in (prey.agreement, prey.unit) if isinstance(one, process.model)), case)
    return {"rows": [case.row_value], "queue": case.state}


def aims(prey: Prey, world: World) -> Iterator[tuple[str, str]]:
    """(address, action): where a process is decided on, with each of its moves."""
    for address in prey.addresses(world):
        process = registry.get(address.split("/")[2]) if address.startswith("/review/") else None
        actions = {move.action for flow in process.flows for move in flow.moves} if process else {""}
        if not address.startswith(("/logout/", "/account/", "/login/", "/register/")):
            yield from ((address, action) for action in sorted(actions if "/decide/" in address else {""}))
