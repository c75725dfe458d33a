"""Two at once about a team: never submitted with two, one decision a stage, one unit a code, one team a person."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import services as accounts
from accounts.crypto import keyed_hash
from accounts.models import Organisation, Profile, Tally, User
from accounts.roles import Role
from accounts.services import appoint
from applications import selectors, services
from applications.models import Application, ApplicationStep, Membership, Post, Team
from applications.models.teams import NAME_TAKEN
from applications.selectors import team_frozen
from applications.teams import services as team_services
from review import drafts
from review import services as review
from review.history import faults
from review.refusal import Refused
from review.services import perform
from tests import world as worlds
from tests.races.together import Gate, failures, together, unlocked, without
from tests.world import WORDS, World, credit_code, identity_number, unit_values

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CHANGES = ["remove", "leave", "join", "confirm"]


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("attachments.validation.inspect", lambda raw, clean: clean.write_bytes(raw.read_bytes()) and 1)
    return worlds.build()


# A submission, and a change of the team beside it


def asked_without_holding(leader: User) -> None:
    """`team_services._unfrozen` without its lock."""
    if reason := team_frozen(leader):
        raise Refused(reason)


def ready(world: World, change: str) -> tuple[Application, Callable]:
    """A team of three that may submit, and a change of it."""
    case = world.team_draft()
    leader, team = case.owner, case.owner.team
    member = Membership.objects.get(user__username="l1m2")
    waiting = world.member("waiting", team, confirmed=False)
    newcomer = world.person("newcomer", Role.TEAM_MEMBER)
    other = world.team("l2", members=0)
    calls = {
        "remove": lambda: team_services.remove(leader=leader, membership_id=member.pk, reason="另有任务"),
        "leave": lambda: team_services.join(user=world.user("l1m2"), team=other),
        "join": lambda: team_services.join(user=newcomer, team=team),
        "confirm": lambda: team_services.confirm(leader=leader, membership_id=waiting.pk),
    }
    return case, calls[change]


def beside_submission(case: Application, change: Callable, monkeypatch, unfrozen: Callable) -> list:
    """The door has counted the people, and the change has found the team free, before either writes."""
    gate = Gate(2)
    monkeypatch.setattr(selectors, "team_problems", gate.after(selectors.team_problems))
    monkeypatch.setattr(team_services, "_unfrozen", gate.after(unfrozen))
    return together(lambda: perform(case, "submit", actor=case.owner, seen=case.seen), change)


def standing(team: Team) -> set[tuple[str, str]]:
    return set(team.memberships.exclude(state="removed").values_list("user__username", "state"))


def frozen_members(case: Application) -> set[str]:
    return {item.key for item in case.revisions.get().document.fields if item.key.startswith("member_")}


def counted_members(team: Team) -> set[str]:
    return {f"member_{row.user_id}" for row in team.counted()}


@pytest.mark.parametrize("change", CHANGES)
def test_a_team_changes_while_it_is_submitted_without_the_lock(world, monkeypatch, change):
    """The race: what is judged is not the team that stands; after a removal it is submitted with two."""
    case, call = ready(world, change)
    before = standing(case.owner.team)
    assert failures(beside_submission(case, call, monkeypatch, asked_without_holding)) == []
    case.refresh_from_db()
    assert case.state == "initial"
    assert standing(case.owner.team) != before
    if change in ("remove", "leave"):
        assert case.owner.team.counted().count() + 1 == 2


@pytest.mark.parametrize("change", CHANGES)
def test_a_team_that_is_submitted_does_not_change(world, monkeypatch, change):
    case, call = ready(world, change)
    before = standing(case.owner.team)
    submitted, changed = beside_submission(case, call, monkeypatch, team_services._unfrozen)
    case.refresh_from_db()
    team = case.owner.team
    if case.state == "draft":  # the change was first
        assert isinstance(submitted, Refused)
        assert "还差 1 人" in submitted.reason
        assert team.counted().count() == 1
    else:
        assert case.state == "initial"
        assert frozen_members(case) == counted_members(team)
        assert len(frozen_members(case)) >= 2
        if isinstance(changed, Refused):
            assert "暂不能变动" in changed.reason
            assert standing(team) == before
        else:  # it was first, and took nobody away
            assert change in ("join", "confirm")
    assert list(faults(Application)) == []


def test_many_rounds_of_submitting_against_removal(world):
    """Without any help from a gate, and back again."""
    case = world.team_draft()
    leader = case.owner
    for _ in range(12):
        row = Membership.objects.get(user__username="l1m2", state="confirmed")
        fresh = Application.objects.for_review().get(pk=case.pk)
        results = together(
            lambda case=fresh: perform(case, "submit", actor=leader, seen=case.seen),
            lambda row=row: team_services.remove(leader=leader, membership_id=row.pk, reason="另有任务"),
        )
        (refused,) = failures(results)
        assert isinstance(refused, Refused)
        fresh.refresh_from_db()
        people = leader.team.counted().count() + 1
        assert (fresh.state, people) in {("initial", 3), ("draft", 2)}
        if fresh.state == "initial":
            perform(fresh, "withdraw", actor=leader, seen=fresh.seen)
        else:
            Tally.objects.all().delete()  # nobody chooses so often in an hour
            again = team_services.join(user=world.user("l1m2"), team=leader.team)
            team_services.confirm(leader=leader, membership_id=again.pk)
    assert list(faults(Application)) == []


# Two officers of a unit, one row


@pytest.fixture
def officers(world) -> tuple[User, User]:
    """Two accounts that act for one unit."""
    second = world.person("u1b", Role.LEGAL_UNIT, blank=True)
    appoint(user=second, organisation=world.unit("u1").organisation)
    return world.user("u1"), world.user("u1b")


def pass_and_return(case: Application, officers: tuple[User, User]) -> list:
    return together(
        lambda: perform(case, "pass", actor=officers[0], seen=case.seen),
        lambda: perform(case, "return", actor=officers[1], seen=case.seen, comment=WORDS),
    )


def test_two_officers_on_one_team_without_the_lock(world, officers, monkeypatch):
    """The race: both are told that their decision counts."""
    case = world.team_application("initial")
    monkeypatch.setattr(review, "_locked", Gate(2).after(unlocked))
    with without((ApplicationStep, "applicationstep_number")):
        assert failures(pass_and_return(case, officers)) == []
        assert sorted(case.steps.filter(number=2).values_list("action", flat=True)) == ["pass", "return"]


def test_two_officers_on_one_team(world, officers, monkeypatch):
    case = world.team_application("initial")
    monkeypatch.setattr(review, "_locked", Gate(2).after(review._locked))
    (refused,) = failures(pass_and_return(case, officers))
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("u1农业科学研究所已于")
    (decision,) = case.steps.filter(number=2)
    case.refresh_from_db()
    assert (case.state, case.step_count) == (decision.to_state, 2)
    assert list(faults(Application)) == []


def test_a_decision_beside_the_revocation_of_the_unit(world):
    """Either the unit was first, or it is refused; the row is whole."""
    for number in range(6):
        case = world.team_application("initial", f"l{number + 10}", unit="u1")
        admission, officer = world.admission("u1"), world.user("u1")
        decided, revoked = together(
            lambda case=case, officer=officer: perform(case, "pass", actor=officer, seen=case.seen),
            lambda admission=admission: world.perform(admission, "revoke", "p1", words=WORDS),
        )
        assert revoked.state == "revoked"
        case.refresh_from_db()
        assert (case.state, case.step_count) == (("initial", 1) if isinstance(decided, Refused) else ("province", 2))
        assert not world.user("u1").desks
        again = services.submit_unit(world.admission("u1"), actor=officer, seen=world.admission("u1").seen)
        services.upload_overview(again, actor=officer, seen=again.seen, upload=worlds.paper())
        world.perform(world.admission("u1"), "pass")
    assert list(faults(Application)) == []


# One unit a code


def submit_both(world: World, monkeypatch) -> list:
    """Both forms are complete and bear one code; both have passed the door before either founds its organisation."""
    for name in ("u1", "u2"):
        case = world.unit(name, "blank")
        drafts.save(case, actor=case.owner, version=0, values=unit_values(name) | {"credit_code": credit_code(77)})
    monkeypatch.setattr(services, "perform", Gate(2).after(services.perform))
    cases = [world.admission(name) for name in ("u1", "u2")]
    return together(*(lambda case=case: services.submit_unit(case, actor=case.owner, seen=case.seen) for case in cases))


def test_two_units_of_one_code_at_once_without_the_constraint(world, monkeypatch):
    with without((Organisation, "one_unit_per_code")):
        assert failures(submit_both(world, monkeypatch)) == []
        assert Organisation.objects.filter(credit_code=credit_code(77)).count() == 2


def test_two_units_of_one_code_at_once(world, monkeypatch):
    (refused,) = failures(submit_both(world, monkeypatch))
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("该统一社会信用代码已登记")
    assert Organisation.objects.filter(credit_code=credit_code(77)).count() == 1
    assert sorted(world.admission(name).state for name in ("u1", "u2")) == ["blank", "saved"]


# One team a person


def join_both(world: World, monkeypatch) -> list:
    """Both have found the person in no team before either writes."""
    teams = [world.team("l1", members=0), world.team("l2", members=0)]
    person = world.person("newcomer", Role.TEAM_MEMBER)
    monkeypatch.setattr(team_services, "_unfrozen", Gate(2).after(team_services._unfrozen))
    return together(*(lambda team=team: team_services.join(user=person, team=team) for team in teams))


def test_choosing_two_teams_at_once_without_the_guards(world, monkeypatch):
    monkeypatch.setattr(User.objects, "select_for_update", lambda **options: User.objects.all(), raising=False)
    with without((Membership, "one_team_per_person")):
        assert failures(join_both(world, monkeypatch)) == []
        assert Membership.objects.filter(state="joined").count() == 2


def test_choosing_two_teams_at_once(world, monkeypatch):
    assert failures(join_both(world, monkeypatch)) == []
    assert sorted(Membership.objects.values_list("state", flat=True)) == ["joined", "removed"]


def test_changing_over_in_opposite_directions_is_no_deadlock(world):
    """Leaving and joining holds two teams, always in the same order."""
    first, second = world.team_draft("l1", members=3), world.team_draft("l2", members=3)
    teams = (first.owner.team, second.owner.team)
    for number in (1, 2, 3):
        results = together(
            lambda number=number: team_services.join(user=world.user(f"l1m{number}"), team=teams[1]),
            lambda number=number: team_services.join(user=world.user(f"l2m{number}"), team=teams[0]),
        )
        assert failures(results) == []
    with transaction.atomic():
        assert all(team.memberships.filter(state="joined").count() == 3 for team in teams)


# One person, one application


def sharing(world: World) -> list[Application]:
    """Two teams of three, complete, with one person in both, behind accounts of two roles."""
    cases = [world.team_draft("l1"), world.team_draft("l2", members=3)]
    world.twin("l2m1", "l1")
    return [Application.objects.for_review().get(pk=case.pk) for case in cases]


def submit_each(cases: list[Application], monkeypatch) -> list:
    """Both have found the person in no other application before either writes."""
    monkeypatch.setattr(Application, "_find_twins", staticmethod(Gate(2).after(Application._find_twins)))
    return together(*(lambda case=case: perform(case, "submit", actor=case.owner, seen=case.seen) for case in cases))


def test_two_teams_with_one_person_at_once_without_the_constraint(world, monkeypatch):
    """The race: both are submitted, and one person is counted in two."""
    cases = sharing(world)
    with without((Post, "one_post_per_person")):
        assert failures(submit_each(cases, monkeypatch)) == []
        assert set(Application.objects.values_list("state", flat=True)) == {"initial"}


def test_two_teams_with_one_person_at_once(world, monkeypatch):
    cases = sharing(world)
    (refused,) = failures(submit_each(cases, monkeypatch))
    assert isinstance(refused, Refused)
    assert refused.reason.endswith("已在本批次的另一份申请中，一人只能参加一份申请")
    assert sorted(Application.objects.values_list("state", flat=True)) == ["draft", "initial"]
    (case,) = Application.objects.filter(state="initial")
    assert set(Post.objects.values_list("application", flat=True)) == {case.pk}
    assert list(faults(Application)) == []


def test_two_teams_with_two_people_in_common_wait_for_each_other(world, monkeypatch):
    """In whatever order they stand in their teams: no deadlock, which would say 「请稍后再试」."""
    cases = [world.team_draft("l1", members=3), world.team_draft("l2", members=4)]
    number = {name: world.user(name).profile.id_number for name in ("l1", "l1m1")}
    for name, twin in (("l2m1", "l1m1"), ("l2m4", "l1")):  # the second is past the constraint of a role
        Profile.objects.filter(user__username=name).update(
            role=f"of {twin}", id_number=number[twin], id_hash=keyed_hash(number[twin])
        )
    for _ in range(4):
        with monkeypatch.context() as patch:
            results = submit_each([Application.objects.for_review().get(pk=case.pk) for case in cases], patch)
        (refused,) = failures(results)
        assert isinstance(refused, Refused)
        assert "一人只能参加一份申请" in refused.reason
        (case,) = Application.objects.for_review().filter(state="initial")
        perform(case, "withdraw", actor=case.owner, seen=case.seen)


def test_of_two_teams_saved_under_one_name_at_once_the_second_reads_why_not(world):
    unit = world.unit("u1").organisation
    leaders = [world.person(name, Role.TEAM_LEADER) for name in ("l8", "l9")]
    results = together(
        *(lambda who=who: team_services.save_team(leader=who, unit=unit, name="同名团队") for who in leaders)
    )
    (failed,) = failures(results)
    assert isinstance(failed, Refused)
    assert failed.reason == NAME_TAKEN
    assert Team.objects.count() == 1


# A member's 基本信息 beside the leader's submission


def change_number(world: World, case: Application, monkeypatch) -> list:
    """The number is free to be changed, and the team has been counted, before either writes."""
    gate = Gate(2)
    monkeypatch.setattr(accounts, "profile_lock", gate.after(accounts.profile_lock))
    monkeypatch.setattr(selectors, "team_problems", gate.after(selectors.team_problems))
    member = world.user("l1m1")
    return together(
        lambda: perform(case, "submit", actor=case.owner, seen=case.seen),
        lambda: accounts.save_profile(user=member, values={"id_number": identity_number(950)}),
    )


def judged_and_standing(world: World, case: Application) -> tuple[set[str], set[str]]:
    """The numbers under which the application was submitted, and those of its people now."""
    return set(case.posts.values_list("person_key", flat=True)), case.form.numbers()


def test_a_number_changes_while_the_team_is_submitted_without_the_lock(world, monkeypatch):
    """The race: one person is judged, another stands in the team."""
    case = world.team_draft()
    monkeypatch.setattr(Application, "_hold_people", staticmethod(lambda cases: None))
    assert failures(change_number(world, case, monkeypatch)) == []
    judged, standing_now = judged_and_standing(world, Application.objects.get(pk=case.pk))
    assert judged != standing_now


def test_a_number_does_not_change_while_the_team_is_submitted(world, monkeypatch):
    case = world.team_draft()
    submitted, saved = change_number(world, case, monkeypatch)
    assert not isinstance(submitted, Exception)
    case = Application.objects.get(pk=case.pk)
    judged, standing_now = judged_and_standing(world, case)
    assert judged == standing_now
    if isinstance(saved, Exception):
        assert isinstance(saved, ValidationError)
        assert "审核中" in saved.messages[0]


def test_many_rounds_of_submitting_against_changes_of_a_profile(world):
    case = world.team_draft()
    member = "l1m1"
    for number in range(12):
        fresh = Application.objects.for_review().get(pk=case.pk)
        submitted, _ = together(
            lambda case=fresh: perform(case, "submit", actor=case.owner, seen=case.seen),
            lambda number=number: accounts.save_profile(
                user=world.user(member), values={"id_number": identity_number(800 + number)}
            ),
        )
        assert not isinstance(submitted, Exception), submitted
        judged, standing_now = judged_and_standing(world, Application.objects.get(pk=case.pk))
        assert judged == standing_now
        perform(submitted, "withdraw", actor=case.owner, seen=submitted.seen)
