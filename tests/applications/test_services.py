"""个人申请表: beginning, saving, completeness, and the clock of the batch."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Profile
from accounts.selectors import PROFILE_FIELDS, USER_FIELDS
from accounts.services import save_profile
from applications import selectors, services
from applications.documents import document_of, fields_of
from applications.models import Application, Batch, PersonalForm
from review.refusal import Refused
from tests.changes import nothing_written, undone
from tests.world import county, form_values

FORM_FIELDS = fields_of(PersonalForm)


def problems(world, case) -> list[str]:
    with nothing_written(), pytest.raises(Refused) as refused:
        world.perform(case, "submit")
    return [problem.message for problem in refused.value.problems]


def set_clock(batch: Batch, *, opens: float = -100, closes: float = 100, mends: float | None = None) -> None:
    """In seconds from now."""
    now = timezone.now()
    batch.opens_at, batch.closes_at = now + timedelta(seconds=opens), now + timedelta(seconds=closes)
    batch.mends_until = None if mends is None else now + timedelta(seconds=mends)
    batch.save()


# Beginning


def test_one_application_a_person_and_batch(world):
    first = services.start(world.user("s1"), world.batch)
    assert (first.state, first.kind, first.owner) == ("draft", "personal", world.user("s1"))
    with nothing_written():
        assert services.start(world.user("s1"), world.batch) == first
    assert PersonalForm.objects.count() == 1


def test_the_database_itself_refuses_a_second_one(world):
    services.start(world.user("s1"), world.batch)
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.create(owner=world.user("s1"), batch=world.batch, kind="personal")


@pytest.mark.parametrize(("opens", "closes"), [(5, 100), (-100, -1)])
def test_none_outside_of_the_batchs_time(world, opens, closes):
    set_clock(world.batch, opens=opens, closes=closes)
    with nothing_written(), pytest.raises(Refused):
        services.start(world.user("s1"), world.batch)
    assert Batch.current() is None


def test_of_two_open_batches_the_later_one_is_current(world):
    other = Batch.objects.create(
        name="2026年度补充", year=2026, office=world.office, opens_at=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert Batch.current() == other
    old, new = services.start(world.user("s1"), world.batch), services.start(world.user("s1"), other)
    assert selectors.application_of(world.user("s1")) == new
    assert list(selectors.applications_of(world.user("s1"))) == [new, old]


# Completeness: one truth for the form, for the page and for the door


def test_each_empty_field_of_the_form_is_named(world):
    case = world.draft()
    for name in FORM_FIELDS:
        field = PersonalForm._meta.get_field(name)
        empty = [] if field.many_to_many else None if field.is_relation else ""
        with undone():
            assert problems(world, world.write(case, **{name: empty})) == [f"个人申请表「{field.verbose_name}」未填写"]


def test_each_empty_field_of_the_profile_is_named(world):
    case = world.draft()
    for name in PROFILE_FIELDS:
        with undone():
            row = world.user("s1") if name in USER_FIELDS else world.user("s1").profile
            setattr(row, name, None if row._meta.get_field(name).is_relation else "")
            row.save()
            assert len(problems(world, case)) == 1, name


@pytest.mark.parametrize("blank", ["", " ", "\u3000\u3000", "\n\t "])
def test_blanks_of_any_width_are_empty(world, blank):
    assert problems(world, world.draft(introduction=blank)) == ["个人申请表「个人介绍」未填写"]


def test_an_untouched_form_names_all_fields_at_once(world):
    Profile.objects.filter(user__username="s1").delete()
    case = services.start(world.user("s1"), world.batch)
    case = Application.objects.for_review().get(pk=case.pk)
    named = problems(world, case)
    # 姓名 and 手机 are known from registering, the kind of identity card is preset
    assert len(named) == len(FORM_FIELDS) + len(PROFILE_FIELDS) - 3


def test_none_is_an_answer(world):
    case = world.draft(**dict.fromkeys(("introduction", "work_history", "target_host_address"), "无"))
    assert world.perform(case, "submit").state == "initial"


def test_a_county_of_another_city_is_refused_at_the_door_too(world):
    case = world.draft(target_county=county("HG"))
    assert problems(world, case) == ["拟服务县（市、区）不属于所选的拟服务地市"]


# One person, one application in a batch


def test_the_same_person_behind_another_account_is_refused(world):
    world.application("initial", "s1")
    case = world.draft("s4")
    user = world.user("s4")
    user.role = "team_member"  # one account a role: another role is the way to a second
    user.save()
    profile = user.profile
    profile.id_number = world.user("s1").profile.id_number
    profile.save()
    named = problems(world, case)
    assert named == ["同一申报批次内，该证件号码已有一份申请，一人只能申报一次"]
    assert "420106" not in "".join(named)


def test_in_another_batch_one_may_apply_again(world):
    world.application("approved")
    world.batch = Batch.objects.create(
        name="2027年度", year=2027, office=world.office, opens_at=timezone.now() - timedelta(days=1),
        closes_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert world.application("approved").batch == world.batch


# The clock


def test_a_second_before_the_end_is_in_time_and_the_end_itself_is_late(world, monkeypatch):
    case = world.draft()
    end = world.batch.closes_at
    for moment, late in ((end - timedelta(seconds=1), False), (end, True), (end + timedelta(seconds=1), True)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        assert bool(world.batch.closed_reason()) == late
    assert "截止，不能再提交审核" in problems(world, case)[0]


def test_what_was_begun_in_time_and_comes_late_is_refused(world):
    case = world.draft()
    set_clock(world.batch, closes=-1)
    assert "截止，不能再提交审核" in problems(world, case)[0]


def test_a_returned_one_may_be_mended_until_its_own_end(world):
    case = world.application("returned")
    fresh = world.draft("s4")
    set_clock(world.batch, closes=-1, mends=100)
    assert "截止" in problems(world, fresh)[0]
    assert world.perform(case, "submit").state == "initial"


def test_without_a_time_for_mending_the_end_is_the_end_for_all(world):
    case = world.application("returned")
    set_clock(world.batch, closes=-1)
    assert "截止" in problems(world, case)[0]


def test_what_was_returned_is_still_mended_when_it_was_taken_back_meanwhile(world):
    case = world.perform(world.application("returned"), "submit")
    set_clock(world.batch, closes=-1, mends=100)
    case = world.perform(case, "withdraw")
    assert (case.state, case.mending, case.closed_reason) == ("draft", True, "")
    assert world.perform(case, "submit").state == "initial"


@pytest.mark.parametrize(("returned", "mends", "words"), [
    (False, None, "不能撤回"), (False, 100, "可请武汉市科学技术局退回"), (True, -0.5, "不能撤回"),
])  # fmt: skip
def test_nothing_is_taken_back_that_could_not_come_again(world, returned, mends, words):
    case = world.application("initial") if not returned else world.perform(world.application("returned"), "submit")
    set_clock(world.batch, closes=-1, mends=mends)
    with nothing_written(), pytest.raises(Refused, match="撤回后不能再次提交审核") as refused:
        world.perform(case, "withdraw")
    assert words in refused.value.reason
    client = world.client("s1")
    page = client.get("/application/").content.decode()
    assert words in page
    assert "/application/withdraw/" not in page
    with nothing_written():
        client.post("/application/withdraw/", {"seen": case.seen})


def test_officers_decide_after_the_end_as_before(world):
    case = world.application("initial")
    set_clock(world.batch, closes=-1)
    assert world.walk(case, "approved").approved


def test_a_batch_that_closes_before_it_opens_is_refused_by_the_database(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        set_clock(world.batch, opens=10, closes=5)


# What submitting freezes


def test_the_queues_columns_are_what_was_submitted(world):
    case = world.application("initial")
    facts = {name: getattr(case, name) for name in ("applicant_name", "unit_name", "target_host")}
    assert facts == {
        "applicant_name": case.owner.real_name, "unit_name": "湖北省农业科学院", "target_host": "三峡柑橘专业合作社",
    }  # fmt: skip
    assert (case.home_city.name, case.target_city.name, case.target_county) == ("武汉市", "宜昌市", county("YC"))
    assert [term.name for term in case.chains.all()] == [term.name for term in case.form.chains.all()]
    assert case.person_key == case.owner.profile.id_hash != ""


def test_chains_follow_each_submission(world):
    case = world.application("returned")
    case = world.write(case, chains=form_values("YC")["chains"][:1])
    assert case.chains.count() == 2
    assert world.perform(case, "submit").chains.count() == 1


def test_a_draft_moves_nothing_of_what_was_submitted(world):
    case = world.application("returned")
    world.write(case, target_host="另一家公司", target_city=county("HG").parent, target_county=county("HG"))
    case.refresh_from_db()
    assert (case.target_host, case.target_city.name) == ("三峡柑橘专业合作社", "宜昌市")


def test_every_field_is_in_the_frozen_document_under_its_own_label(world):
    document = world.application("initial").revisions.get().document
    assert [item.key for item in document.fields] == [*(f"profile_{name}" for name in PROFILE_FIELDS), *FORM_FIELDS]
    texts = document.texts()
    assert len(texts) == len(PROFILE_FIELDS) + len(FORM_FIELDS)  # 专业 and 所学专业 are two
    assert texts["profile_id_number"] == world.user("s1").profile.id_number
    assert texts["profile_mobile"] == world.user("s1").mobile
    assert all(texts.values())


def test_no_personal_number_lies_in_clear_in_the_database(world):
    case = world.application("docking")
    number, phone = case.owner.profile.id_number, case.owner.mobile
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = json.dumps(cursor.fetchall(), default=str)
            assert number not in rows, table
            assert phone not in rows, table


# 基本信息 while it is being judged


@pytest.mark.parametrize("state", ["initial", "province", "push", "docking", "final"])
def test_the_profile_is_held_fast_while_somebody_judges_it(world, state):
    world.application(state)
    with nothing_written(), pytest.raises(ValidationError, match="审核中"):
        save_profile(user=world.user("s1"), values={"work_unit": "另一个单位"})


@pytest.mark.parametrize("state", ["draft", "returned"])
def test_and_free_while_it_is_being_written(world, state):
    world.application(state)
    save_profile(user=world.user("s1"), values={"work_unit": "另一个单位"})
    case = Application.objects.for_review().get()
    assert document_of(case).texts()["profile_work_unit"] == "另一个单位"
