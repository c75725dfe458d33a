"""History can't be changed through the code, and a change made beside it is found."""

import hashlib
import json
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from io import StringIO
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction

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
    name = f"Application {case.pk}"
    also = {
        "revision": [f"{name} revision 9: missing", f"{name}: revision 1, history says 9"],
        "actor_id": sorted(
            f"History of user-{world.user(who).pk}: {there} steps, {counted} expected"
            for who, there, counted in (("hg1", 1, 0), ("wh1", 0, 1))
        ),
    }
    assert check() == [f"{name} step 2: the seal does not fit", *also.get(column, ())]


def test_a_moment_that_was_moved_by_a_microsecond_is_found(case):
    at = case.steps.get(number=2).at + timedelta(microseconds=1)
    sql("UPDATE applications_applicationstep SET at = %s WHERE case_id = %s AND number = 2", at, case.pk)
    assert check() == [f"Application {case.pk} step 2: the seal does not fit"]


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_missing_row_is_found(case, number):
    sql("DELETE FROM applications_applicationstep WHERE case_id = %s AND number = %s", case.pk, number)
    assert check()


def test_the_end_cut_off_together_with_the_state_is_found(world, case):
    """Somebody takes the last step away and sets the case back to where it stood before."""
    last = case.steps.last()
    sql("DELETE FROM applications_applicationstep WHERE id = %s", last.pk)
    sql(
        "UPDATE applications_application SET state = %s, step_count = %s WHERE id = %s",
        last.from_state, last.number - 1, case.pk,
    )  # fmt: skip
    sql("UPDATE applications_applicationhandling SET state = %s WHERE case_id = %s", last.from_state, case.pk)
    assert check() == [f"History of user-{last.actor_id}: 1 steps, 2 expected"]
    sql("UPDATE accounts_auditchain SET steps = 1 WHERE name = %s", f"user-{last.actor_id}")
    assert check() == [f"Audit user-{last.actor_id}: its head does not fit"]


def test_a_whole_case_that_is_gone_is_found(world, case):
    other = world.application("initial", "s2")
    for table in ("step", "revision", "handling"):
        sql(f"DELETE FROM applications_application{table} WHERE case_id = %s", other.pk)
    sql(
        "UPDATE applications_application SET state = 'draft', step_count = 0, revision_number = 0 WHERE id = %s",
        other.pk,
    )
    assert check() == [f"History of user-{other.owner_id}: 0 steps, 1 expected"]


def test_history_whose_case_is_gone_is_found(case):
    with transaction.atomic():
        sql("DELETE FROM applications_application WHERE id = %s", case.pk)
        assert list(faults(Application)) == [f"Application {case.pk}: missing, its history is there"]
        transaction.set_rollback(True)


def test_seals_made_anew_without_our_key_are_found(case):
    """As the database alone lets anybody make them: a hash over the row."""
    previous = ""
    for step in case.steps.all():
        row = [step._meta.label_lower, previous, *(str(getattr(step, name)) for name in step.SEALED)]
        previous = hashlib.sha256(json.dumps([*row, f"{step.at.timestamp():.6f}"]).encode()).hexdigest()
        sql("UPDATE applications_applicationstep SET seal = %s WHERE id = %s", previous, step.pk)
    assert check() == [f"Application {case.pk} step {number}: the seal does not fit" for number in range(1, 5)]


def test_what_was_judged_and_was_changed_is_found(case):
    revision = case.revisions.get()
    revision.content["sections"][0]["fields"][0]["text"] = "x"
    sql(
        "UPDATE applications_applicationrevision SET content = %s WHERE id = %s",
        json.dumps(revision.content), revision.pk,
    )  # fmt: skip
    assert check() == [f"Application {case.pk} revision 1: the seal does not fit"]


@pytest.mark.parametrize("column", ["code", "at", "number"])
def test_a_version_under_another_name_is_found(case, column):
    value = {"code": "X" * 12, "at": case.revisions.get().at + timedelta(microseconds=1), "number": 2}[column]
    sql(f"UPDATE applications_applicationrevision SET {column} = %s WHERE case_id = %s", value, case.pk)
    assert f"Application {case.pk} revision {value if column == 'number' else 1}: the seal does not fit" in check()


@pytest.mark.parametrize("number", [1, 2])
def test_a_version_that_is_gone_is_found(world, number):
    case = world.walk(world.return_it(world.application("province")), "initial")
    assert case.revision_number == 2
    sql("DELETE FROM applications_applicationrevision WHERE case_id = %s AND number = %s", case.pk, number)
    assert check() == [f"Application {case.pk} revision {number}: missing"]


def test_two_versions_that_changed_places_are_found(world):
    case = world.walk(world.return_it(world.application("province")), "initial")
    for old, new in ((1, 9), (2, 1), (9, 2)):
        sql(
            "UPDATE applications_applicationrevision SET number = %s WHERE case_id = %s AND number = %s",
            new, case.pk, old,
        )  # fmt: skip
    assert check() == [f"Application {case.pk} revision {number}: the seal does not fit" for number in (1, 2)]


def test_a_case_that_points_at_an_older_version_is_found(world):
    case = world.walk(world.return_it(world.application("province")), "initial")
    sql("UPDATE applications_application SET revision_number = 1 WHERE id = %s", case.pk)
    assert check() == [f"Application {case.pk}: revision 1, history says 2"]


@pytest.mark.parametrize("change", [lambda row: row.save(), lambda row: row.delete()], ids=["save", "delete"])
def test_the_code_has_no_way_to_change_a_version(case, change):
    with pytest.raises(TypeError):
        change(case.revisions.get())


def test_what_was_sealed_before_there_was_a_key_is_sealed_anew(world, case):
    """And what did not fit then is not made to fit by it."""
    migration = import_module("portal.migrations.0012_keyed_seals")
    previous = ""
    for step in case.steps.all():
        row = [*(str(getattr(step, name)) for name in step.SEALED), f"{step.at.timestamp():.6f}"]
        previous = hashlib.sha256(json.dumps([previous, *row], ensure_ascii=False).encode()).hexdigest()
        sql("UPDATE applications_applicationstep SET seal = %s WHERE id = %s", previous, step.pk)
    sql("UPDATE applications_applicationrevision SET seal = ''")
    sql("UPDATE accounts_auditchain SET steps = 0, before = ''")
    owner = f"user-{case.owner_id}"
    sql("DELETE FROM accounts_auditchain WHERE name = %s", owner)  # who never came in while there were chains
    migration.unseal_chains(apps, None)
    sql("UPDATE applications_applicationstep SET comment = 'x' WHERE case_id = %s AND number = 3", case.pk)
    migration.seal(apps, SimpleNamespace(connection=connection))
    assert check() == [f"Application {case.pk} step 3: the seal does not fit"]


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
    with django_assert_num_queries(3 * len(list(registry.all_processes())) + 2):  # of cases their steps and versions
        for process in registry.all_processes():
            list(faults(process.model))
