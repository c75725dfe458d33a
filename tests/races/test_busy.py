"""A row that somebody else holds for too long: an answer in words, nothing changed, and the form to be sent again."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from applications.models import Membership
from review.models import Reviewed
from tests import world as worlds
from tests.world import World, agreement_values, form_values, paper, posted, profile_values, unit_values

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TABLES = (
    "applications_application", "applications_unitadmission", "applications_membership", "applications_team",
    "agreements_agreement", "accounts_profile", "accounts_user",
)  # fmt: skip


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("attachments.validation.inspect", lambda raw, clean: clean.write_bytes(raw.read_bytes()) and 1)
    return worlds.build()


@contextmanager
def everything_held() -> Iterator[None]:
    """Every row a page could want is locked by another connection, and this one waits for no longer than a blink."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT 1 FROM {table} FOR UPDATE")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
    try:
        yield
    finally:
        other.rollback()
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")


def person() -> dict:
    return {"real_name": "申报人乙", "mobile": "19900000001", "work_unit": "华中农业大学"}


def scan(case: Reviewed) -> dict:
    return {"seen": case.seen, "file": paper()}


def member(world: World) -> Membership:
    return world.member("newcomer", world.team("l1"), confirmed=False)


OLD = {"version": 0, "seen": 0}
PAGES: dict[str, tuple[str, str, Callable[[World], dict]]] = {  # name: who, address, what they send
    "application": ("s1", "/application/edit/", lambda world: world.draft() and posted(form_values("YC")) | OLD),
    "agreement": (
        "s1",
        "/agreement/edit/",
        lambda world: world.agreement("blank") and posted(agreement_values()) | OLD,
    ),
    "profile": ("s1", "/profile/edit/", lambda world: posted(profile_values(1, "WH")) | person()),
    "unit": (
        "u5",
        "/application/unit/edit/",
        lambda world: world.unit("u5", "blank") and posted(unit_values("u5")) | OLD,
    ),
    "overview": ("u5", "/application/unit/papers/", lambda world: scan(world.unit("u5", "saved"))),
    "scan": ("s1", "/agreement/papers/", lambda world: scan(world.agreement("saved"))),
    "team": ("l1", "/application/team/", lambda world: {"unit": world.team("l1").unit_id, "name": "柑橘产业团队"}),
    "removal": ("l1", "/application/team/{}/remove/", lambda world: {"reason": "另有任务"}),
    "confirmation": ("l1", "/application/team/{}/confirm/", lambda world: {}),
    "membership": ("newcomer", "/application/membership/", lambda world: {"team": world.team("l2", members=0).pk}),
}


def send(client: Client, path: str, data: dict) -> HttpResponse:
    client.raise_request_exception = False
    return client.post(path, data)


@contextmanager
def nothing_changed() -> Iterator[None]:
    """What is begun is undone: the tables are as they were."""

    def rows() -> dict:
        with connection.cursor() as cursor:
            found = {}
            for table in TABLES:
                cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
                found[table] = cursor.fetchone()[0]
            return found

    before = rows()
    yield
    assert rows() == before


def fields(answer: HttpResponse) -> dict[str, list[str]]:
    """The form that the page bears."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', answer.content.decode()):
        found.setdefault(name, []).append(html.unescape(value))
    return found


@pytest.mark.parametrize("what", PAGES)
def test_who_waits_too_long_is_told_so_and_has_everything_in_hand(world, what):
    """Each was a 500 and a blank page."""
    who, path, make = PAGES[what]
    waiting = member(world).pk if "{" in path or what == "membership" else 0
    data = make(world)
    client = world.client(who)
    with everything_held(), nothing_changed():
        answer = send(client, path.format(waiting), data)
    assert answer.status_code == 503
    assert "他人正在办理这条记录" in answer.content.decode()
    assert answer["Retry-After"] == "5"
    assert answer["Cache-Control"] == "no-store"
    sent = {name: value if isinstance(value, list) else [value] for name, value in data.items() if name != "file"}
    assert fields(answer) == {name: [str(one) for one in values] for name, values in sent.items()}


def test_a_move_says_so_on_its_own_page(world):
    case, client = world.draft(), world.client("s1")
    with everything_held(), nothing_changed():
        answer = send(client, "/application/submit/", {"seen": case.seen})
    assert answer.status_code == 302
    assert "请稍后再试" in client.get("/application/").content.decode()


def test_what_was_sent_again_arrives_once_the_row_is_free(world):
    case = world.draft()
    client = world.client("s1")
    data = posted(form_values("YC") | {"major": "蔬菜学"}) | {"version": case.form.version, "seen": case.seen}
    with everything_held():
        answer = send(client, "/application/edit/", data)
    assert answer.status_code == 503
    assert client.post("/application/edit/", fields(answer)).status_code == 302
    case.form.refresh_from_db()
    assert case.form.major == "蔬菜学"
    assert case.form.chains.count() == len(form_values("YC")["chains"])
