"""The audit trail on PostgreSQL: the database refuses what the code refuses; only writers of one chain queue."""

from threading import Barrier

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts.audit import Kind, faults, record
from accounts.models import AuditChain, AuditEntry, Organisation, User
from accounts.roles import Role
from accounts.services import issue_account
from tests.races.together import failures, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
EACH = 25


@pytest.fixture
def officers(db) -> list[User]:
    wuhan = Organisation.objects.get(region__name="武汉市")
    return [
        issue_account(username=f"o{n}wh", real_name="周", role=Role.CITY, organisations=[wuhan], password="x")[0]
        for n in range(2)
    ]


@pytest.mark.parametrize("statement", ["UPDATE accounts_auditentry SET text = 'x'", "DELETE FROM accounts_auditentry"])
def test_the_database_itself_refuses(officers, statement):
    record(officers[0], Kind.OTHER, "一")
    with pytest.raises((InternalError, ProgrammingError), match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().text == "一"


def test_rows_of_one_person_at_once_make_one_chain(officers):
    def write() -> None:
        for n in range(EACH):
            record(User.objects.get(pk=officers[0].pk), Kind.OTHER, f"第 {n} 次")

    assert failures(together(*[write] * 4)) == []
    chain, chains = AuditChain.objects.order_by("-name")
    assert chain.count == AuditEntry.objects.count() == 4 * EACH
    assert (chains.name, chains.count, chains.last) == (AuditChain.CHAINS, 1, chain.name)
    assert list(faults()) == []


def test_first_rows_of_several_at_once_are_all_counted(officers):
    def write(person: User) -> None:
        record(person, Kind.OTHER, "一")

    calls = [lambda person=person: write(person) for person in officers] * 3
    assert failures(together(*calls)) == []
    assert AuditChain.objects.get(name=AuditChain.CHAINS).count == 2
    assert list(faults()) == []


def test_nobody_waits_for_somebody_elses_long_work(officers):
    """Both are inside their transactions, each with a row written, at the same moment; only where somebody's first row
    begins a chain, others who begin theirs wait."""
    for person in officers:
        record(person, Kind.OTHER, "一")
    gate, met = Barrier(2), []

    def work(person: User) -> None:
        with transaction.atomic():
            record(person, Kind.OTHER, "长任务")
            gate.wait(10)
            met.append(person.pk)

    assert failures(together(*(lambda person=person: work(person) for person in officers))) == []
    assert sorted(met) == sorted(person.pk for person in officers)
    assert list(faults()) == []
