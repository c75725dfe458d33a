"""The one door: what it does, and all that it refuses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.services import set_active
from applications import services as applications
from applications.models import Application, ApplicationHandling, ApplicationStep
from review.refusal import Refused
from review.services import MAX_COMMENT, perform, perform_many
from tests.changes import nothing_written
from tests.world import WORDS


def refusal(case, action: str, actor, *, seen: int | None = None, words: str = "") -> str:
    """The sentence with which a move is refused; nothing was written."""
    with nothing_written(), pytest.raises(Refused) as refused:
        perform(case, action, actor=actor, seen=case.seen if seen is None else seen, comment=words)
    return refused.value.reason


def test_a_move_changes_state_desk_and_history_together(world):
    case = world.application("initial")
    moved = world.perform(case, "pass", "wh2")
    assert (moved.state, moved.desk, moved.step_count, moved.returned_from) == ("province", world.office, 2, "")
    step = moved.steps.last()
    assert (step.number, step.action, step.label, step.from_state, step.to_state) == (
        2, "pass", "通过", "initial", "province",
    )  # fmt: skip
    assert (step.actor, step.organisation) == (world.user("wh2"), world.bureaus["WH"])
    assert (step.actor_name, step.organisation_name) == (step.actor.real_name, step.organisation.name)
    assert (step.revision, step.comment, step.at, step.bulk_id) == (1, "", moved.since, None)


def test_what_an_owner_does_is_in_no_office_name(world):
    step = world.application("initial").steps.get()
    assert (step.organisation, step.organisation_name, step.actor) == (None, "", world.user("s1"))


def test_a_return_keeps_where_it_came_from_and_a_new_round_begins_at_the_first_desk(world):
    case = world.application("returned", returned_from="final")
    assert (case.returned_from, case.desk, case.steps.last().comment) == ("final", None, WORDS)
    case = world.perform(case, "submit")
    assert (case.state, case.returned_from, case.desk, case.revision_number) == ("initial", "", world.bureaus["WH"], 2)


def test_words_given_with_a_pass_are_kept_too(world):
    case = world.perform(world.application("initial"), "pass", words="  材料齐全。\n")
    assert case.steps.last().comment == "材料齐全。"


# Refusals: a sentence, and nothing has changed


def test_what_was_not_seen_is_not_decided(world):
    case = world.application("initial")
    world.perform(case, "pass")
    reason = refusal(case, "pass", world.user("wh2"))
    assert reason.startswith("武汉市科学技术局已于")
    assert "「通过」，当前状态为「省厅审核」" in reason


def test_the_same_state_with_another_text_is_not_what_was_seen(world):
    """R02: returned by a colleague, rewritten, submitted again."""
    seen = world.application("initial")
    case = world.perform(world.write(world.return_it(seen), introduction="另一种介绍"), "submit")
    assert case.state == seen.state
    reason = refusal(case, "pass", world.user("wh1"), seen=seen.seen)
    assert reason.startswith("申请人已于")


def test_a_forged_version_is_no_key(world):
    case = world.application("initial")
    for seen in (0, case.seen + 1, 10**15):
        assert refusal(case, "pass", world.user("wh1"), seen=seen)


def test_a_move_that_the_state_does_not_have(world):
    case = world.application("province")
    for action in ("push", "accept", "submit", "withdraw", "approve", ""):
        assert refusal(case, action, world.user("p1")) == "当前状态为「省厅审核」，不能进行此操作。"


NOT_ALLOWED = "您无权办理这条记录。"


@pytest.mark.parametrize(
    ("state", "action", "others"),
    [
        ("initial", "pass", "yc1 hg1 p1 pa1 a1 s1 s2"),
        ("province", "pass", "wh1 yc1 hg1 a1 s1"),
        ("push", "push", "wh1 yc1 hg1 a1 s1"),
        ("docking", "accept", "wh1 hg1 p1 a1 s1"),
        ("final", "pass", "wh1 yc1 hg1 a1 s1"),
    ],
)
def test_the_wrong_role_or_desk(world, state, action, others):
    case = world.application(state)
    for name in others.split():
        reason = refusal(case, action, world.user(name))
        assert reason == ("不能办理本人的申请。" if name == "s1" else NOT_ALLOWED), name


def test_only_the_owner_submits_and_withdraws(world):
    draft, case = world.draft(), world.application("initial", "s2")
    for name in ("s2", "wh1", "p1", "a1"):
        assert refusal(draft, "submit", world.user(name)) == NOT_ALLOWED
    for name in ("s1", "yc1", "p1", "a1"):
        assert refusal(case, "withdraw", world.user(name)) == NOT_ALLOWED


@pytest.mark.parametrize("state", ["initial", "province", "push", "docking", "final"])
def test_nobody_decides_on_their_own_application_not_even_behind_another_account(world, state):
    case = world.application(state, "s4")
    officer = world.officer_at(case.desk).username
    world.twin(officer, "s4")
    for move in case.flow.moves_from(state):
        if move.by == "desk":
            assert refusal(case, move.action, world.user(officer), words=WORDS) == "不能办理本人的申请。"
    assert not case.moves_for(world.user(officer))
    colleague = {"wh1": "wh2", "p1": "p2"}[officer]
    assert world.perform(case, case.flow.onward(case.stage).action, colleague)


def test_an_officer_who_owns_it_does_not_decide_on_it(world):
    """Somebody was a specialist and is an officer now."""
    case = world.application("initial")
    owner, officer = world.user("s1"), world.user("wh1")
    owner.role = officer.role
    owner.save()
    for appointment in officer.appointment_set.all():
        type(appointment).objects.create(
            user=owner, content_object=appointment.content_object, permission=appointment.permission
        )
    assert refusal(case, "pass", world.user("s1")) == "不能办理本人的申请。"


@pytest.mark.parametrize("state", ["initial", "province", "docking", "final"])
@pytest.mark.parametrize("words", ["", "  \n\t", "\u3000"])
def test_a_return_without_words(world, state, words):
    case = world.application(state)
    action = "decline" if state == "docking" else "return"
    assert refusal(case, action, world.officer_at(case.desk), words=words) == "请填写退回意见。"


def test_words_beyond_the_limit(world):
    case, officer = world.application("initial"), world.user("wh1")
    assert "不能超过 1000 字" in refusal(case, "return", officer, words="字" * (MAX_COMMENT + 1))
    assert world.perform(case, "return", words="字" * MAX_COMMENT).steps.last().comment == "字" * MAX_COMMENT


def test_a_guard_names_what_is_missing_and_where(world):
    case = world.draft(introduction="", planned_service="\u3000")
    with nothing_written(), pytest.raises(Refused) as refused:
        perform(case, "submit", actor=case.owner, seen=case.seen)
    problems = refused.value.problems
    assert [problem.message for problem in problems] == [
        "个人申请表「个人介绍」未填写",
        "个人申请表「拟服务内容」未填写",
    ]
    assert [problem.url for problem in problems] == [
        "/application/edit/#id_introduction", "/application/edit/#id_planned_service",
    ]  # fmt: skip


def test_a_desk_where_nobody_sits_any_more_is_not_moved_to(world):
    case = world.application("push")
    world.bureaus["YC"].active = False
    world.bureaus["YC"].save()
    assert refusal(case, "push", world.user("p1")) == "下一环节没有可办理的机构，请联系系统管理员。"


def test_rights_end_with_the_appointment_the_role_the_account_and_the_office(world):
    case = world.application("initial")
    officer = world.user("wh1")
    officer.appointment_set.all().delete()
    assert refusal(case, "pass", world.user("wh1")) == NOT_ALLOWED
    officer = world.user("wh2")
    officer.role = "province"
    officer.save()
    assert refusal(case, "pass", world.user("wh2")) == NOT_ALLOWED
    officer.role = "city"
    officer.save()
    set_active(user=officer, active=False)
    assert refusal(case, "pass", world.user("wh2")) == NOT_ALLOWED
    set_active(user=officer, active=True)
    world.bureaus["WH"].active = False
    world.bureaus["WH"].save()
    assert refusal(case, "pass", world.user("wh2")) == NOT_ALLOWED


# Several at once


def test_each_row_of_a_batch_has_its_own_outcome_in_the_order_given(world):
    first, second, third = world.many(3, "initial")
    world.perform(second, "pass")
    outcomes = perform_many(
        Application, "pass", {third.pk: third.seen, second.pk: second.seen, first.pk: first.seen},
        actor=world.user("wh1"),
    )  # fmt: skip
    assert [outcome.case.pk for outcome in outcomes] == [third.pk, second.pk, first.pk]
    assert [outcome.refusal is None for outcome in outcomes] == [True, False, True]
    assert "当前状态为「省厅审核」" in outcomes[1].refusal.reason
    assert {outcome.step.bulk_id for outcome in outcomes if outcome.step} == {outcomes[0].step.bulk_id} != {None}
    assert set(Application.objects.values_list("state", flat=True)) == {"province"}


def test_a_batch_costs_as_many_queries_as_one_row(world, django_assert_max_num_queries):
    first, one, *more = world.many(14, "initial")
    world.perform(first, "pass")  # their audit chain begins
    officer = world.user("wh1")
    assert officer.desks
    assert officer.has_perm("applications.act_initial")
    with django_assert_max_num_queries(13):
        perform_many(Application, "pass", {one.pk: one.seen}, actor=officer)
    with django_assert_max_num_queries(13):
        perform_many(Application, "pass", {case.pk: case.seen for case in more}, actor=officer)


@pytest.mark.parametrize("team", [False, True])
def test_nor_where_the_officer_has_a_profile(world, team, django_assert_max_num_queries):
    """Of each row it is asked whether they are one of its people behind another account."""
    world.specialist(name="other")
    first, one, *more = world.many_teams(8, "docking") if team else world.many(8, "docking")
    world.perform(first, "accept")
    world.twin("yc1", "other")
    officer = world.user("yc1")
    assert officer.desks
    assert officer.has_perm("applications.act_docking")
    assert officer.profile.id_hash
    for cases in ([one], more):
        with django_assert_max_num_queries(22):
            perform_many(Application, "accept", {case.pk: case.seen for case in cases}, actor=officer)


def test_a_row_that_is_gone_has_no_outcome(world):
    assert perform_many(Application, "pass", {0: 1, 10**17: 1}, actor=world.user("wh1")) == []


# Withdrawing


def test_a_withdrawn_application_is_forgotten_by_desks_that_never_decided(world):
    case = world.application("initial")
    assert {row.organisation for row in case.handlings.all()} == {world.bureaus["WH"], world.office}
    case = world.perform(case, "withdraw")
    assert (case.state, case.desk, case.editable) == ("draft", None, True)
    assert not case.handlings.exists()
    for name in ("wh1", "p1"):
        assert not Application.objects.visible_to(world.user(name)).exists()


def test_after_a_withdrawal_a_desk_that_had_decided_keeps_what_it_decided_on(world):
    case = world.application("returned", returned_from="province")
    case = world.perform(case, "submit")
    assert set(case.handlings.values_list("organisation", "revision", "decided")) == {
        (world.bureaus["WH"].pk, 2, 1), (world.office.pk, 2, 1),
    }  # fmt: skip
    case = world.perform(case, "withdraw")
    assert set(case.handlings.values_list("organisation", "revision", "decided")) == {
        (world.bureaus["WH"].pk, 1, 1), (world.office.pk, 1, 1),
    }  # fmt: skip
    case = world.perform(world.write(case, introduction="改过的介绍"), "submit")
    assert (case.revision_number, set(case.handlings.values_list("revision", flat=True))) == (3, {3})


def test_nothing_is_withdrawn_once_somebody_has_decided(world):
    case = world.application("province")
    assert refusal(case, "withdraw", case.owner) == "当前状态为「省厅审核」，不能进行此操作。"


# Saving beside the door


def test_a_stale_save_of_the_form_never_touches_the_case(world):
    case = world.draft()
    version = case.form.version
    world.perform(case, "submit")
    with nothing_written(), pytest.raises(Refused, match="不能修改"):
        applications.save_form(case, actor=case.owner, version=version, values={"introduction": "改"})


def test_two_tabs_do_not_overwrite_each_other(world):
    case = world.draft()
    version = case.form.version
    world.write(case, introduction="第一个窗口")
    with nothing_written(), pytest.raises(Refused, match="另一个窗口"):
        applications.save_form(case, actor=case.owner, version=version, values={"introduction": "第二个窗口"})


def test_back_dating_fills_every_place_that_tells_the_time(world):
    """For demo data: one moment, in the case, its history, its revision and its record."""
    long_ago = timezone.now() - timedelta(days=400)
    case = world.draft()
    moved = perform(case, "submit", actor=case.owner, seen=case.seen, at=long_ago)
    assert moved.since == moved.submitted_at == long_ago
    assert ApplicationStep.objects.get().at == moved.revisions.get().at == long_ago
    assert set(ApplicationHandling.objects.values_list("arrived_at", flat=True)) == {long_ago}
