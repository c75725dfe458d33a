"""What a piece of code writes: asserted to be nothing wherever something is refused."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Bookkeeping of sessions, captchas, failed logins and attempts: no business is done in it.
BOOKKEEPING = {"django_session", "captcha_captchastore", "accounts_tally"}
BOOKKEEPERS = ("axes_",)
WRITE = re.compile(r'^\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)


@contextmanager
def nothing_written() -> Iterator[None]:
    """No statement in here writes to a table of the business, not even one that is undone afterwards."""
    written = []

    def watch(execute, sql, params, many, context):
        found = WRITE.match(sql)
        if found and found[1] not in BOOKKEEPING and not found[1].startswith(BOOKKEEPERS):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not written, written
