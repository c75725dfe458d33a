"""Settings of the test run: the project's own in test mode, every file in a folder that vanishes with the run.

SQLite in memory; with KTP_TEST_DATABASE=postgres a throw-away PostgreSQL, which the first process starts and its
xdist workers share.
"""

import atexit
import os
import shutil
import tempfile

from tests import pg

KTP_TEST_DATABASE = os.environ.get("KTP_TEST_DATABASE", "sqlite")

if "KTP_TEST_HOME" not in os.environ:  # the first process: its workers find all this in their environment
    os.environ["KTP_TEST_HOME"] = _home = tempfile.mkdtemp(prefix="ktp-test-")
    atexit.register(shutil.rmtree, _home, ignore_errors=True)
    os.environ["DATABASE_URL"] = pg.start() if KTP_TEST_DATABASE == "postgres" else "sqlite://:memory:"
os.environ |= {
    "KTP_MODE": "test",
    "KTP_CAPTCHA_TEST_MODE": "1",
    "KTP_VAR_DIR": f"{os.environ['KTP_TEST_HOME']}/{os.environ.get('PYTEST_XDIST_WORKER', 'main')}",
}

from ktp.settings import *  # noqa: E402, F403
from ktp.settings import DATABASES, PASSWORD_HASHERS  # noqa: E402

# Argon2 is slow on purpose; tests of hashing put ktp.settings.PASSWORD_HASHERS back.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
# A connection kept open by a live server's thread would hold the test database when it is dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0 if KTP_TEST_DATABASE == "postgres" else None
# What a process keeps for half a minute would outlive the tests that made it.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
