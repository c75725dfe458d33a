"""团队信息 and 团队申请表: who counts, when it may change, and what is frozen."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.masks import mask_mobile
from accounts.models import Notice, Organisation, Profile
from accounts.selectors import PROFILE_FIELDS, USER_FIELDS
from accounts.services import save_profile
from agreements.documents import agreement_document
from applications import selectors, services
from applications.documents import fields_of
from applications.models import Application, Batch, Membership, Post, Team, TeamForm
from applications.teams import services as team_services
from review.refusal import Refused
from tests.changes import nothing_written, undone
from tests.world import WORDS, World, identity_number, team_form_values

TEAM, MEMBERSHIP = "/application/team/", "/application/membership/"
JUDGED = ["initial", "province", "push", "docking", "final"]


def refused(call: Callable, *args, **kwargs) -> str:
    with nothing_written(), pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.reason


def problems(world: World, case: Application) -> list[str]:
    with nothing_written(), pytest.raises(Refused) as caught:
        world.perform(case, "submit")
    return [problem.message for problem in caught.value.problems]


def fresh(case: Application) -> Application:
    return Application.objects.for_review().get(pk=case.pk)


def row_of(name: str) -> Membership:
    return Membership.objects.filter(user__username=name).latest("pk")


def text_of(response) -> str:
    return response.content.decode()


def told(response) -> str:
    return " ".join(str(message) for message in response.wsgi_request._messages)


@pytest.fixture(scope="module")
def scene():
    """The units of l1 and l2."""
    return lambda world: (world.unit("u1"), world.unit("u2"))


# Three distinct, complete, confirmed people


@pytest.mark.parametrize(
    ("members", "lack"), [(0, "已确认 1 人（含负责人），还差 2 人"), (1, "已确认 2 人（含负责人），还差 1 人")]
)
def test_below_three_it_is_refused_and_says_how_many_are_missing(world, members, lack):
    assert problems(world, world.team_draft(members=members)) == [f"团队总人数须不少于 3 人，{lack}"]


@pytest.mark.parametrize("members", [2, 4])
def test_three_and_more_are_enough(world, members):
    assert world.perform(world.team_draft(members=members), "submit").state == "initial"


def test_who_has_joined_and_is_not_confirmed_does_not_count(world):
    case = world.team_draft(members=1)
    row = world.member("late", case.owner.team, confirmed=False)
    assert "已确认 2 人（含负责人），还差 1 人" in problems(world, case)[0]
    team_services.confirm(leader=case.owner, membership_id=row.pk)
    assert world.perform(case, "submit").state == "initial"


def test_who_was_removed_does_not_count(world):
    case = world.team_draft(members=2)
    team_services.remove(leader=case.owner, membership_id=row_of("l1m2").pk, reason="另有任务")
    assert "还差 1 人" in problems(world, case)[0]


def test_each_empty_field_of_a_member_is_named_with_the_member(world):
    case = world.team_draft()
    for name in PROFILE_FIELDS:
        with undone():
            person = world.user("l1m2")
            row = person if name in USER_FIELDS else person.profile
            setattr(row, name, None if row._meta.get_field(name).is_relation else "")
            row.save()
            label = row._meta.get_field(name).verbose_name
            assert problems(world, case) == [f"成员{person.real_name}的基本信息不完整：{label}"]


def test_a_member_who_has_filled_in_nothing_is_named(world):
    case = world.team_draft(members=1)
    person = world.member("blank", case.owner.team, blank=True).user
    (said,) = problems(world, case)
    assert said.startswith(f"成员{person.real_name}的基本信息不完整：")
    assert said.endswith("等")


def test_all_that_is_missing_is_said_at_once(world):
    case = world.team_draft(members=1, leader_field="", chains=[])
    Profile.objects.filter(user__username="l1").update(work_unit="")
    Profile.objects.filter(user__username="l1m1").update(post="")
    said = problems(world, case)
    assert len(said) == 5
    for words in (
        "成员",
        "还差 1 人",
        "基本信息「工作单位」",
        "「团队依托农业科技产业链」",
        "「负责人所从事的专业技术领域」",
    ):
        assert sum(words in one for one in said) == 1 or words == "成员", words


def test_each_empty_field_of_the_form_is_named(world):
    case = world.team_draft()
    for name in fields_of(TeamForm):
        field = TeamForm._meta.get_field(name)
        empty = [] if field.many_to_many else None if field.is_relation else "\u3000"
        with undone():
            assert problems(world, world.write(case, **{name: empty})) == [f"团队申请表「{field.verbose_name}」未填写"]


def test_two_accounts_of_one_person_count_once(world):
    case = world.team_draft(members=2)
    world.twin("l1m1", "l1")
    said = problems(world, case)
    assert said == ["团队成员的证件号码有重复，同一人只计一次"]
    assert "420106" not in "".join(said)


def test_three_accounts_with_one_identity_number_are_not_three_people(world):
    """Of one role the database takes each number once; past it, as an older row might stand, they still count once."""
    case = world.team_draft(members=2)
    world.twin("l1m1", "l1")
    with pytest.raises(ValidationError):
        world.twin("l1m2", "l1")
    number = world.user("l1").profile.id_hash
    Profile.objects.filter(user__username="l1m2").update(role="", id_hash=number)
    assert problems(world, case) == ["团队成员的证件号码有重复，同一人只计一次"]


def test_of_four_with_a_double_three_people_are_left(world):
    case = world.team_draft(members=3)
    world.twin("l1m1", "l1")
    assert len(selectors.team_problems(world.user("l1"))) == 0
    assert world.perform(case, "submit").state == "initial"


# The unit


@pytest.mark.parametrize("state", ["saved", "reviewing", "returned", "revoked"])
def test_no_team_in_a_unit_that_is_not_admitted(world, state):
    leader, unit = world.person("l9", "team_leader"), world.unit("u3", state).organisation
    assert "尚未通过省科技厅审核" in refused(team_services.save_team, leader=leader, unit=unit, name="柑橘团队")
    answer = world.client("l9").post(TEAM, {"unit": unit.pk, "name": "柑橘团队"})
    assert answer.status_code == 422
    assert "请选择已通过省科技厅审核的单位。" in text_of(answer)
    assert unit.name not in text_of(world.client("l9").get(TEAM))


@pytest.mark.parametrize("kind", ["office", "WH"])
def test_an_office_is_no_unit(world, kind):
    office = world.office if kind == "office" else world.bureaus[kind]
    leader = world.person("l9", "team_leader")
    refused(team_services.save_team, leader=leader, unit=office, name="柑橘团队")
    assert world.client("l9").post(TEAM, {"unit": office.pk, "name": "柑橘团队"}).status_code == 422


def test_a_team_whose_unit_has_lost_its_admission_is_refused_and_joined_by_nobody(world):
    case = world.team_draft()
    world.revoke("u1")
    assert any("准入已撤销" in said for said in problems(world, case))
    newcomer = world.person("newcomer", "team_member")
    assert "尚未通过" in refused(team_services.join, user=newcomer, team=case.owner.team)
    assert world.client("newcomer").post(MEMBERSHIP, {"team": case.owner.team.pk}).status_code == 422


def test_without_a_team_the_application_says_so_on_every_page(world):
    world.person("l9", "team_leader")
    client = world.client("l9")
    client.post("/application/start/")
    for address in ("/application/", "/application/edit/", TEAM, "/workbench/"):
        assert client.get(address).status_code == 200, address
    assert "还没有填写团队信息" in text_of(client.get("/application/"))
    assert "还没有填写团队信息" in problems(world, Application.objects.for_review().get(owner__username="l9"))


def test_a_member_without_a_profile_breaks_no_page(world):
    case = world.team_draft(members=2)
    world.member("blank", case.owner.team, blank=True)
    client = world.client("l1")
    for address in ("/application/", "/application/edit/", TEAM, "/workbench/"):
        assert client.get(address).status_code == 200, address
    assert world.client("blank").get(MEMBERSHIP).status_code == 200


def test_two_teams_of_a_unit_bear_two_names(world):
    team = world.team()
    world.person("l9", "team_leader")
    answer = world.client("l9").post(TEAM, {"unit": team.unit.pk, "name": team.name})
    assert answer.status_code == 422
    assert "本单位已有同名团队，请换一个名称。" in text_of(answer)
    leader = world.user("l9")
    with pytest.raises(Refused, match="本单位已有同名团队，请换一个名称。"):  # taken since the form asked
        team_services.save_team(leader=leader, unit=team.unit, name=team.name)


def test_a_name_that_is_taken_meanwhile_is_no_fault(world, monkeypatch):
    team = world.team()
    world.person("l9", "team_leader")
    monkeypatch.setattr(Team, "validate_constraints", lambda self, exclude=None: None)
    answer = world.client("l9").post(TEAM, {"unit": team.unit.pk, "name": team.name})
    assert (answer.status_code, "本单位已有同名团队" in text_of(answer)) == (409, True)


def test_a_frozen_team_is_shown_as_it_stands_and_not_as_it_was_typed(world):
    team = world.team_application("initial").owner.team
    with nothing_written():
        answer = world.client("l1").post(TEAM, {"unit": team.unit_id, "name": "没有保存的名称"})
    page = text_of(answer)
    assert (answer.status_code, "<dd>l1团队</dd>" in page) == (409, True)
    assert "没有保存，您填写的团队名称：没有保存的名称" in page
    assert page.count("没有保存的名称") == 1


def test_who_chooses_over_and_over_is_stopped_and_leaders_are_not_flooded(world):
    teams = world.team("l1", members=0), world.team("l2", members=0)
    world.person("newcomer", "team_member")
    client = world.client("newcomer")
    codes = [client.post(MEMBERSHIP, {"team": teams[turn % 2].pk}).status_code for turn in range(20)]
    assert codes[: team_services.CHOICES_AN_HOUR + 1] == [302] * team_services.CHOICES_AN_HOUR + [409]
    leaders = [team.leader_id for team in teams]
    assert Notice.objects.filter(user__in=leaders, text__contains="申请加入").count() == team_services.CHOICES_AN_HOUR
    assert Membership.objects.filter(user__username="newcomer").count() == team_services.CHOICES_AN_HOUR
    assert "请稍后再选" in text_of(client.post(MEMBERSHIP, {"team": teams[1].pk}))


def test_a_team_with_members_keeps_its_unit(world):
    team = world.team(members=1)
    other = world.unit("u2").organisation
    assert "请先移出成员" in refused(team_services.save_team, leader=team.leader, unit=other, name=team.name)
    team_services.remove(leader=team.leader, membership_id=row_of("l1m1").pk, reason="换单位")
    assert team_services.save_team(leader=team.leader, unit=other, name=team.name).unit == other


# One person, one team


def test_who_chooses_another_team_leaves_the_first(world):
    first, second = world.team("l1", members=1), world.team("l2", members=0)
    row = team_services.join(user=world.user("l1m1"), team=second)
    assert (row.team, row.state) == (second, "joined")
    assert not first.counted().exists()
    assert Membership.objects.filter(user=row.user).exclude(state="removed").count() == 1


def test_the_database_itself_refuses_a_second_team(world):
    world.team("l1", members=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=world.user("l1m1"), team=world.team("l2", members=0))


def test_choosing_the_same_team_again_changes_nothing(world):
    team = world.team(members=1)
    with nothing_written():
        assert team_services.join(user=world.user("l1m1"), team=team).state == "confirmed"


def test_a_leader_may_not_be_counted_in_another_team_behind_a_members_account(world):
    """One person, one team, by identity number: the second application is refused."""
    world.team_application("initial", "l2")
    case = world.team_draft("l1")
    world.twin("l1m1", "l2")
    said = problems(world, case)
    assert len(said) == 1
    assert world.user("l1m1").real_name in said[0]
    assert "420106" not in said[0]


def test_a_member_who_applies_elsewhere_is_named(world):
    """The same number behind a member's account here and a leader's there, the other way round too."""
    case = world.team_draft("l2")
    world.twin("l2", world.team_application("initial", "l1").owner.team.memberships.all()[0].user.username)
    assert problems(world, case) == [f"{world.user('l2').real_name}已在本批次的另一份申请中，一人只能参加一份申请"]


@pytest.mark.parametrize("came_back", ["returned", "withdrawn"])
def test_another_team_that_has_come_back_holds_nobody(world, came_back):
    other = world.team_application("initial", "l2")
    case = world.team_draft("l1")
    world.perform(other, "withdraw") if came_back == "withdrawn" else world.return_it(other)
    world.twin("l1m1", "l2")
    assert world.perform(case, "submit").state == "initial"
    assert Post.objects.filter(application=case).count() == 3
    (said,) = problems(world, fresh(other))
    assert said.startswith(world.user("l2").real_name)


def test_who_stands_in_a_team_may_not_apply_as_an_individual_beside_it(world):
    """一人一岗, whichever was first."""
    world.team_application("initial")
    case = world.draft("s1")
    world.twin("s1", "l1m1")
    assert problems(world, case) == [f"{world.user('s1').real_name}已在本批次的另一份申请中，一人只能参加一份申请"]


def test_who_has_applied_as_an_individual_may_not_be_counted_in_a_team(world):
    world.application("initial", "s1")
    case = world.team_draft()
    world.twin("l1m1", "s1")
    assert problems(world, case) == [f"{world.user('l1m1').real_name}已在本批次的另一份申请中，一人只能参加一份申请"]


def test_two_accounts_of_one_person_in_one_team_take_one_post(world):
    case = world.team_draft(members=3)
    world.twin("l1m1", "l1")
    world.perform(case, "submit")
    assert set(Post.objects.values_list("user__username", flat=True)) == {"l1", "l1m2", "l1m3"}


def test_a_leader_may_not_apply_as_an_individual_in_the_same_batch(world):
    world.twin("s1", world.team_application("initial").owner.username)
    assert problems(world, world.draft("s1")) == ["同一申报批次内，该证件号码已有一份申请，一人只能申报一次"]


def test_who_has_applied_as_an_individual_may_not_lead_in_the_same_batch(world):
    world.application("initial", "s1")
    case = world.team_draft()
    world.twin("l1", "s1")
    assert problems(world, case) == ["同一申报批次内，该证件号码已有一份申请，一人只能申报一次"]


def test_the_roles_do_not_borrow_each_others_forms(world):
    """A leader's application is a team's, a member has none."""
    leader, member = world.person("l9", "team_leader"), world.person("m9", "team_member")
    assert services.start(leader, world.batch).kind == "team"
    assert not member.has_perm("applications.apply_personal")
    assert not member.has_perm("applications.apply_team")
    for address in ("/application/", "/application/edit/", TEAM):
        assert world.client("m9").get(address).status_code == 403
    assert world.client("l9").get(MEMBERSHIP).status_code == 403
    assert world.client("s1").get(TEAM).status_code == 403


# 「确认」 and 「删除」


@pytest.mark.parametrize("reason", ["", " ", "\u3000\n"])
def test_removal_needs_words(world, reason):
    team = world.team(members=1)
    row = row_of("l1m1")
    assert refused(team_services.remove, leader=team.leader, membership_id=row.pk, reason=reason) == (
        "请填写移出原因，成员会看到。"
    )
    answer = world.client("l1").post(f"{TEAM}{row.pk}/remove/", {"reason": reason})
    assert told(answer) == "请填写移出原因，成员会看到。"
    assert row_of("l1m1").state == "confirmed"


def test_the_member_reads_why_and_may_choose_again(world):
    team = world.team(members=1)
    world.client("l1").post(f"{TEAM}{row_of('l1m1').pk}/remove/", {"reason": "本年度<b>另有</b>任务"})
    client = world.client("l1m1")
    page = text_of(client.get(MEMBERSHIP))
    assert f"已移出「{team.name}」" in page
    assert "本年度&lt;b&gt;另有&lt;/b&gt;任务" in page
    assert client.post(MEMBERSHIP, {"team": team.pk}).status_code == 302
    assert row_of("l1m1").state == "joined"
    assert "本年度" not in text_of(client.get(MEMBERSHIP))


def test_what_was_typed_is_there_again_after_the_session_ended(world):
    """The login page promises it, for these two pages as well."""
    team = world.team(members=1)
    other = world.team("l2", members=0)
    for who, page, data in (("l1", TEAM, {"name": "换个名称"}), ("l1m1", MEMBERSHIP, {"team": other.pk})):
        client = world.client(who)
        client.get(page)
        session = client.cookies.pop("sessionid")
        assert client.post(page, {"unit": team.unit_id} | data)["Location"].startswith("/login/")
        kept = client.session["held"]
        client.cookies["sessionid"] = session.value
        session = client.session
        session["held"] = kept
        session.save()
        stands = client.get(page).context["form"].data
        assert {name: stands[name] for name in data} == {name: str(value) for name, value in data.items()}


def test_a_member_of_a_frozen_team_is_told_before_the_click(world):
    case = bustling(world, "initial")
    page = text_of(world.client("l1m1").get(MEMBERSHIP))
    assert "现在不能改选团队" in page
    assert 'name="team"' not in page
    assert case.owner.team.name in page
    assert 'name="team"' in text_of(world.client("newcomer").get(MEMBERSHIP))


def test_the_old_leader_is_told_that_somebody_left(world):
    team = world.team(members=1)
    other = world.team("l2", members=0)
    world.client("l1m1").post(MEMBERSHIP, {"team": other.pk})
    person = world.user("l1m1").real_name
    assert f"{person}已改选其他团队，不再是「{team.name}」的成员。" in text_of(world.client("l1").get("/inbox/"))


def test_a_team_keeps_its_unit_while_that_is_changed(world):
    """The unit stood as 「请选择」, and a new name was refused for want of a unit."""
    team = world.team(members=0)
    Organisation.objects.filter(pk=team.unit_id).update(active=False)
    client = world.client("l1")
    assert client.get(TEAM).context["form"]["unit"].value() == team.unit_id
    assert f'<option value="{team.unit_id}" selected>' in text_of(client.get(TEAM))
    assert client.post(TEAM, {"unit": team.unit_id, "name": "新的名称"}).status_code == 302
    assert Team.objects.get().name == "新的名称"


def test_a_leader_confirms_and_removes_nobody_of_another_team(world):
    world.team("l1", members=1)
    other = world.team("l2", members=0)
    row = world.member("theirs", other, confirmed=False)
    leader = world.user("l1")
    assert "已不在" in refused(team_services.confirm, leader=leader, membership_id=row.pk)
    assert "已不在" in refused(team_services.remove, leader=leader, membership_id=row.pk, reason="越权")
    client = world.client("l1")
    with nothing_written():
        client.post(f"{TEAM}{row.pk}/confirm/")
        client.post(f"{TEAM}{row.pk}/remove/", {"reason": "越权"})
    assert row_of("theirs").state == "joined"


def test_a_leader_reads_no_personal_number_of_a_member(world):
    world.team(members=1)
    person = world.user("l1m1")
    page = text_of(world.client("l1").get(TEAM)) + text_of(world.client("l1").get("/application/"))
    assert person.real_name in page
    assert person.profile.id_number not in page
    assert person.mobile not in page
    assert mask_mobile(person.mobile) in page


# Frozen from submission to decision


def changes(world: World, team: Team) -> list[tuple[Callable, dict]]:
    """Everything that can be tried on a team."""
    leader = team.leader
    joined = Membership.objects.get(user__username="waiting")
    return [
        (team_services.save_team, {"leader": leader, "unit": team.unit, "name": "另一个名称"}),
        (team_services.join, {"user": world.user("newcomer"), "team": team}),
        (team_services.join, {"user": world.user("l1m1"), "team": Team.objects.get(leader__username="l2")}),
        (team_services.confirm, {"leader": leader, "membership_id": joined.pk}),
        (team_services.remove, {"leader": leader, "membership_id": row_of("l1m1").pk, "reason": "另有任务"}),
    ]


def bustling(world: World, state: str, **options) -> Application:
    """A team in `state` with somebody who waits, somebody who comes, and another team."""
    case = world.team_draft()
    world.member("waiting", case.owner.team, confirmed=False)
    world.person("newcomer", "team_member")
    world.team("l2", members=0)
    return world.walk(case, state, options.get("returned_from", ""))


@pytest.mark.parametrize("state", [*JUDGED, "approved"])
def test_nothing_of_a_team_changes_while_it_is_judged(world, state):
    case = bustling(world, state)
    for call, arguments in changes(world, case.owner.team):
        assert "暂不能变动" in refused(call, **arguments), call.__name__


@pytest.mark.parametrize("state", JUDGED)
def test_nor_through_the_pages(world, state):
    team = bustling(world, state).owner.team
    leader = world.client("l1")
    page = text_of(leader.get(TEAM))
    assert "删除" not in page
    assert "确认</button>" not in page
    members = {world.client("newcomer"): team, world.client("l1m1"): Team.objects.get(leader__username="l2")}
    with nothing_written():
        leader.post(TEAM, {"unit": team.unit_id, "name": "另一个名称"})
        leader.post(f"{TEAM}{row_of('waiting').pk}/confirm/")
        leader.post(f"{TEAM}{row_of('l1m1').pk}/remove/", {"reason": "另有任务"})
        for client, chosen in members.items():
            assert "暂不能变动" in told(client.post(MEMBERSHIP, {"team": chosen.pk}))


@pytest.mark.parametrize("stage", ["initial", "province", "docking", "final"])
def test_after_a_return_it_is_free_again(world, stage):
    case = bustling(world, "returned", returned_from=stage)
    for call, arguments in changes(world, case.owner.team):
        with transaction.atomic():
            call(**arguments)
            transaction.set_rollback(True)


def test_and_after_a_withdrawal(world):
    case = world.perform(bustling(world, "initial"), "withdraw")
    call, arguments = changes(world, case.owner.team)[-1]
    call(**arguments)
    assert "还差 1 人" in problems(world, fresh(case))[0]


@pytest.mark.parametrize("stage", ["final", "approved"])
def test_a_later_batch_frees_a_team_that_was_selected_and_no_other(world, stage):
    """Selected for one year, it forms anew for the next; what is still judged stays as it is judged."""
    case = bustling(world, stage)
    now = timezone.now()
    later = Batch.objects.create(
        name="2027年度",
        year=2027,
        office=world.office,
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=9),
    )
    call, arguments = changes(world, case.owner.team)[-1]
    assert "暂不能变动" in refused(call, **arguments)
    Batch.objects.filter(pk=later.pk).update(opens_at=now - timedelta(days=1))
    if stage == "final":
        assert "暂不能变动" in refused(call, **arguments)
        return
    assert call(**arguments).state == "removed"
    assert selectors.team_frozen(case.owner) == ""
    # what was selected is what it was
    assert case.posts.count() == 3
    assert world.user("l1m1").real_name in [
        item.label.removeprefix("成员：") for item in case.revisions.get().document.fields
    ]


def test_in_the_next_batch_the_same_people_apply_again(world):
    """The post of one batch is none in another."""
    world.team_application("approved")
    now = timezone.now()
    world.batch = Batch.objects.create(
        name="2027年度", year=2027, office=world.office, opens_at=now, closes_at=now + timedelta(days=9)
    )
    case = world.write(services.start(world.user("l1"), world.batch), **team_form_values("YC"))
    assert world.perform(case, "submit").state == "initial"
    assert Post.objects.filter(user__username="l1m1").count() == 2


@pytest.mark.parametrize("name", ["l1", "l1m1", "l1m2"])
@pytest.mark.parametrize("state", JUDGED)
def test_the_profiles_of_all_people_are_held_fast_with_it(world, state, name):
    world.team_application(state)
    with nothing_written(), pytest.raises(ValidationError, match="审核中"):
        save_profile(user=world.user(name), values={"work_unit": "另一个单位"})
    save_profile(user=world.user(name), values={"phone": "027-11112222", "mobile": "19911112222"})


@pytest.mark.parametrize("name", ["l1", "l1m1"])
def test_after_approval_who_they_are_stays_what_was_approved(world, name):
    """B.2: everything could be changed then, the identity number too."""
    world.team_application("approved")
    with nothing_written(), pytest.raises(ValidationError, match="已审核成功"):
        save_profile(user=world.user(name), values={"id_number": identity_number(900)})
    save_profile(user=world.user(name), values={"work_unit": "另一个单位", "phone": "027-11112222"})


def test_the_profile_of_one_who_is_not_confirmed_is_free(world):
    bustling(world, "initial")
    save_profile(user=world.user("waiting"), values={"work_unit": "另一个单位"})


# What is frozen


def test_the_revision_holds_unit_team_and_every_confirmed_member(world):
    case = bustling(world, "initial")
    document = case.revisions.get().document
    texts = document.texts()
    people = "、".join(world.user(name).real_name for name in ("l1", "l1m1", "l1m2"))
    assert (texts["unit"], texts["team"], texts["size"]) == (case.unit.name, "l1团队", f"3 人（含负责人）：{people}")
    members = {item.key: item.label for item in document.fields if item.key.startswith("member_")}
    assert members == {
        f"member_{person.pk}": f"成员：{person.real_name}" for person in map(world.user, ("l1m1", "l1m2"))
    }
    assert len(document.texts()) == 3 + 2 + len(PROFILE_FIELDS) + len(fields_of(TeamForm))


def test_the_revision_stays_what_it_was_when_the_team_changes(world):
    case = world.team_application("returned")
    name = world.user("l1m2").real_name
    team_services.remove(leader=case.owner, membership_id=row_of("l1m2").pk, reason="另有任务")
    case.owner.team.name = "改过的名称"
    case.owner.team.save()
    frozen = case.revisions.get().document.texts()
    assert name in [item.label.removeprefix("成员：") for item in case.revisions.get().document.fields]
    assert frozen["team"] == "l1团队"
    page = text_of(world.client("u1").get(f"/review/selection/case/{case.pk}/"))
    assert name in page
    assert "改过的名称" not in page


def test_the_columns_of_the_queues_are_what_was_submitted(world):
    case = world.team_application("initial")
    assert (case.unit_name, case.team_name, case.kind) == (case.unit.name, "l1团队", "team")
    assert case.unit == case.desk == world.admission("u1").organisation
    assert (case.home_city.name, case.target_city.name) == ("武汉市", "宜昌市")
    assert [term.name for term in case.chains.all()] == [term.name for term in case.form.chains.all()] != []


def test_a_changed_membership_shows_as_changed_after_a_return(world):
    case = world.team_application("returned")
    gone = world.user("l1m2")
    team_services.remove(leader=case.owner, membership_id=row_of("l1m2").pk, reason="另有任务")
    new = world.member("new", case.owner.team).user
    case = world.perform(fresh(case), "submit")
    page = text_of(world.client("u1").get(f"/review/selection/case/{case.pk}/"))
    new_names = re.search(r"<ins[^>]*>3 人（含负责人）：([^<]*)</ins>", page)[1].split("、")
    old_names = re.search(r"<del[^>]*>3 人（含负责人）：([^<]*)</del>", page)[1].split("、")
    assert (new_names[2], old_names[2]) == (new.real_name, gone.real_name)
    assert new_names[:2] == old_names[:2]


def test_an_untouched_team_shows_no_change_after_a_return(world):
    case = world.perform(world.team_application("returned"), "submit")
    assert "is-changed" not in text_of(world.client("u1").get(f"/review/selection/case/{case.pk}/"))


@pytest.mark.parametrize(("name", "in_print"), [("u1", False), ("yc1", False), ("p1", True), ("l1", True)])
def test_identity_numbers_are_masked_on_screens_and_printed_for_few(world, monkeypatch, name, in_print):
    case = world.team_application("docking")
    number = case.owner.profile.id_number
    where = "/application/" if name == "l1" else f"/review/selection/case/{case.pk}/"
    page = text_of(world.client(name).get(where))
    sheets: list[str] = []
    monkeypatch.setattr("attachments.pdf.render", lambda html: sheets.append(html) or b"%PDF-")
    assert world.client(name).get(f"/application/{case.pk}/1/pdf/").status_code == 200
    assert "法人科技特派员（团队）申请表" in sheets[0]
    assert (number in sheets[0]) == in_print
    for member in map(world.user, ("l1m1", "l1m2")):
        assert member.real_name in sheets[0]
        assert member.profile.id_number not in page + sheets[0]
        assert member.mobile not in page + sheets[0]
    assert number not in page


# Whose it is


@pytest.mark.parametrize("member", ["l1", "l1m1"])
def test_nobody_decides_on_the_application_of_a_team_they_belong_to(world, member):
    case = world.team_application("province")
    world.twin("p1", member)
    assert refused(world.perform, case, "pass", "p1") == "不能办理本人的申请。"
    assert 'name="rows"' not in text_of(world.client("p1").get(f"/review/selection/case/{case.pk}/"))
    assert world.perform(case, "pass", "p2").state == "push"


def test_a_member_sees_the_state_and_not_the_text(world):
    case = world.team_application("docking", planned_service="只给审核的人看的话")
    client = world.client("l1m1")
    page = text_of(client.get(MEMBERSHIP)) + text_of(client.get("/workbench/"))
    assert "对接审核" in page
    assert "只给审核的人看的话" not in page
    assert case.owner.profile.id_number not in page
    assert not Application.objects.visible_to(world.user("l1m1")).exists()
    assert client.get(f"/application/{case.pk}/1/pdf/").status_code == 404
    assert client.get(f"/review/selection/case/{case.pk}/").status_code == 403
    other = world.user("l1m2")
    assert other.mobile not in page
    assert other.profile.id_number not in page


def test_a_member_reads_neither_the_words_of_a_return(world):
    world.team_application("returned")
    page = text_of(world.client("l1m1").get(MEMBERSHIP))
    assert "已退回" in page
    assert WORDS not in page


# After approval


def test_the_agreement_names_the_members_of_the_revision_that_was_approved(world):
    case = world.team_agreement("saved")
    names = [world.user(name).real_name for name in ("l1", "l1m1", "l1m2")]
    assert case.revisions.get().document.texts()["members"] == "、".join(names)
    assert agreement_document(case).texts()["team"] == "l1团队"
    assert case.revisions.get().document.texts()["division"].startswith("负责人统筹")


def test_the_unit_reads_its_teams_agreements_and_no_others(world):
    mine, other = world.team_agreement("archived", "l1"), world.team_agreement("saved", "l2")
    client = world.client("u1")
    page = text_of(client.get("/review/agreements/records/"))
    assert mine.number in page
    assert other.number not in page
    assert client.get(f"/review/agreements/case/{mine.pk}/").status_code == 200
    assert client.get(f"/review/agreements/case/{other.pk}/").status_code == 404
    assert client.get("/review/agreements/queue/archiving/").status_code == 403


# The people of a submitted application, as rows


def people_of(case: Application) -> list[tuple[str, str]]:
    return list(case.participants.order_by("pk").values_list("user__username", "part"))


def test_submitting_freezes_the_people_as_rows(world):
    case = world.team_application("initial")
    expected = [("l1", "leader"), ("l1m1", "member"), ("l1m2", "member")]
    assert people_of(case) == expected
    case = world.return_it(case)
    world.member("l1m3", case.owner.team)
    assert people_of(case) == expected  # not while it is being rewritten
    case = world.perform(case, "submit")
    assert people_of(case) == [*expected, ("l1m3", "member")]


def test_an_individual_has_no_such_rows(world):
    assert people_of(world.application("initial")) == []


def test_what_was_submitted_before_the_rows_existed_gets_the_same(world):
    """The migration writes what submitting writes."""
    migration = import_module("applications.migrations.0004_statistics_of_what_is_there")
    case, other = world.team_application("province"), world.application("initial")
    facts = ("discipline", "unit_nature")
    rows = list(case.participants.order_by("pk").values("user", "name", "part", "discipline", "at"))
    written = [Application.objects.values(*facts).get(pk=pk) for pk in (case.pk, other.pk)]
    case.participants.all().delete()
    Application.objects.update(discipline=None, unit_nature=None)
    migration.write_facts(apps, None)
    migration.write_people(apps, None)
    assert [Application.objects.values(*facts).get(pk=pk) for pk in (case.pk, other.pk)] == written
    assert written[0]["unit_nature"]
    assert list(case.participants.order_by("pk").values("user", "name", "part", "discipline", "at")) == rows
