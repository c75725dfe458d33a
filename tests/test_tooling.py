"""The commands, the lock, the production settings, and the throw-away PostgreSQL."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from itertools import takewhile
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from axes.models import AccessLog
from captcha.models import CaptchaStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Notice, User
from attachments.models import Job
from tests import pg

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.txt").read_text()
PRODUCTION = {
    "SECRET_KEY": "a-long-and-random-secret-of-this-test-only-0123456789-abcdefg",
    "KTP_FIELD_KEYS": "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtdGU=",
    "KTP_HASH_KEY": "another-secret",
    "ALLOWED_HOSTS": "ktp.example.gov.cn",
    "KTP_BASE_URL": "https://ktp.example.gov.cn",
    "DATABASE_URL": "postgres://ktp:secret@database.invalid/ktp",
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """`command` in the project's root with no other environment than PATH and what is given."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def fetch(url: str) -> str:
    """The page at `url`, whose server may be starting still."""
    for _ in range(1200):  # the first start fills a database with both kinds: a minute on a busy machine
        with suppress(URLError):
            return urlopen(url, timeout=10).read().decode()
        time.sleep(0.1)
    raise AssertionError(f"nothing serves {url}")


def start_production(**environment: str) -> subprocess.CompletedProcess:
    return run(sys.executable, "manage.py", "check", "--deploy", **environment)


def test_dev_alone_lists_its_commands():
    answer = run("./dev")
    assert answer.returncode == 0
    for command in ("run", "test", "check", "manage", "bench"):
        assert f"\n  {command} " in answer.stdout


def test_dev_refuses_an_unknown_command():
    answer = run("./dev", "deploy")
    assert answer.returncode == 2
    assert "用法" in answer.stderr


def test_dev_says_which_python_it_needs():
    answer = run("./dev", "run", PYTHON="python-that-is-not-there")
    assert answer.returncode == 1
    assert "Python 3.11" in answer.stderr


@pytest.mark.first
def test_run_fills_the_first_start_only_serves_and_stops_on_ctrl_c(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {"PATH": os.environ["PATH"], "VENV": sys.prefix, "PORT": port, "KTP_VAR_DIR": str(tmp_path)}
    for start in ("first", "second"):
        server = subprocess.Popen(
            ["./dev", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            with server.stdout:
                said = "".join(takewhile(lambda line: "http://" not in line, server.stdout))
            assert ("写入演示数据" in said) == (start == "first")
            assert "科技特派员" in fetch(f"http://127.0.0.1:{port}/")
            os.killpg(server.pid, signal.SIGINT)  # as a terminal does
            assert server.wait(timeout=10) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def test_run_says_that_its_port_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = run("./dev", "run", VENV=sys.prefix, PORT=port, KTP_VAR_DIR=str(tmp_path))
    assert answer.returncode == 1
    assert f"端口 {port} 不能使用" in answer.stderr


def test_production_starts_with_complete_settings():
    answer = start_production(**PRODUCTION)
    assert answer.returncode == 0, answer.stderr
    # The one warning: to ask browsers for a preloaded HSTS entry is for the owner of the domain to decide.
    assert re.findall(r"\((\w+\.[EWC]\d+)\)", answer.stderr) == ["security.W021"]


@pytest.mark.parametrize("missing", PRODUCTION)
def test_production_refuses_a_missing_setting(missing):
    answer = start_production(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert answer.returncode != 0
    assert f"缺少环境变量 {missing}" in answer.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "sqlite:///var/db.sqlite3", "生产环境不能使用 SQLite"),
        ("KTP_CAPTCHA_TEST_MODE", "1", "生产环境不能打开验证码测试模式"),
        ("DEBUG", "1", "生产环境不能打开 DEBUG"),
        ("KTP_MODE", "prod", "KTP_MODE 只能是"),
    ],
)
def test_production_refuses_a_dangerous_setting(name, value, sentence):
    answer = start_production(**PRODUCTION | {name: value})
    assert answer.returncode != 0
    assert sentence in answer.stderr


def test_the_example_of_the_production_settings_names_them_all():
    assert set(PRODUCTION) <= set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def test_the_lock_holds_hashes_and_no_addresses():
    packages = re.findall(r"^([a-z0-9._-]+)==\S+.*\\\n +--hash=sha256:", LOCK, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z]", LOCK, re.MULTILINE))
    assert "://" not in LOCK
    assert not re.search(r"^ *-(?!-hash)", LOCK, re.MULTILINE)


def test_the_lock_has_all_that_is_asked_for():
    asked = re.findall(r"^[a-z0-9-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert set(asked) <= set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))


@pytest.mark.parametrize(("package", "floor"), [("django", (5, 2, 19)), ("weasyprint", (69,)), ("pillow", (12,))])
def test_the_lock_stays_above_known_holes(package, floor):
    version = re.search(rf"^{package}==([\d.]+)", LOCK, re.MULTILINE)[1]
    assert tuple(map(int, version.split("."))) >= floor


@pytest.mark.django_db
def test_housekeeping_takes_away_what_expired_and_nothing_else():
    now = timezone.now()
    for age in (-1, 1):
        Session.objects.create(session_key=f"session{age}", expire_date=now - timedelta(days=age))
        CaptchaStore.objects.create(
            challenge="1", response="1", hashkey=f"captcha{age}", expiration=now - timedelta(days=age)
        )
    for age in (199, 201):
        AccessLog.objects.create(username=f"user{age}")
        AccessLog.objects.filter(username=f"user{age}").update(attempt_time=now - timedelta(days=age))
    reader = User.objects.create(username="reader")
    for age, read in ((179, True), (181, True), (900, False)):
        at = now - timedelta(days=age)
        Notice.objects.create(user=reader, text=f"{age}", at=at, read_at=at if read else None)
        Job.objects.create(kind="x", title=f"{age}", asked_by=reader, status="done" if read else "waiting",
                           ended=at if read else None)  # fmt: skip
    entries = AuditEntry.objects.count()
    call_command("housekeeping")
    assert {row.text for row in Notice.objects.all()} == {"179", "900"}
    assert {row.title for row in Job.objects.all()} == {"179", "900"}
    assert AuditEntry.objects.count() == entries
    assert [row.session_key for row in Session.objects.all()] == ["session-1"]
    assert [row.hashkey for row in CaptchaStore.objects.all()] == ["captcha-1"]
    assert [row.username for row in AccessLog.objects.all()] == ["user199"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_this_run_is_on_the_throw_away_postgresql():
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["OPTIONS"]["host"].startswith("/tmp/ktp-pg-")


@pytest.mark.postgres
def test_a_throw_away_postgresql_goes_with_its_process():
    answer = run(sys.executable, "-m", "tests.pg", "sh", "-c", "echo $DATABASE_URL")
    assert answer.returncode == 0, answer.stderr
    folder = answer.stdout.strip().partition("host=")[2]
    assert folder.startswith("/tmp/ktp-pg-")
    assert not Path(folder).exists()


def test_without_postgresql_the_package_is_named(monkeypatch):
    monkeypatch.setattr(pg.shutil, "which", lambda name: None)
    monkeypatch.setattr(pg.Path, "glob", lambda *args: iter(()))
    with pytest.raises(RuntimeError, match="apt-get install -y postgresql"):
        pg.find_programs()


@pytest.mark.browser
def test_the_browser_speaks_chinese(page):
    page.set_content("<title>科技特派员</title>")
    assert page.title() == "科技特派员"
    assert page.evaluate("navigator.language") == "zh-CN"


@pytest.mark.browser
def test_without_chromium_the_package_is_named(monkeypatch, request):
    from tests import conftest

    monkeypatch.setattr(conftest.shutil, "which", lambda name: None)
    with pytest.raises(pytest.fail.Exception, match="apt-get install -y chromium"):
        conftest.browser_type_launch_args.__wrapped__({})
