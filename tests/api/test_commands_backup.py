"""`rollcall backup` and `rollcall restore` as operators run them; and subscribers whose position is of before a restore."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from api.cli.backups.archive import Backup
from api.cli.backups.programs import find_programs
from tests.api.commands import Rollcall, until
from tests.api.conftest import Api, Person
from tests.api.test_resync import EVENTS, FEED, first
from tests.integration.test_backup import back_up, fetch, restore

SLOW = """#!/bin/sh
case "$1" in --version) echo "pg_dump (PostgreSQL) 99.1"; exit;; esac
echo $$ > pg_dump.pid
head -c 3000000 /dev/zero
exec sleep 1000
"""
FAILING = """#!/bin/sh
case "$1" in --version) echo "pg_dump (PostgreSQL) 99.1"; exit;; esac
echo "pg_dump: error: the disk has holes" >&2
exit 1
"""


def test_a_backup_is_verified_and_comes_back_and_has_no_key(rollcall: Rollcall) -> None:
    rollcall.fetch(
        "insert into users (email, display_name, name_key) "
        "values ('ada@example.com', 'Ada', 'ada'), ('bo@example.com', 'Bo', 'bo')"
    )
    done = rollcall.run("backup", "a.backup")
    assert done.out.startswith("a.backup (")
    assert "2 users and the log up to position" in done.out
    path = rollcall.folder / "a.backup"
    assert path.stat().st_mode & 0o077 == 0
    backup = Backup(path)
    programs = find_programs(18)
    sql = subprocess.run(
        programs.command("pg_restore", "--file=-"), input=b"".join(backup.chunks()), capture_output=True, check=True
    ).stdout
    assert b"ada@example.com" in sql
    password = rollcall.database_url.partition("@")[0].rpartition(":")[2]
    for secret in (rollcall.environment["SECRET_KEY"], password):
        assert secret.encode() not in path.read_bytes()
        assert secret.encode() not in sql
    rollcall.fetch("update users set display_name = 'Changed' returning 1")
    assert "--replace" in rollcall.run("restore", "a.backup", code=1).err
    assert "Restored 2 users" in rollcall.run("restore", "a.backup", "--replace").out
    assert sorted(rollcall.fetch("select display_name from users")) == [("Ada",), ("Bo",)]


def in_path(rollcall: Rollcall, pg_dump: str) -> None:
    """Put this program first in PATH."""
    directory = rollcall.folder / "bin"
    directory.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        (directory / name).write_text(pg_dump)
        (directory / name).chmod(0o755)
    rollcall.environment["PATH"] = f"{directory}:{rollcall.environment['PATH']}"


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_backup_leaves_no_file_under_its_name(rollcall: Rollcall, what: signal.Signals) -> None:
    in_path(rollcall, SLOW)
    partial = rollcall.folder / "a.backup.partial"
    process = rollcall.start("backup", "a.backup")
    until(lambda: partial.exists() and partial.stat().st_size > 1_000_000)
    process.send_signal(what)
    _, said = process.communicate()
    assert process.returncode == (-what if what == signal.SIGKILL else 130)
    assert not (rollcall.folder / "a.backup").exists()
    if what != signal.SIGKILL:
        assert "Interrupted; nothing was kept" in said
        assert not partial.exists()
        child = Path("/proc") / (rollcall.folder / "pg_dump.pid").read_text().strip()
        assert not child.exists()


def test_a_failed_backup_says_why_and_leaves_no_file(rollcall: Rollcall) -> None:
    in_path(rollcall, FAILING)
    assert rollcall.run("backup", "a.backup", code=1).err.splitlines()[-2:] == [
        "The backup failed; nothing was kept:",
        "pg_dump: error: the disk has holes",
    ]
    assert {path.name for path in rollcall.folder.iterdir()} <= {"bin", "data"}


async def test_positions_of_before_a_restore_require_a_resync(fresh_api: tuple[Api, Person], tmp_path: Path) -> None:
    api, admin = fresh_api
    url = api.server.container.core.settings.database_url.dsn
    kept = await api.new_user(admin)
    async with api.socket(admin) as socket:
        await socket.subscribe("open", EVENTS)
        while "Heartbeat" not in str(received := await socket.next("open")):
            pass
        before = next(iter(received.values()))["cursor"]
        backup = await back_up(url, tmp_path / "a.backup")
        lost = await api.new_user(admin)
        while (after := next(iter((await socket.next("open")).values())))["__typename"] != "Event":
            pass
        await restore(url, backup, replace=True)
        while (received := next(iter((await socket.next("open")).values())))["__typename"] != "ResyncRequired":
            pass
        assert (await socket.receive())["type"] == "complete"
        for number, query in enumerate((EVENTS, FEED)):
            for name, cursor in (("before", before), ("after", after["cursor"])):
                got = await first(socket, f"{name}{number}", query, cursor)
                assert got["__typename"] == "ResyncRequired", name
                assert (await socket.receive())["type"] == "complete"
        resumed = await first(socket, "again", EVENTS, received["cursor"])
        assert resumed["__typename"] in ("Event", "Heartbeat")
    ids = {str(row["id"]) for row in await fetch(url, "select id from users")}
    assert kept.id in ids
    assert lost.id not in ids
