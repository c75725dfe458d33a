"""What every test shares: which run a test belongs to, and the browser.

`./dev test` runs pytest twice. Tests marked `postgres` (races, what only PostgreSQL does) or `browser` belong to the
run on PostgreSQL (KTP_TEST_DATABASE=postgres), all others to the one on SQLite; each run deselects the other's.
"""

import os
import shutil
from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings

from tests.world import no_pdf, scene, world, world_of_module  # noqa: F401 - fixtures

# Playwright's loop makes Django believe that the tests' own database calls are made from asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# The machine is shared, so no deadline; in CI the same examples every time.
hypothesis.settings.register_profile("ktp", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("ktp")

BROWSER_MISSING = "找不到 Chromium 浏览器：请安装软件包 chromium（apt-get install -y chromium）"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    on_postgres = settings.KTP_TEST_DATABASE == "postgres"
    other = [item for item in items if on_postgres != any(map(item.get_closest_marker, ("postgres", "browser")))]
    if other:
        config.hook.pytest_deselected(items=other)
        gone = set(other)
        items[:] = [item for item in items if item not in gone]
    items.sort(key=lambda item: not item.get_closest_marker("first"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.fail(BROWSER_MISSING)
    return {
        **browser_type_launch_args,
        "executable_path": chromium,
        "args": [
            "--no-sandbox",  # root has no other way
            "--disable-dev-shm-usage",
            "--disable-gpu",
            # a browser that asks nobody but the live server
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-quic",
            "--disable-sync",
            "--no-first-run",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return {
        **browser_context_args,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1440, "height": 900},
    }


@pytest.fixture
def context(context) -> Iterator:
    """Any page of any browser test: a script's error or a breach of the content security policy fails the test."""
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    yield context
    assert not faults
