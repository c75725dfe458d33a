"""Two at once about a need: nothing is offered on what is being closed, one live match, one answer."""

from collections.abc import Callable
from threading import Event

import pytest

from applications.docking import services as docking_services
from applications.models import Match, Need
from review import services as review
from review.history import faults
from review.refusal import Refused
from review.services import perform
from tests import world as worlds
from tests.races.together import Gate, failures, together, unlocked, without
from tests.world import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
guarded = docking_services._held


@pytest.fixture
def world(transactional_db: None) -> World:
    return worlds.build()


def looked_at(pk: int) -> Need:
    """`docking_services._held` without its lock."""
    return Need.objects.for_review().get(pk=pk)


def meeting(monkeypatch, held: Callable) -> Gate:
    """All have found the need public before any of them writes."""
    gate = Gate(2)
    monkeypatch.setattr(docking_services, "_held", gate.after(held))
    return gate


# An offer beside the closing


def offered_while_closed(
    world: World, monkeypatch, held: Callable, locked: Callable, closed: Event | None = None
) -> tuple[Need, list]:
    need, person = world.need(), world.user("s1")
    gate = meeting(monkeypatch, held)
    monkeypatch.setattr(review, "_locked", gate.after(locked))

    def close() -> None:
        perform(need, "solve", actor=need.owner, seen=need.seen)
        if closed:
            closed.set()

    results = together(lambda: docking_services.offer(need, actor=person, words="可以来。"), close)
    need.refresh_from_db()
    return need, results


def test_an_offer_waits_for_ever_on_a_closed_need_without_the_lock(world, monkeypatch):
    """The race: the need is closed, and a fresh offer on it waits for an answer that nobody can give."""
    closed, begin = Event(), docking_services._begin

    def late(*args, **more) -> Match:
        assert closed.wait(10)  # the unlucky order; with the lock it can't come about
        return begin(*args, **more)

    monkeypatch.setattr(docking_services, "_begin", late)
    need, results = offered_while_closed(world, monkeypatch, looked_at, unlocked, closed)
    assert failures(results) == []
    assert need.state == "solved"
    assert Match.objects.get().answer == "open"


def test_no_offer_waits_on_a_closed_need(world, monkeypatch):
    need, (offered, closed) = offered_while_closed(world, monkeypatch, guarded, review._locked)
    assert need.state == "solved"
    assert not isinstance(closed, Exception)
    if isinstance(offered, Refused):
        assert "不再公开" in offered.reason
        assert not Match.objects.exists()
    else:
        assert Match.objects.get().answer == "lapsed"
    assert list(faults(Need)) == []


# Two answers


def answered_twice(world: World, monkeypatch, held: Callable) -> tuple[Match, list]:
    match, host = world.offer("s1"), world.user("h1")
    assert host.desks
    monkeypatch.setattr(docking_services, "_held", held)
    # both have found it open before either of them writes
    monkeypatch.setattr(docking_services, "_open", Gate(2).after(docking_services._open))
    results = together(
        lambda: docking_services.answer(match, actor=host, accept=True, words="欢迎"),
        lambda: docking_services.answer(match, actor=host, accept=False, words="已有人"),
    )
    match.refresh_from_db()
    return match, results


def test_an_offer_is_accepted_and_declined_without_the_lock(world, monkeypatch):
    """The race: both are told that theirs is the answer."""
    _, results = answered_twice(world, monkeypatch, looked_at)
    assert failures(results) == []


def test_an_offer_has_one_answer(world, monkeypatch):
    match, results = answered_twice(world, monkeypatch, guarded)
    (refused,) = failures(results)
    assert "不能再办理" in refused.reason
    assert match.answer in ("accepted", "declined")


def test_accepting_and_withdrawing_at_once_does_one_of_them(world, monkeypatch):
    match, host, person = world.offer("s1"), world.user("h1"), world.user("s1")
    assert host.desks
    meeting(monkeypatch, guarded)
    results = together(
        lambda: docking_services.answer(match, actor=host, accept=True, words=""),
        lambda: docking_services.withdraw(match, actor=person),
    )
    (refused,) = failures(results)
    assert isinstance(refused, Refused)
    match.refresh_from_db()
    assert match.answer in ("accepted", "withdrawn")


# An offer beside an invitation


def both_ways(world: World, monkeypatch, held: Callable) -> list:
    case, need = world.application("approved"), world.need()
    host, person = world.user("h1"), world.user("s1")
    assert host.desks
    gate, save = Gate(2), Match.save

    def met(match: Match, **options) -> None:
        gate.wait()  # both have found nothing that lives before either of them writes
        save(match, **options)

    monkeypatch.setattr(docking_services, "_held", held)
    monkeypatch.setattr(Match, "save", met)
    return together(
        lambda: docking_services.offer(need, actor=person, words="可以来。"),
        lambda: docking_services.invite(need, case, actor=host, words="请来。"),
    )


def test_two_live_matches_of_the_same_two_without_lock_and_constraint(world, monkeypatch):
    """The race: they ask each other, and each waits for the other."""
    with without((Match, "one_live_match")):
        assert failures(both_ways(world, monkeypatch, looked_at)) == []
        assert Match.objects.filter(answer="open").count() == 2


def test_one_live_match_of_the_same_two(world, monkeypatch):
    (refused,) = failures(both_ways(world, monkeypatch, guarded))
    assert isinstance(refused, Refused)
    assert "待答复" in refused.reason
    assert Match.objects.count() == 1
