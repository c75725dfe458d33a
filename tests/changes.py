"""What a piece of code asks the database for and writes: the number of queries of a page; nothing written wherever
something is refused, or taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import World

# Bookkeeping of sessions, captchas, failed logins and attempts, and what the audit trail notes of reading: no business
# is done in it.
BOOKKEEPING = {"django_session", "captcha_captchastore", "accounts_tally"}
BOOKKEEPERS = ("axes_", "accounts_audit")
WRITE = re.compile(r'^\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)


@contextmanager
def business_writes() -> Iterator[list[str]]:
    """Collects the statements in here that write to a table of the business, also those that are undone afterwards."""
    written: list[str] = []

    def watch(execute, sql, params, many, context):
        found = WRITE.match(sql)
        if found and found[1] not in BOOKKEEPING and not found[1].startswith(BOOKKEEPERS):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written


def queries(client: Client, address: str) -> int:
    """How many a page asks, once what is read once a process has been read."""
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@contextmanager
def known(world: World, name: str) -> Iterator[None]:
    """Where one person asks for much that is not theirs: who it is is read once and not anew with each request, and
    what they are refused is not written down (tests/accounts/test_audit.py), which is most of the cost of it."""
    with pytest.MonkeyPatch.context() as patch:
        if name:
            user = world.user(name)
            user.get_all_permissions(), user.desks
            patch.setattr("django.contrib.auth.get_user", lambda request: copy(user))
        patch.setattr("accounts.audit.refused", lambda request, **how: None)
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written in here is taken back, so that one case serves for many tries."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_written() -> Iterator[None]:
    with business_writes() as written:
        yield
    assert not written, written
