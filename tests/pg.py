"""A throw-away PostgreSQL: a cluster in a folder of its own, reached by a socket only, gone with this process.

`url = pg.start()` in Python, or around any command: `python -m tests.pg CMD ...` with DATABASE_URL set.
"""

import atexit
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

MISSING = "找不到 PostgreSQL 服务器程序（initdb）：请安装软件包 postgresql（apt-get install -y postgresql）"
INITIAL = ("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
# Nothing here has to survive a power cut.
QUICK = ("--fsync=off", "--synchronous_commit=off", "--full_page_writes=off", "--listen_addresses=")
PR_SET_PDEATHSIG = 1


def start() -> str:
    """Start a cluster and answer its DATABASE_URL. It stops when this process ends, even by kill -9."""
    programs = find_programs()
    home = tempfile.mkdtemp(prefix="ktp-pg-", dir="/tmp")  # a short path: a socket's name has 107 bytes at most
    identity = unprivileged(home)
    subprocess.run(
        [programs / "initdb", "--pgdata", f"{home}/data", "--username=postgres", "--auth=trust", *INITIAL],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=home,
        **identity,
    )
    with open(f"{home}/log", "wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", f"{home}/data", "-k", home, *QUICK],
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **identity,
        )

    def stop() -> None:
        server.send_signal(signal.SIGQUIT)  # at once: nobody needs a clean shutdown
        server.wait()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    for _ in range(300):
        try:
            psycopg2.connect(host=home, user="postgres", dbname="postgres").close()
            return f"postgres://postgres@/postgres?host={home}"
        except psycopg2.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL 没有启动：\n" + Path(f"{home}/log").read_text())


def find_programs() -> Path:
    """The folder that holds initdb and postgres; Debian keeps it out of PATH."""
    on_path = shutil.which("initdb")
    by_version = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True)
    for initdb in [Path(on_path).resolve(), *by_version] if on_path else by_version:
        if initdb.with_name("postgres").exists():
            return initdb.parent
    raise RuntimeError(MISSING)


def unprivileged(home: str) -> dict:
    """PostgreSQL refuses to run as root: then it runs as another user, who gets `home`."""
    if os.geteuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


if __name__ == "__main__":
    sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": start()}).returncode)
