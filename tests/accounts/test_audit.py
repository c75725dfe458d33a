"""登录日志 and 操作日志: written once, in chains that show what was changed or taken away (D09, Y04)."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from accounts import audit, parameters, services
from accounts.audit import Kind, Note, faults, record, record_all, record_taken
from accounts.models import AuditChain, AuditEntry, Parameter
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sql(statement: str, *values) -> None:
    """Behind the code's back, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def trail(officer, specialist) -> list[AuditEntry]:
    """Three rows of the officer, with one of somebody else and one of nobody between them."""
    first = record(officer, Kind.EXPORT, "导出审核记录", rows=12)
    record(specialist, Kind.PASSWORD, "修改密码", about=specialist)
    second = record(officer, Kind.RESET, "重置密码", about=specialist)
    record(None, Kind.LOGIN_FAILED, "账号或密码不正确", ok=False, address="10.0.0.9")
    return [first, second, record(officer, Kind.OTHER, "查看", names=["甲", {"乙": 1}])]


def test_who_as_what_whence_and_what(officer, specialist, wuhan):
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.user = officer
    record(request, Kind.REVEAL, "查看完整号码", about=specialist, reason="核对")
    entry = AuditEntry.objects.get()
    officer.real_name = "后来的名字"
    officer.save()
    wuhan.name = "后来的机构"
    wuhan.save()
    assert (entry.actor, entry.actor_name, entry.actor_role) == (officer, "周文博", "地市科技管理部门")
    assert (entry.actor_organisation, entry.address) == ("武汉市科学技术局", "10.1.2.3")
    assert (entry.object_type, entry.object_id, entry.object_name) == ("accounts.user", specialist.pk, "陈婉清")
    assert (entry.log, entry.kind, entry.succeeded, entry.extra) == ("operation", "reveal", True, {"reason": "核对"})


def test_all_is_well(trail):
    assert list(faults()) == []
    assert [entry.number for entry in trail] == [1, 2, 3]
    assert AuditChain.objects.count() == 3 + 1  # and the one that counts them


@pytest.mark.parametrize(
    "column",
    ["kind", "log", "actor_name", "actor_role", "actor_organisation", "text", "object_type", "object_name", "extra"],
)
def test_a_changed_word_is_found(trail, column):
    value = '{"rows": 13}' if column == "extra" else "login" if column == "log" else "x"
    sql(f"UPDATE accounts_auditentry SET {column} = %s WHERE id = %s", value, trail[1].pk)
    assert list(faults()) == [f"Audit {trail[1].chain} row 2: the seal does not fit"]


@pytest.mark.parametrize("column", ["at", "address", "object_id", "actor_id", "succeeded"])
def test_a_changed_fact_is_found(trail, specialist, column):
    value = {
        "at": trail[1].at + timedelta(microseconds=1), "address": "10.0.0.1", "object_id": 77,
        "actor_id": specialist.pk, "succeeded": False,
    }[column]  # fmt: skip
    sql(f"UPDATE accounts_auditentry SET {column} = %s WHERE id = %s", value, trail[1].pk)
    assert list(faults()) == [f"Audit {trail[1].chain} row 2: the seal does not fit"]


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_missing_row_is_found(trail, index):
    sql("DELETE FROM accounts_auditentry WHERE id = %s", trail[index].pk)
    assert list(faults()) == [f"Audit {trail[0].chain}: row {index + 1} to {index + 1} missing"]


def test_a_chain_that_is_gone_is_found(trail):
    sql("DELETE FROM accounts_auditentry WHERE chain = %s", trail[0].chain)
    assert list(faults()) == [f"Audit {trail[0].chain}: row 1 to 3 missing"]


def test_the_end_cut_off_together_with_its_count_is_found(trail):
    """The head is sealed with a key that is not in the database: an older one can't be made out of the rows."""
    chain = trail[0].chain
    sql("DELETE FROM accounts_auditentry WHERE id = %s", trail[2].pk)
    sql("UPDATE accounts_auditchain SET count = 2, last = %s WHERE name = %s", trail[1].seal, chain)
    assert list(faults()) == [f"Audit {chain}: its head does not fit"]
    sql("DELETE FROM accounts_auditchain WHERE name = %s", chain)
    assert list(faults()) == [
        f"Audit {chain}: the whole chain is missing",
        "Audit: 2 chains, 3 expected",
        f"Audit {chain}: its head is missing",
    ]


@pytest.mark.parametrize("number", [0, 1, 2], ids=["the first", "one between", "the newest"])
def test_a_whole_chain_that_is_gone_with_its_head_is_named(trail, number):
    """The chain that began after it names it; of the newest the count of them all does."""
    chain = list(AuditChain.objects.exclude(name=AuditChain.CHAINS).order_by("pk").values_list("name", flat=True))[
        number
    ]
    sql("DELETE FROM accounts_auditentry WHERE chain = %s", chain)
    sql("DELETE FROM accounts_auditchain WHERE name = %s", chain)
    missing = [f"Audit {chain}: the whole chain is missing", "Audit: 2 chains, 3 expected"]
    assert list(faults()) == missing
    sql("UPDATE accounts_auditchain SET count = 2 WHERE name = %s", AuditChain.CHAINS)
    assert list(faults()) == ["Audit: the count of its chains does not fit", missing[0]]


def test_all_that_is_gone_is_found(trail):
    sql("DELETE FROM accounts_auditentry")
    sql("DELETE FROM accounts_auditchain")
    assert list(faults()) == ["Audit: the count of its chains is missing"]
    record(None, Kind.OTHER, "后来")  # goes on; the count of before can't be made again
    assert AuditChain.objects.get(name=AuditChain.CHAINS).count == 1


def test_two_rows_that_changed_places_are_found(trail):
    for old, new in ((1, 9), (2, 1), (9, 2)):
        sql("UPDATE accounts_auditentry SET number = %s WHERE chain = %s AND number = %s", new, trail[0].chain, old)
    assert list(faults()) == [f"Audit {trail[0].chain} row {number}: the seal does not fit" for number in (1, 2, 3)]


def test_two_heads_that_changed_places_are_found(trail, specialist):
    one, two = trail[0].chain, f"user-{specialist.pk}"
    for old, new in ((one, "x"), (two, one), ("x", two)):
        sql("UPDATE accounts_auditchain SET name = %s WHERE name = %s", new, old)
    assert list(faults())


def test_a_row_that_was_put_in_or_numbered_anew_is_found(trail):
    sql("DELETE FROM accounts_auditentry WHERE id = %s", trail[1].pk)
    sql("UPDATE accounts_auditentry SET number = 2 WHERE id = %s", trail[2].pk)
    chain = trail[0].chain
    assert list(faults()) == [f"Audit {chain} row 2: the seal does not fit", f"Audit {chain}: row 3 to 3 missing"]


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: AuditEntry.objects.filter(pk=row.pk).update(text="x"),
        lambda row: AuditEntry.objects.all().delete(),
        lambda row: AuditEntry.objects.bulk_update([row], ["text"]),
    ],
    ids=["save", "delete", "update", "delete all", "bulk update"],
)
def test_the_code_has_no_way_to_change_it(trail, change):
    with pytest.raises(TypeError):
        change(trail[0])


def test_numbers_of_persons_and_what_draws_nothing_do_not_come_in(officer):
    record(
        officer, Kind.OTHER, "手机 13812345678\r\nINFO 证件 42010619900101123X\x00", number="420106199001011238",
        changes=[["手机", "13912345678", "x"]], code="1234567890123456789",
    )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert entry.text == "手机 138****5678  INFO 证件 420106********123X "
    assert entry.extra == {
        "number": "420106********1238", "changes": [["手机", "139****5678", "x"]], "code": "1234567890123456789",
    }  # fmt: skip


def test_many_at_once_cost_what_one_costs(officer, django_assert_num_queries):
    record(officer, Kind.OTHER, "一")
    with django_assert_num_queries(5):  # a savepoint, the chain's end, the rows, the end again
        record(officer, Kind.OTHER, "二")
    with django_assert_num_queries(5):
        record_all(officer, [Note(Kind.ISSUE, f"发放账号 {n}") for n in range(50)])
    assert list(faults()) == []
    assert AuditEntry.objects.count() == 52


def test_a_row_goes_with_the_change_that_is_undone(officer):
    with transaction.atomic():
        record(officer, Kind.OTHER, "一")
        transaction.set_rollback(True)
    record(officer, Kind.OTHER, "二")
    assert [entry.number for entry in AuditEntry.objects.all()] == [1]
    assert list(faults()) == []


# What is taken away


@pytest.fixture
def at_most_100(db):
    Parameter.objects.filter(key="export.alarm_rows").update(text="100")
    parameters.forget()
    yield
    parameters.forget()


def alarms() -> list[tuple[str, str, int]]:
    found = AuditEntry.objects.filter(kind="alarm").order_by("pk")
    return [(entry.actor.username, entry.text, entry.extra["rows"]) for entry in found]


def test_who_takes_more_in_a_day_than_is_usual_is_named_once(officer, specialist, at_most_100, monkeypatch):
    """Y08: exports and bundles together; each person and each day by itself."""
    now = timezone.localtime().replace(hour=0, minute=30)  # still yesterday in UTC
    monkeypatch.setattr(audit.timezone, "now", lambda: now - timedelta(hours=1))
    record_taken(officer, Kind.EXPORT, "导出", rows=90)
    monkeypatch.setattr(audit.timezone, "now", lambda: now)
    record_taken(officer, Kind.EXPORT, "导出", rows=60)
    record_taken(officer, Kind.BUNDLE, "打包", rows=40)
    record_taken(specialist, Kind.EXPORT, "导出", rows=100)
    assert alarms() == []
    record_taken(officer, Kind.BUNDLE, "打包", rows=1, address="10.0.0.7")
    alarm = ("wuhan", "当天导出和打包下载合计 101 行（份），超过预警行数 100", 101)
    assert alarms() == [alarm]
    assert AuditEntry.objects.get(kind="alarm").address == "10.0.0.7"
    record_taken(officer, Kind.EXPORT, "导出", rows=5000)
    assert alarms() == [alarm]
    monkeypatch.setattr(audit.timezone, "now", lambda: now + timedelta(days=1))
    record_taken(officer, Kind.EXPORT, "导出", rows=101)
    assert len(alarms()) == 2
    assert list(faults()) == []


# The door


def kinds() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


def test_the_door_is_written_down(officer, sign_in, client):
    sign_in("wuhan", "wrong")
    sign_in("wuhan")
    client.post("/logout/")
    failed, came, went = AuditEntry.objects.order_by("pk")
    assert kinds() == ["login_failed", "login", "logout"]
    assert (failed.actor, failed.object_id, failed.succeeded) == (None, officer.pk, False)
    assert "wuhan" in failed.text
    assert (came.actor, came.actor_organisation, came.address) == (officer, "武汉市科学技术局", "127.0.0.1")
    assert went.actor == officer
    assert {entry.log for entry in (failed, came, went)} == {"login"}


def test_a_password_in_the_wrong_box_is_not_kept(officer, sign_in):
    sign_in(PASSWORD.replace("长江之水", "aa"), "wuhan")
    assert AuditEntry.objects.get().text == "账号或密码不正确（没有这个账号：aa***）"


def test_a_lock_is_written_down(officer, sign_in):
    for _ in range(7):
        sign_in("wuhan", "wrong")
    assert kinds() == ["login_failed"] * 4 + ["locked"] * 3


def test_what_one_does_with_the_own_account(officer, sign_in, client):
    sign_in("wuhan")
    client.post(
        "/account/password/",
        {"old_password": PASSWORD, "new_password": "另一个长密码-2026", "new_password_again": "另一个长密码-2026"},
    )
    client.post("/account/sign-out-everywhere/")
    assert kinds() == ["login", "password", "sign_out", "logout"]
    assert all(entry.actor == officer for entry in AuditEntry.objects.all())


def test_registering_is_written_down(client):
    answer = client.post(
        "/register/",
        {"real_name": "陈", "username": "chen", "password": PASSWORD, "password_again": PASSWORD, "role": "specialist",
         "mobile": "13812345678", "captcha_0": "", "captcha_1": "PASSED", "consent": "on"},
    )  # fmt: skip
    assert answer.status_code == 302
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.actor, entry.object_name) == ("register", None, "陈")
    assert "138" not in entry.text + str(entry.extra)


def test_audit_names_its_objects_as_they_are(specialist):
    assert audit.key_of(specialist) == {"object_type": "accounts.user", "object_id": specialist.pk}
    services.set_active(user=specialist, active=True)
