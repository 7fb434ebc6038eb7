"""Health reports which part of an engine fails while it stays connected, and that it has recovered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.local.embedded.process import free_port
from api.cli.local.upgrade import upgrade
from persistence.database import Database
from persistence.health import SPILL, DatabaseHealth
from persistence.redis.servers import connect
from tests.api.conftest import Api, Server, settings_for
from tests.conftest import throwaway
from tests.integration.logs import session, until

ALL = (
    *("reads", "schema", "writes", "redis_listening", "redis_publishing", "redis_writing"),
    *("relay", "hub", "accepting"),
)
RELOAD = "select pg_reload_conf()"


@dataclass(frozen=True)
class Fault:
    """How a fault begins and ends, the checks that it fails, and a part of the reason that each check reports."""

    strike: tuple[str, ...]
    mend: tuple[str, ...]
    failed: dict[str, str] = field(default_factory=dict)
    status: str = "unhealthy"


def altered(setting: str, value: str, **failed: str) -> Fault:
    """A fault made by a setting of the server."""
    return Fault((f"alter system set {setting} = '{value}'", RELOAD), (f"alter system reset {setting}", RELOAD), failed)


DATABASE = {
    "read_only": altered("default_transaction_read_only", "on", writes="read-only"),
    "no_room_for_files": altered("temp_file_limit", "64kB", writes="limit"),
    "commits_without_an_end": altered("synchronous_standby_names", "a_standby_that_is_not_there", writes="in time"),
    "table_missing": Fault(
        ("alter table idempotency_keys rename to elsewhere",),
        ("alter table elsewhere rename to idempotency_keys",),
        {"reads": "a table is missing", "writes": "a table is missing"},
    ),
    "column_missing": Fault(
        ("alter table sessions rename ip_address to elsewhere",),
        ("alter table sessions rename elsewhere to ip_address",),
        {"reads": "a column is missing", "writes": "a column is missing"},
    ),
    "writing_forbidden": Fault(
        ("revoke insert on events from rollcall",),
        ("grant insert on events to rollcall",),
        {"writes": "may not do this"},
    ),
    "reading_forbidden": Fault(
        ("revoke select on users from rollcall",),
        ("grant select on users to rollcall",),
        {"reads": "may not do this", "writes": "may not do this"},
    ),
    "newer_schema": Fault(
        ("create table kept as table alembic_version", "update alembic_version set version_num = '9999'"),
        ("update alembic_version set version_num = (select version_num from kept)", "drop table kept"),
        {"schema": "a newer release made"},
        status="degraded",
    ),
    "no_schema": Fault(
        ("create table kept as table alembic_version", "delete from alembic_version"),
        ("insert into alembic_version table kept", "drop table kept"),
        {"schema": "run rollcall migrate"},
    ),
}
REDIS = {
    "scripts_forbidden": Fault(
        ("acl setuser default -@scripting",),
        ("acl setuser default +@all",),
        {"redis_writing": "ACL"},
        status="degraded",
    ),
    "a_command_of_the_scripts_forbidden": Fault(
        ("acl setuser default -zadd",), ("acl setuser default +@all",), {"redis_writing": "ACL"}, status="degraded"
    ),
    "publishing_forbidden": Fault(
        ("acl setuser default -publish",),
        ("acl setuser default +@all",),
        {"redis_publishing": "ACL"},
        status="degraded",
    ),
    "full": Fault(
        ("config set maxmemory-policy noeviction", "config set maxmemory 1"),
        ("config set maxmemory 256mb", "config set maxmemory-policy allkeys-lru"),
        {"redis_writing": "full"},
        status="degraded",
    ),
    "replica": Fault(
        ("replicaof 127.0.0.1 1",), ("replicaof no one",), {"redis_writing": "replica"}, status="degraded"
    ),
}


@pytest.fixture(scope="module")
def broken() -> Iterator[Embedded]:
    """Engines that the tests break."""
    embedded = throwaway()
    try:
        embedded.start()
        yield embedded
    finally:
        embedded.remove()


@contextmanager
def served(engines: Embedded, redis_url: str) -> Iterator[Server]:
    """An instance on these engines."""
    settings = settings_for(engines.postgres.url, redis_url)
    upgrade(settings.database_url)
    asyncio.run(ensure_first_admin(settings))
    with Server(settings) as server:
        yield server


@pytest.fixture(scope="module")
def server(broken: Embedded) -> Iterator[Server]:
    """One instance for all faults; it has recovered after each of them."""
    with served(broken, broken.valkey.url) as server:
        yield server


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    """A client of it."""
    api = Api(server)
    async with api.http:
        yield api


async def as_superuser(engines: Embedded, *statements: str) -> None:
    """Run statements as the superuser, each in its own transaction."""
    connection = await asyncpg.connect(engines.postgres.address("rollcall", "postgres"))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def command(engines: Embedded, *commands: str) -> None:
    """Send commands to Valkey."""
    async with connect(engines.valkey.url, timeout=60) as client:
        for words in commands:
            await client.execute_command(*words.split())  # type: ignore[no-untyped-call]


async def until_reported(api: Api, fault: Fault) -> None:
    """Wait until the instance reports exactly this fault, at /health and at /readyz."""

    async def is_reported() -> bool:
        body: dict[str, Any] = (ready := await api.http.get("/readyz")).json()
        failed = {name for name, ok in body.get("checks", {}).items() if not ok}
        if failed != fault.failed.keys():
            return False
        code, word = (503, "unavailable") if fault.status == "unhealthy" else (200, "ok")
        assert (ready.status_code, body["status"]) == (code, word)
        assert tuple(body["checks"]) == ALL
        assert body["reasons"].keys() == failed
        return all(words in body["reasons"][name] for name, words in fault.failed.items())

    await until(is_reported, 30)
    health = await api.http.get("/health")
    assert health.json()["status"] == fault.status
    assert health.status_code == (503 if fault.status == "unhealthy" else 200)
    assert health.json()["checks"]["database"] == (fault.status != "unhealthy")


async def until_healthy(api: Api) -> None:
    """Wait until no check fails."""

    async def well() -> bool:
        return bool(
            (await api.http.get("/readyz")).json() == {"status": "ok"}
            and (await api.http.get("/health")).json()["status"] == "healthy"
        )

    await until(well, 30)


@pytest.mark.parametrize("name", DATABASE)
async def test_faults_of_the_database(api: Api, broken: Embedded, name: str) -> None:
    fault = DATABASE[name]
    await until_healthy(api)
    await as_superuser(broken, *fault.strike)
    try:
        await until_reported(api, fault)
    finally:
        await as_superuser(broken, *fault.mend)
    await until_healthy(api)


@pytest.mark.parametrize("name", REDIS)
async def test_faults_of_redis(api: Api, broken: Embedded, name: str) -> None:
    fault = REDIS[name]
    await until_healthy(api)
    await command(broken, *fault.strike)
    try:
        await until_reported(api, fault)
    finally:
        await command(broken, *fault.mend)
    await until_healthy(api)


def test_one_node_of_a_cluster(broken: Embedded) -> None:
    node = broken.new_valkey("cluster")
    folder = broken.data_dir / "cluster"
    folder.mkdir()
    node.account.chown(folder)
    node.options = f"dir {folder}\ncluster-enabled yes\ncluster-port {free_port()}\n"

    async def is_reported(server: Server) -> None:
        api = Api(server)
        async with api.http:
            await until_reported(api, Fault((), (), {"redis_writing": "Cluster"}, status="degraded"))

    with node, served(broken, node.url) as server:
        asyncio.run(is_reported(server))


SIZES = "select relname, pg_total_relation_size(oid) from pg_class where relkind in ('r', 'S') order by 1"
NUMBERS = "select sequencename, last_value from pg_sequences"


async def passes(check: Callable[[], Awaitable[str | None]]) -> bool:
    """Whether a check finds no fault; on a busy machine it may take longer than a check may."""
    return await check() is None


async def test_the_write_check_leaves_nothing_behind(fresh_database_url: str) -> None:
    async with Database(fresh_database_url, pool_size=1) as database, session(fresh_database_url) as connection:
        health = DatabaseHealth(database)
        await until(lambda: passes(health.writes))
        before = [await connection.fetch(sql) for sql in (SIZES, NUMBERS)]
        for _ in range(100):
            await until(lambda: passes(health.writes))
            await until(lambda: passes(health.reads))
        assert [await connection.fetch(sql) for sql in (SIZES, NUMBERS)] == before
        async with connection.transaction():
            await connection.execute("set local work_mem = '64kB'")
            plan = await connection.fetch(f"explain (analyze, timing off) {SPILL}")
        assert any("external merge  Disk" in line[0] for line in plan), "the query must need space on the disk"


OLD_EVENT = """insert into events (id, type, subject_kind, subject_id)
  values ('01800000-0000-7000-8000-000000000000', 'user_created', 'user', gen_random_uuid())"""
"""An event of 2022 that is not numbered."""


async def test_events_that_wait_for_their_numbers_are_found(fresh_database_url: str) -> None:
    async with Database(fresh_database_url, pool_size=1) as database, session(fresh_database_url) as connection:
        health = DatabaseHealth(database)
        assert await health.relay() is None
        await connection.execute(OLD_EVENT)
        await until(lambda: _waits(health))
        await connection.execute("update events set seq = 1")
        assert await health.relay() is None


async def _waits(health: DatabaseHealth) -> bool:
    return "events have waited for their numbers for" in (await health.relay() or "")
