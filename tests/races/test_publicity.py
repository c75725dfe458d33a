"""Two at once at a list of names: one notice of two clicks, one answer to an objection."""

from collections.abc import Callable

import pytest

from portal.publicity import services
from portal.publicity.models import NameNotice, Objection
from tests import world as worlds
from tests.races.together import Gate, failures, together
from tests.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
made, held = services._made, services._held


@pytest.fixture
def world(transactional_db: None) -> World:
    world = worlds.build()
    world.application("approved")
    return world


def clicked_twice(world: World, monkeypatch, look: Callable) -> list:
    monkeypatch.setattr(services, "_made", Gate(2).after(look))
    officers = world.user("p1"), world.user("p2")
    return together(*(lambda who=who: services.make(world.batch, actor=who) for who in officers))


def test_two_clicks_are_two_notices_without_the_lock(world, monkeypatch):
    clicked_twice(world, monkeypatch, lambda batch: NameNotice.objects.filter(batch=batch).first())
    assert NameNotice.objects.count() == 2


def test_two_clicks_are_one_notice(world, monkeypatch):
    (refused,) = failures(clicked_twice(world, monkeypatch, made))
    assert isinstance(refused, services.MadeAlready)
    assert NameNotice.objects.count() == 1


def answered_twice(world: World, monkeypatch, look: Callable) -> tuple[Objection, list]:
    notice = services.make(world.batch, actor=world.user("p1"))
    objection = services.object_to(notice, name="王建国", contact="13900001234", content="x")
    monkeypatch.setattr(services, "_held", Gate(2).after(look))
    officers = world.user("p1"), world.user("p2")
    results = together(
        *(lambda who=who: services.handle(objection, actor=who, answer=who.username) for who in officers)
    )
    objection.refresh_from_db()
    return objection, results


def test_the_second_answer_covers_the_first_without_the_lock(world, monkeypatch):
    _, results = answered_twice(world, monkeypatch, lambda row, actor: Objection.objects.get(pk=row.pk))
    assert not failures(results)


def test_an_objection_has_one_answer(world, monkeypatch):
    objection, results = answered_twice(world, monkeypatch, held)
    assert len(failures(results)) == 1
    assert objection.answer == objection.handled_by.username
