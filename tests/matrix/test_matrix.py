"""The matrix of rights, sent as requests: every row of `expected.csv`, every column of it.

Whatever is not `done` must write nothing; reading writes nothing either.
"""

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts import services as accounts
from accounts.roles import Role
from tests.changes import business_writes, known, undone
from tests.matrix import table
from tests.matrix.objects import objects
from tests.matrix.table import ACTORS, Request
from tests.world import (
    WORDS,
    World,
    agreement_values,
    form_values,
    host_values,
    need_values,
    paper,
    team_agreement_values,
    team_form_values,
    unit_values,
)

pytestmark = pytest.mark.usefixtures("no_pdf")


def test_the_expectation_is_what_the_tables_say():
    assert table.EXPECTED.read_text(encoding="utf-8") == table.text(), "python -m tests.matrix --write, and look at it"


def test_each_row_stands_once():
    keys = [request.key for request in table.REQUESTS]
    assert len(keys) == len(set(keys))


def everybody(world: World) -> None:
    """Whoever the columns name and no test walks through situations: an officer whose appointment has ended, somebody
    without a role, other units, host units, l1 and the team."""
    accounts.issue_account(username="c0", real_name="办理员无", role=Role.CITY, password="W-for-world-2026")
    for name, state in (("u2", "admitted"), ("u3", "saved"), ("u4", "revoked")):
        world.unit(name, state)
    accounts.issue_account(username="n0", real_name="无角色", role="", password="W-for-world-2026")
    for name, state in (("h1", "confirmed"), ("h2", "confirmed"), ("h3", "reviewing")):
        world.host(name, state)
    world.team("l1")
    world.application("approved", "s4")
    world.offer("s2")


@pytest.fixture(scope="module")
def scene():
    return everybody


def check(requests: list[Request], world: World, ids: dict, posted: dict | None = None, actors=ACTORS) -> None:
    """Send them all as everybody, and compare with the committed rows by equality."""
    expected, wrong = table.expected(), []
    for actor in actors:
        client = world.client(actor.user)
        with known(world, actor.user):
            for request in requests:
                wanted = expected[request.key][actor.title].format(**ids)
                if wanted != "-" and (cell := answer(request, client, ids, posted or {})) != wanted:
                    wrong.append(f"{request.key} as {actor.title}: {cell}, expected {wanted}")
    assert not wrong, "\n".join(wrong)


def answer(request: Request, client: Client, ids: dict, posted: dict) -> str:
    path = request.path.format(**ids)
    with undone(), business_writes() as written:
        if request.method == "GET":
            cell = read(client.get(path))
        else:
            response = client.post(path, posted[request.path](request.data))
            cell = read(response)
            if response.status_code in (200, 302, 409) and cell != "login":
                cell = "done" if written else "refused"
    assert cell == "done" or not written, (request.key, written)
    return cell


def read(response: HttpResponse) -> str:
    if response.streaming:
        b"".join(response.streaming_content)  # to its end, where the file is closed
    if response.status_code != 302:
        return str(response.status_code)
    if response.url.startswith(reverse(settings.LOGIN_URL)):
        return "login"
    return f"> {response.url}"


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.title)
def test_pages(world, actor):
    world.draft()
    applying(world)
    check(table.PAGE_REQUESTS, world, objects(world, "s1"), actors=[actor])


def applying(world: World) -> None:
    """u5 and h5 where no test walks them on: registered."""
    world.unit("u5", "blank")
    world.host("h5", "blank")


def application_in(world: World, situation: str, *, team: bool):
    make = world.team_application if team else world.application
    if situation == "withdrawn":
        return world.perform(make("initial"), "withdraw")
    state, _, came_from = situation.partition(" from ")
    return make(state, returned_from=came_from or "initial")


@pytest.mark.parametrize("matter", [table.PERSONAL_CASE, table.TEAM_CASE], ids=["personal", "team"])
@pytest.mark.parametrize("situation", table.APPLICATION_READERS)
def test_one_application_in_every_situation(world, matter, situation):
    applying(world)
    case = application_in(world, situation, team=bool(matter.label))
    values = {
        name: [item.pk for item in value] if isinstance(value, list) else getattr(value, "pk", value)
        for name, value in (team_form_values("YC") if matter.label else form_values("YC")).items()
    }
    own = {"seen": case.seen, "version": case.form.version, **values}
    posted = dict.fromkeys(
        [f"/application/{path}/" for path in ("submit", "withdraw", "autosave")], lambda action: own
    ) | {
        "/application/edit/": lambda action: own | {"submit_review": "1"},
        "/review/selection/decide/": lambda action: {
            "rows": case.row_value, "action": action, "comment": WORDS,
        },
    }  # fmt: skip
    check(asked(matter, situation), world, {"case": case.pk}, posted)


def asked(matter: table.Matter, situation: str) -> list[Request]:
    prefixes = {
        "selection": ("/application/", "/review/selection/"),
        "agreements": ("/agreement/", "/review/agreements/", "/v/"),
        "admission": ("/application/unit/", "/review/admission/", "/v/"),
        "hosts": ("/application/host/", "/review/hosts/"),
        "needs": ("/application/host/needs/", "/needs/", "/review/needs/"),
        "sealed": ("/application/", "/review/sealed/"),
    }[matter.process]
    return [
        one for one in table.CASE_REQUESTS
        if one.situation == matter.named(situation) and one.path.startswith(prefixes)
    ]  # fmt: skip


@pytest.mark.parametrize("matter", [table.AGREEMENT_CASE, table.DUTIES_CASE], ids=["personal", "team"])
@pytest.mark.parametrize("situation", table.AGREEMENT_READERS)
def test_one_agreement_in_every_situation(world, matter, situation):
    applying(world)
    case = world.team_agreement(situation) if matter.label else world.agreement(situation)
    values = team_agreement_values() if matter.label else agreement_values()
    targets = {f"target_{name}": count for name, count in values.pop("targets").items()}
    own = {"seen": case.seen, "version": case.version, **values, **targets}
    posted = {
        "/agreement/edit/": lambda action: own,
        "/agreement/autosave/": lambda action: own,
        "/agreement/papers/": lambda action: {"seen": case.seen, "file": paper()},
        "/review/agreements/decide/": lambda action: {
            "rows": case.row_value, "action": action, "comment": WORDS,
        },
    }  # fmt: skip
    code = case.revisions.get().code if situation != "blank" else "ABCDEFGHJKLM"
    check(asked(matter, situation), world, {"case": case.pk, "code": code}, posted)


@pytest.mark.parametrize("situation", table.ADMISSION_READERS)
def test_one_admission_in_every_situation(world, situation):
    case = world.unit("u5", situation)
    applying(world)
    values = {name: getattr(value, "pk", value) for name, value in unit_values("u5").items()}
    own = {"seen": case.seen, "version": case.version, **values}
    posted = {
        "/application/unit/edit/": lambda action: own,
        "/application/unit/papers/": lambda action: {"seen": case.seen, "file": paper()},
        "/application/unit/move/": lambda action: {"seen": case.seen, "action": action},
        "/review/admission/decide/": lambda action: {"rows": case.row_value, "action": action, "comment": WORDS},
    }
    code = case.revisions.get().code if situation != "blank" else "ABCDEFGHJKLM"
    check(asked(table.ADMISSION_CASE, situation), world, {"case": case.pk, "code": code}, posted)


@pytest.mark.parametrize("situation", table.HOST_READERS)
def test_one_host_in_every_situation(world, situation):
    case = world.host("h5", situation)
    applying(world)
    values = {name: getattr(value, "pk", value) for name, value in host_values("h5").items()}
    own = {"seen": case.seen, "version": case.version, **values}
    posted = {
        "/application/host/edit/": lambda action: own,
        "/application/host/move/": lambda action: {"seen": case.seen, "action": action},
        "/review/hosts/decide/": lambda action: {"rows": case.row_value, "action": action, "comment": WORDS},
    }
    check(asked(table.HOST_CASE, situation), world, {"case": case.pk}, posted)


@pytest.mark.parametrize("situation", table.SEALED_READERS)
def test_one_sealed_sheet_in_every_situation(world, situation):
    applying(world)
    sheet = world.sealed(situation)
    posted = {"/review/sealed/decide/": lambda action: {"rows": sheet.row_value, "action": action, "comment": WORDS}}
    check(asked(table.SEALED_CASE, situation), world, {"case": sheet.pk}, posted)


@pytest.mark.parametrize("situation", table.NEED_READERS)
def test_one_need_in_every_situation(world, situation):
    case = world.need(situation)
    applying(world)
    values = {name: getattr(value, "pk", value) for name, value in need_values("h1").items()}
    own = {"seen": case.seen, "version": case.form.version, **values}
    where = "/application/host/needs/{case}/"
    posted = {
        f"{where}edit/": lambda action: own | {"submit_review": "1"},
        f"{where}autosave/": lambda action: own,
        f"{where}move/": lambda action: {"seen": case.seen, "action": action},
        "/review/needs/decide/": lambda action: {"rows": case.row_value, "action": action, "comment": WORDS},
    }
    check(asked(table.NEED_CASE, situation), world, {"case": case.pk}, posted)
