"""Two at once: one decision a stage, on the text they saw, and no deadlock (R01, R04, R05, R08, R11, W02, W04)."""

import threading

import pytest
from django.db import connection, transaction

from accounts.contention import BUSY
from agreements import services as agreements
from agreements.models import Agreement, AgreementQuerySet, NumberSeries
from applications import services as applications
from applications.models import (
    Application,
    ApplicationRevision,
    ApplicationStep,
    PersonalForm,
)
from applications.models.posts import Post
from applications.models.selection import ApplicationQuerySet
from review import scans, services
from review.history import faults
from review.refusal import Refused
from review.services import perform, perform_many
from tests import world as worlds
from tests.races.together import Gate, failures, one_by_one, together, unlocked, without
from tests.world import WORDS, World, agreement_values

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

STEP_NUMBER = (ApplicationStep, "applicationstep_number")
REVISION_NUMBER = (ApplicationRevision, "applicationrevision_number")
ONE_PERSON = (Application, "one_person_per_batch")
ONE_POST = (Post, "one_post_per_person")


@pytest.fixture
def world(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("attachments.validation.inspect", lambda raw, clean: clean.write_bytes(raw.read_bytes()) and 1)
    return worlds.build()


def no_lock(self, *args, **kwargs):
    return self


# Two officers, one row


def pass_and_return(world: World, case: Application) -> list:
    first, second = world.user("wh1"), world.user("wh2")
    return together(
        lambda: perform(case, "pass", actor=first, seen=case.seen),
        lambda: perform(case, "return", actor=second, seen=case.seen, comment=WORDS),
    )


def test_two_officers_on_one_row_without_the_lock(world, monkeypatch):
    """The race: both are told that their decision counts."""
    case = world.application("initial")
    monkeypatch.setattr(services, "_locked", Gate(2).after(unlocked))
    with without(STEP_NUMBER):
        assert failures(pass_and_return(world, case)) == []
        assert sorted(case.steps.filter(number=2).values_list("action", flat=True)) == ["pass", "return"]
        assert list(faults(Application)) != []


def test_two_officers_on_one_row_with_the_constraint_alone(world, monkeypatch):
    """The database's own rule stands behind the lock."""
    case = world.application("initial")
    monkeypatch.setattr(services, "_locked", Gate(2).after(unlocked))
    assert len(failures(pass_and_return(world, case))) == 1
    assert case.steps.filter(number=2).count() == 1
    assert list(faults(Application)) == []


def test_two_officers_on_one_row(world, monkeypatch):
    case = world.application("initial")
    monkeypatch.setattr(services, "_locked", Gate(2).after(services._locked))
    results = pass_and_return(world, case)
    (refused,) = failures(results)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("武汉市科学技术局已于")
    (decision,) = case.steps.filter(number=2)
    assert decision.action == ("return" if results[0] is refused else "pass")
    case.refresh_from_db()
    assert (case.state, case.step_count) == (decision.to_state, 2)
    assert list(faults(Application)) == []


def test_many_rounds_of_two_officers(world):
    """Without any help from a gate."""
    for case in world.many(15, "initial"):
        assert len(failures(pass_and_return(world, case))) == 1
        assert case.steps.count() == 2
    assert list(faults(Application)) == []


# Editing beside it


def edit_and_submit(case: Application, gate: Gate, monkeypatch) -> list:
    save = PersonalForm.save
    monkeypatch.setattr(PersonalForm, "save", lambda self, **kwargs: gate.wait() or save(self, **kwargs))
    owner, version = case.owner, case.form.version
    return together(
        lambda: applications.save_form(case, actor=owner, version=version, values={"introduction": "事后改写的话"}),
        lambda: perform(case, "submit", actor=owner, seen=case.seen),
    )


def frozen_text(case: Application) -> str:
    return case.revisions.get().document.texts()["introduction"]


def test_editing_while_submitting_without_the_lock(world, monkeypatch):
    """The race: what lies before the officers is not what the form says, though it is locked."""
    case = world.draft(introduction="提交的话")
    monkeypatch.setattr(ApplicationQuerySet, "select_for_update", no_lock)
    gate = Gate(2)
    monkeypatch.setattr(Application, "after_freeze", gate.after(Application.after_freeze))
    assert failures(edit_and_submit(case, gate, monkeypatch)) == []
    fresh = Application.objects.for_review().get()
    assert fresh.state == "initial"
    assert (frozen_text(fresh), fresh.form.introduction) == ("提交的话", "事后改写的话")


def test_editing_while_submitting(world, monkeypatch):
    case = world.draft(introduction="提交的话")
    gate = Gate(2)
    monkeypatch.setattr(Application, "after_freeze", gate.after(Application.after_freeze))
    edit_and_submit(case, gate, monkeypatch)
    fresh = Application.objects.for_review().get()
    assert frozen_text(fresh) == fresh.form.introduction
    assert fresh.state == "initial"


def edit_and_upload(case: Agreement, gate: Gate, monkeypatch) -> list:
    monkeypatch.setattr(scans, "store_pdf", gate.after(scans.store_pdf))
    owner = case.owner
    values = agreement_values() | {"work_plan": "事后改写的计划"}
    return together(
        lambda: agreements.save_agreement(case, actor=owner, version=case.version, values=values),
        lambda: agreements.upload_scan(case, actor=owner, seen=case.seen, upload=worlds.paper()),
    )


def test_a_stale_save_without_its_guards_takes_the_move_back(world, monkeypatch):
    """The race: the form is saved with all its columns, the state of a moment ago among them."""
    case = world.agreement("saved")
    save, upload, gate, moved = Agreement.save, agreements.upload_scan, Gate(2), threading.Event()

    def save_everything(self, *args, update_fields=None, **kwargs):
        gate.wait()
        moved.wait(5)
        save(self, *args, **kwargs)

    def upload_and_tell(*args, **kwargs):
        upload(*args, **kwargs)
        moved.set()

    monkeypatch.setattr(AgreementQuerySet, "select_for_update", no_lock)
    monkeypatch.setattr(Agreement, "save", save_everything)
    monkeypatch.setattr(agreements, "upload_scan", upload_and_tell)
    assert failures(edit_and_upload(case, gate, monkeypatch)) == []
    case.refresh_from_db()
    assert (case.state, case.steps.last().to_state) == ("saved", "archiving")
    assert list(faults(Agreement)) != []


def test_a_stale_save_never_takes_a_move_back(world, monkeypatch):
    case = world.agreement("saved")
    edit_and_upload(case, Gate(2), monkeypatch)
    case.refresh_from_db()
    assert case.state == "archiving"
    assert list(faults(Agreement)) == []


# Overlapping batches


def opposite_batches(world: World, cases: list[Application]) -> list:
    seen = {case.pk: case.seen for case in cases}
    backwards = dict(reversed(seen.items()))
    first, second = world.user("wh1"), world.user("wh2")
    return together(
        lambda: perform_many(Application, "pass", seen, actor=first),
        lambda: perform_many(Application, "pass", backwards, actor=second),
    )


def test_overlapping_batches_locked_row_by_row_run_into_each_other(world, monkeypatch):
    """The race: each holds what the other waits for."""
    cases = world.many(2, "initial")
    monkeypatch.setattr(services, "_locked", one_by_one)
    (refused,) = failures(opposite_batches(world, cases))
    assert "deadlock detected" in str(refused.__cause__)


def test_overlapping_batches(world, monkeypatch):
    cases = world.many(40, "initial")
    monkeypatch.setattr(services, "_locked", Gate(2).after(services._locked))
    results = opposite_batches(world, cases)
    assert failures(results) == []
    done = [[outcome.case.pk for outcome in result if outcome.step] for result in results]
    refused = [[outcome for outcome in result if outcome.refusal] for result in results]
    assert sorted(done[0] + done[1]) == sorted(case.pk for case in cases)
    assert [len(rows) for rows in refused] == [len(cases) - len(rows) for rows in done]
    assert set(Application.objects.values_list("state", "step_count")) == {("province", 2)}
    assert list(faults(Application)) == []


def test_batches_that_overlap_in_part_lose_no_row(world):
    cases = world.many(9, "initial")
    halves = {case.pk: case.seen for case in cases[:6]}, {case.pk: case.seen for case in cases[:2:-1]}
    officers = world.user("wh1"), world.user("wh2")
    results = together(
        *(
            lambda seen=seen, officer=officer: perform_many(Application, "pass", seen, actor=officer)
            for seen, officer in zip(halves, officers, strict=True)
        )
    )
    assert failures(results) == []
    assert set(Application.objects.values_list("state", "step_count")) == {("province", 2)}


def test_who_waits_too_long_is_told_so_and_nothing_has_happened(world):
    """lock_timeout: a request that nobody lets in answers; it does not hang."""
    case, officer = world.application("initial"), world.user("wh1")
    gate, answered = Gate(2), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            services._locked(Application, [case.pk])
            gate.wait()
            answered.wait(10)

    def decide() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        gate.wait()
        try:
            perform(case, "pass", actor=officer, seen=case.seen)
        finally:
            answered.set()

    _, refused = together(hold, decide)
    assert isinstance(refused, Refused)
    assert refused.reason == BUSY
    case.refresh_from_db()
    assert (case.state, case.step_count) == ("initial", 1)


# One person, one application


def submit_at_once(case: Application, times: int) -> list:
    owner = case.owner
    return together(*[lambda: perform(case, "submit", actor=owner, seen=case.seen)] * times)


def test_submitting_twice_at_once_without_the_guards(world, monkeypatch):
    """The race: one double click, two submissions."""
    case = world.draft()
    monkeypatch.setattr(services, "_locked", Gate(2).after(unlocked))
    monkeypatch.setattr(Application, "_hold_people", staticmethod(lambda cases: None))
    with without(STEP_NUMBER, REVISION_NUMBER, ONE_POST):
        assert failures(submit_at_once(case, 2)) == []
        assert case.steps.count() == case.revisions.count() == 2


def test_submitting_ten_times_at_once(world):
    case = world.draft()
    results = submit_at_once(case, 10)
    assert len(failures(results)) == 9
    assert all(isinstance(failure, Refused) for failure in failures(results))
    assert case.steps.count() == case.revisions.count() == 1


@pytest.fixture
def twins(world) -> list[Application]:
    """Two accounts, one identity number, each with a form that is ready."""
    cases = [world.draft("s1"), world.draft("s4")]
    twin = world.user("s4")
    twin.role = "team_member"
    twin.save()
    profile = twin.profile
    profile.id_number = world.user("s1").profile.id_number
    profile.save()
    return [Application.objects.for_review().get(pk=case.pk) for case in cases]


def submit_both(twins: list[Application], monkeypatch) -> list:
    """Both have looked for the other before either is written."""
    monkeypatch.setattr(Application, "before_freeze", Gate(2).after(Application.before_freeze))
    return together(*(lambda case=case: perform(case, "submit", actor=case.owner, seen=case.seen) for case in twins))


def test_one_person_behind_two_accounts_without_the_constraint(twins, monkeypatch):
    """The race: neither is there yet when the other looks."""
    with without(ONE_PERSON, ONE_POST):
        assert failures(submit_both(twins, monkeypatch)) == []
        assert Application.objects.filter(state="initial").count() == 2


def test_one_person_behind_two_accounts(twins, monkeypatch):
    (refused,) = failures(submit_both(twins, monkeypatch))
    assert isinstance(refused, Refused)
    assert refused.reason == "同一申报批次内，该证件号码已有一份申请，一人只能申报一次"
    assert sorted(Application.objects.values_list("state", flat=True)) == ["draft", "initial"]


def test_beginning_ten_times_at_once_begins_one(world):
    user = world.user("s1")
    results = together(*[lambda: applications.start(user, world.batch)] * 10)
    assert failures(results) == []
    assert {case.pk for case in results} == {Application.objects.get().pk}
    assert PersonalForm.objects.count() == 1


# Numbers


@pytest.fixture
def four(world) -> list[Agreement]:
    """Four agreements that are complete and about to get their numbers."""
    cases = [world.agreement("blank", owner) for owner in ("s1", "s2", "s3", "s4")]
    return [agreements.save_agreement(case, actor=case.owner, version=0, values=agreement_values()) for case in cases]


def save_all(cases: list[Agreement], monkeypatch) -> list:
    """All have read the last number before any writes the next."""
    save, gate = NumberSeries.save, Gate(len(cases))
    monkeypatch.setattr(NumberSeries, "save", lambda self, **kwargs: gate.wait() or save(self, **kwargs))
    return together(*(lambda case=case: perform(case, "save", actor=case.owner, seen=case.seen) for case in cases))


def last_figures() -> list[str]:
    return sorted(number[-4:] for number in Agreement.objects.values_list("number", flat=True))


def test_parallel_agreements_without_the_lock_get_the_same_number(four, monkeypatch):
    """The race: all add one to the same last number."""
    NumberSeries.objects.create(prefix="鄂科特〔2026〕个-", last=1)  # there is a last number already
    monkeypatch.setattr(NumberSeries.objects, "select_for_update", NumberSeries.objects.all, raising=False)
    with without((Agreement, "agreement_number")):
        assert failures(save_all(four, monkeypatch)) == []
        assert last_figures() == ["0002"] * 4


def test_parallel_agreements_get_numbers_of_their_own(four, monkeypatch):
    assert failures(save_all(four, monkeypatch)) == []
    assert last_figures() == ["0001", "0002", "0003", "0004"]
