"""Settings of the test run: the project's own, in test mode, with a throw-away PostgreSQL where one is asked for."""

import os

os.environ.setdefault("KTP_MODE", "test")

from ktp.settings import *  # noqa: E402,F403
