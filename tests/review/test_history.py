"""History can't be changed through the code, and a change made beside it is found."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from applications.models import Application, ApplicationStep
from review import registry
from review.history import faults


def check() -> list[str]:
    """What `manage.py check_history` says, line by line; empty when all is well."""
    out = StringIO()
    with suppress(CommandError):  # the exit code of a cron job
        call_command("check_history", stdout=out)
        assert out.getvalue() == "办理记录与操作日志完整，状态一致。\n"
        return []
    return out.getvalue().splitlines()


def sql(statement: str, *values) -> None:
    """Behind the code's back, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def case(world) -> Application:
    return world.application("docking")


def test_all_is_well(world, case):
    world.application("returned", "s2", returned_from="final")
    world.perform(world.application("initial", "s3"), "withdraw")
    world.draft("s4")
    assert check() == []


def test_agreements_are_checked_too(world):
    case = world.agreement("archived")
    assert check() == []
    sql("UPDATE agreements_agreement SET state = 'saved' WHERE id = %s", case.pk)
    assert check() == [
        f"Agreement {case.pk}: state saved, history says archived",
        f"Agreement {case.pk}: state saved, its record says archived",
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda step: step.save(),
        lambda step: step.delete(),
        lambda step: step.case.steps.filter(pk=step.pk).update(comment="另一句话"),
        lambda step: step.case.steps.all().delete(),
        lambda step: ApplicationStep.objects.bulk_update([step], ["comment"]),
    ],
    ids=["save", "delete", "update", "delete all", "bulk update"],
)
def test_the_code_has_no_way_to_change_it(case, change):
    step = case.steps.get(number=2)
    step.comment = "另一句话"
    with pytest.raises(TypeError):
        change(step)


@pytest.mark.parametrize("column", ["comment", "label", "actor_name", "organisation_name", "to_state", "action"])
def test_a_changed_word_is_found(case, column):
    sql(f"UPDATE applications_applicationstep SET {column} = 'x' WHERE case_id = %s AND number = 2", case.pk)
    assert any("step 2: the seal does not fit" in line for line in check())


@pytest.mark.parametrize("column", ["actor_id", "revision", "organisation_id"])
def test_a_changed_number_is_found(world, case, column):
    other = {"actor_id": world.user("hg1").pk, "revision": 9, "organisation_id": world.bureaus["HG"].pk}[column]
    sql(f"UPDATE applications_applicationstep SET {column} = %s WHERE case_id = %s AND number = 2", other, case.pk)
    assert check() == [f"Application {case.pk} step 2: the seal does not fit"]


def test_a_moment_that_was_moved_by_a_microsecond_is_found(case):
    at = case.steps.get(number=2).at + timedelta(microseconds=1)
    sql("UPDATE applications_applicationstep SET at = %s WHERE case_id = %s AND number = 2", at, case.pk)
    assert check() == [f"Application {case.pk} step 2: the seal does not fit"]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_missing_row_is_found(case, number):
    sql("DELETE FROM applications_applicationstep WHERE case_id = %s AND number = %s", case.pk, number)
    assert check()


def test_a_row_that_was_put_in_is_found(world, case):
    step = case.steps.last()
    step.pk, step.number = None, step.number + 1
    ApplicationStep.objects.bulk_create([step])
    assert any("does not follow from docking" in line for line in check())


def test_rows_in_another_order_are_found(case):
    for old, new in ((2, 90), (3, 2), (90, 3)):
        sql("UPDATE applications_applicationstep SET number = %s WHERE case_id = %s AND number = %s", new, case.pk, old)
    assert check()


def test_a_state_that_history_does_not_explain_is_found(case):
    sql("UPDATE applications_application SET state = 'approved' WHERE id = %s", case.pk)
    record = f"Application {case.pk}: state approved, its record says docking"
    assert check() == [f"Application {case.pk}: state approved, history says docking", *[record] * 3]  # of three desks


def test_each_fault_names_its_own_case(world, case):
    other = world.application("initial", "s2")
    sql("UPDATE applications_application SET step_count = 7 WHERE id = %s", other.pk)
    assert list(faults(Application)) == [f"Application {other.pk}: 1 steps, 7 expected"]


def test_checking_costs_no_query_per_case(world, django_assert_num_queries):
    world.many(3, "initial")
    with django_assert_num_queries(3 * len(list(registry.all_processes()))):
        for process in registry.all_processes():
            list(faults(process.model))
