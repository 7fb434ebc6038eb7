"""The embedded engines: real servers that keep data, recover after being killed, and end with the process that started them."""

from __future__ import annotations

import asyncio
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from api.cli.local.embedded import Embedded, EngineError, kept_secret
from api.cli.local.embedded.postgres import works_in
from api.cli.local.embedded.process import has_ended, wait_until
from tests.conftest import TestEngines, throwaway

HOLDER = """
import sys
from pathlib import Path
from api.cli.local.embedded import Embedded
embedded = Embedded(Path(sys.argv[1]), fast=True)
print(embedded.start().database_url, flush=True)
sys.stdin.read()
embedded.stop()
"""


VIOLATIONS = (
    "insert into users values ('erased@example.com', 1)",
    "insert into users values ('another-erased@example.com', 0)",
    "insert into users values ('erased@example.com', null, 'erased@example.com')",
)


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url, timeout=60)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture
def stopped() -> Iterator[Embedded]:
    embedded = throwaway()
    yield embedded
    embedded.remove()


def servers_of(embedded: Embedded) -> list[psutil.Process]:
    directory = embedded.postgres.directory
    return [process for process in psutil.process_iter(["name"]) if works_in(process, directory)]


async def test_the_engines_have_the_documented_versions(engines: TestEngines) -> None:
    assert str(await fetch(engines.database_url, "SHOW server_version")).startswith("18.")
    assert await fetch(engines.database_url, "SHOW server_encoding") == "UTF8"
    assert await fetch(engines.database_url, "SHOW timezone") == "UTC"
    assert await fetch(engines.database_url, "SELECT lower('ÄÖ')") == "äö"
    async with Redis.from_url(engines.redis_url) as redis:
        server = await redis.info("server")
        assert str(server["valkey_version"]).startswith("9.")


async def test_the_owner_is_no_superuser_and_may_use_trigrams(own_engines: Embedded) -> None:
    url = own_engines.postgres.url
    assert await fetch(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE EXTENSION pg_trgm")
    assert await connection.fetchval("SELECT similarity('rollcall', 'rolcall')") > 0.5
    await connection.close()


async def test_other_clients_are_refused(own_engines: Embedded) -> None:
    wrong_password = own_engines.postgres.url.replace("rollcall:", "rollcall:not-", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(wrong_password, "SELECT 1")


async def test_data_outlive_a_stop(stopped: Embedded) -> None:
    url = stopped.start().database_url
    await fetch(url, "CREATE TABLE kept AS SELECT 7 AS number")
    stopped.stop()
    assert await fetch(stopped.start().database_url, "SELECT number FROM kept") == 7


async def test_killed_engines_recover_with_their_data(own_engines: Embedded) -> None:
    url, port = own_engines.postgres.url, own_engines.valkey.port
    await fetch(url, "CREATE TABLE kept AS SELECT 7 AS number")
    own_engines.postgres.kill()
    own_engines.valkey.kill()
    assert not servers_of(own_engines)
    with pytest.raises(OSError, match="Connect call failed"):
        await fetch(url, "SELECT 1")
    await asyncio.to_thread(own_engines.postgres.start)
    await asyncio.to_thread(own_engines.valkey.start)
    assert own_engines.postgres.url == url
    assert own_engines.valkey.port == port
    assert await fetch(url, "SELECT number FROM kept") == 7


async def test_a_paused_engine_answers_when_resumed(own_engines: Embedded) -> None:
    connection = await asyncpg.connect(own_engines.postgres.url)
    own_engines.postgres.pause()
    pending = asyncio.create_task(connection.fetchval("SELECT 1"))
    done, _ = await asyncio.wait([pending], timeout=0.3)
    assert not done
    own_engines.postgres.resume()
    assert await pending == 1
    await connection.close()


async def test_a_killed_backend_leaves_the_server_running(own_engines: Embedded) -> None:
    url = own_engines.postgres.url
    connection = await asyncpg.connect(url)
    own = await connection.fetchval("SELECT pg_backend_pid()")
    await fetch(url, f"SELECT pg_terminate_backend({own})")
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError, asyncpg.InternalClientError)):
        await connection.fetchval("SELECT 1")
    connection.terminate()
    assert await fetch(url, "SELECT 1") == 1


def hold(directory: Path) -> subprocess.Popen[str]:
    """Another process that has started the engines of `directory`."""
    command = [sys.executable, "-c", HOLDER, str(directory)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("postgresql://")
    return holder


def test_one_directory_has_one_user_at_a_time(stopped: Embedded) -> None:
    stopped.start()
    stopped.stop()
    directory = stopped.postgres.directory.parent
    holder = hold(directory)
    with pytest.raises(EngineError, match=f"in use by process {holder.pid}"):
        stopped.start()
    holder.communicate()
    assert holder.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed process")
def test_a_killed_run_leaves_no_process(stopped: Embedded) -> None:
    stopped.start()
    stopped.stop()
    holder = hold(stopped.postgres.directory.parent)
    children = psutil.Process(holder.pid).children(recursive=True)
    assert len(children) > 2
    holder.kill()
    holder.communicate()
    assert wait_until(lambda: all(has_ended(child) for child in children), 60)


async def test_servers_left_by_a_killed_run_are_ended_at_the_next_start(stopped: Embedded) -> None:
    first = await asyncio.to_thread(stopped.start)
    left = servers_of(stopped)
    # As if its owner had died, and the kernel had notified no process.
    orphan, stopped.postgres._process = stopped.postgres._process, None
    stopped.stop()
    assert all(not has_ended(process) for process in left)
    second = await asyncio.to_thread(stopped.start)
    assert await fetch(second.database_url, "SELECT 1") == 1
    assert all(has_ended(process) for process in left)
    assert first.database_url != second.database_url
    assert orphan is not None
    orphan.wait()


async def test_a_stale_lock_file_with_a_foreign_pid_does_not_prevent_a_start(stopped: Embedded) -> None:
    stopped.start()
    stopped.postgres.kill()
    stopped.stop()
    stale = stopped.postgres.directory / "postmaster.pid"
    stale.write_text(f"{psutil.Process().pid}\n{stopped.postgres.directory}\n1\n5432\n\n127.0.0.1\n\nready\n")
    url = (await asyncio.to_thread(stopped.start)).database_url
    assert await fetch(url, "SELECT 1") == 1


async def test_an_interrupted_first_start_is_repeated(stopped: Embedded) -> None:
    half = stopped.data_dir / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    url = (await asyncio.to_thread(stopped.start)).database_url
    assert await fetch(url, "SELECT 1") == 1
    assert not half.exists()


def test_a_broken_engine_reports_its_reason(stopped: Embedded) -> None:
    stopped.start()
    stopped.stop()
    (stopped.postgres.directory / "global" / "pg_control").unlink()
    with pytest.raises(EngineError, match="pg_control"):
        stopped.start()


def test_a_secret_is_kept_and_readable_only_by_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    secret = kept_secret(path)
    assert len(secret) >= 43
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_log_reports_errors_without_personal_data(own_engines: Embedded) -> None:
    address, connection = "erased@example.com", await asyncpg.connect(own_engines.postgres.url)
    try:
        await connection.execute("create table users (email text unique, age int check (age > 0))")
        await connection.execute("insert into users values ($1, 1)", address)
        for statement in VIOLATIONS:
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement)
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("insert into users values ($1, $2)", address, 0)
    finally:
        await connection.close()
    said = own_engines.postgres.log.read_text()
    assert 'violates unique constraint "users_email_key"' in said
    assert "violates check constraint" in said
    assert "@example.com" not in said


def test_a_second_start_keeps_the_previous_log(stopped: Embedded) -> None:
    for _ in range(3):
        stopped.start()
        stopped.stop()
    for name in ("postgres.log", "postgres.log.1", "valkey.log", "valkey.log.1"):
        assert stat.S_IMODE((stopped.data_dir / name).stat().st_mode) == 0o600
    assert "database system is shut down" in (stopped.data_dir / "postgres.log.1").read_text()
    assert not (stopped.data_dir / "postgres.log.2").exists()


def test_the_engines_see_nothing_of_our_environment(own_engines: Embedded) -> None:
    # Root may read the environment of any process, an ordinary user that of their own.
    seen = [psutil.Process(engine.pid).environ() for engine in (own_engines.postgres, own_engines.valkey)]
    assert all(not {"HOME", "USER", "SECRET_KEY", "ADMIN_PASSWORD"} & environment.keys() for environment in seen)
    lines = [" ".join(psutil.Process(engine.pid).cmdline()) for engine in (own_engines.postgres, own_engines.valkey)]
    password = (own_engines.data_dir / "engine-password").read_text()
    assert all(password not in line for line in lines)


def test_engines_shut_down_in_good_order(stopped: Embedded) -> None:
    stopped.start()
    log = stopped.data_dir / "postgres.log"
    stopped.stop()
    assert "database system is shut down" in log.read_text()
    assert stopped.postgres.stop_signal is signal.SIGINT
