"""Starting: what a server and a migration report if a setting leads nowhere, and that a failed start changes nothing."""

from __future__ import annotations

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.cli.local.access import ADDRESSES, announce, retract
from api.cli.local.embedded import Engines
from tests.api.commands import LinesOf, Rollcall
from tests.api.conftest import free_port
from tests.conftest import TestEngines

COMMANDS = [("serve",), ("migrate",), ("export",)]
SECRET = "a-secret-of-the-address"


@pytest.fixture
def empty(rollcall: Rollcall, engines: TestEngines) -> Rollcall:
    """The command line and an empty database."""
    name = f"{urlsplit(rollcall.database_url).path.strip('/')}_empty"
    engines.execute(f"create database {name}")
    rollcall.environment["DATABASE_URL"] = rollcall.database_url = engines.address(name)
    return rollcall


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"port": "1"}, "cannot be reached (ConnectionRefusedError)"),
        ({"host": "no-such-host.invalid"}, "its host is not known"),
        ({"password": SECRET}, "refuses this user or password"),
        ({"name": "no_such_database"}, "has no database of this name"),
    ],
    ids=["port", "host", "password", "name"],
)
def test_an_unusable_database_is_reported_by_its_setting(
    rollcall: Rollcall, words: tuple[str, ...], changes: dict[str, str], said: str
) -> None:
    at = urlsplit(rollcall.database_url)
    parts = {"password": at.password, "host": at.hostname, "port": at.port, "name": at.path.strip("/")} | changes
    address = f"postgresql://{at.username}:{parts['password']}@{parts['host']}:{parts['port']}/{parts['name']}"
    rollcall.environment["DATABASE_URL"] = address
    ended = rollcall.run(*words, code=1)
    assert "DATABASE_URL: " in ended.err
    assert said in ended.err
    assert str(parts["password"]) not in ended.out + ended.err


@pytest.mark.parametrize("words", [("serve",), ("export",)])
def test_a_database_without_tables_is_reported(empty: Rollcall, words: tuple[str, ...]) -> None:
    assert "DATABASE_URL: this database has no tables" in empty.run(*words, code=1).err


def test_concurrent_migrations_wait_for_each_other_and_need_only_the_database(empty: Rollcall) -> None:
    for name in ("REDIS_URL", "SECRET_KEY"):
        del empty.environment[name]
    with ThreadPoolExecutor(3) as pool:
        for ended in pool.map(lambda _: empty.run("migrate"), range(3)):
            assert ended.out == ""
    assert empty.count("log_state") == 1


def test_a_taken_port_is_reported_by_its_setting(rollcall: Rollcall) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        rollcall.environment["API_PORT"] = str(taken.getsockname()[1])
        assert "API_PORT" in rollcall.run("serve", code=1).err


def test_an_unreachable_redis_is_reported_by_its_setting(rollcall: Rollcall) -> None:
    rollcall.environment |= {"REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1", "API_PORT": str(free_port())}
    line = next(line for line in LinesOf(rollcall.start("serve"), errors=True) if "redis." in line)
    assert "redis.unreachable" in line
    assert "REDIS_URL" in line
    assert SECRET not in line


def test_a_failed_start_leaves_the_running_one_announced(tmp_path: Path) -> None:
    engines = Engines("postgresql://localhost/rollcall", "redis://localhost")
    announce(tmp_path, engines)
    file = tmp_path / ADDRESSES
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(json.dumps(json.loads(file.read_text()) | {"process": os.getpid() + 1}))
    retract(tmp_path)
    assert file.exists()
    announce(tmp_path, engines)
    retract(tmp_path)
    assert not file.exists()
