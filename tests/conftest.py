"""The real engines of the tests: one PostgreSQL for the whole run, one Valkey and one migrated template for each worker.

| fixture              | scope    | what                                                                            |
|----------------------|----------|---------------------------------------------------------------------------------|
| `engines`            | session  | the shared PostgreSQL and the worker's own Valkey                               |
| `database_url`       | session  | the worker's migrated database; what a test commits there, later tests see      |
| `fresh_database_url` | function | a migrated database of the test's own (about 50 ms)                             |
| `redis_url`          | session  | the worker's own Valkey, since channels are shared by all databases of a server |
| `own_engines`        | function | a PostgreSQL and a Valkey to kill and pause (about 0.7 s), not migrated         |

The URLs are plain: `postgresql://` and `redis://`. Data are stored in a temporary directory without syncing.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from hypothesis import settings as hypothesis_settings

from api.addresses import DatabaseAddress
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from tests.compiler import pytest_addoption, pytest_configure
from tests.hanging import pytest_runtest_call, pytest_runtest_setup, pytest_runtest_teardown

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
]

# A deadline is wall time, which a busy machine may exceed by any amount: no test asserts it.
hypothesis_settings.register_profile("rollcall", deadline=None)
hypothesis_settings.load_profile("rollcall")

# As in production, a traceback shows no values of variables, which may be secrets, and costs little.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)

SHARED = pytest.StashKey[tuple[Embedded, str]]()
ADDRESS = "database_address"


@dataclass(frozen=True, slots=True)
class TestEngines:
    """The addresses of the running engines; `database_url` is the shared server's database `rollcall`, which is empty."""

    __test__ = False

    database_url: str
    redis_url: str

    def address(self, database: str) -> str:
        """The address of another database on the shared server."""
        return f"{self.database_url.rpartition('/')[0]}/{database}"

    def execute(self, *statements: str) -> None:
        """Run SQL as the server's role `rollcall`, which may create databases; not for use inside an event loop."""
        asyncio.run(self.run(*statements))

    async def run(self, *statements: str) -> None:
        """The same, for use inside an event loop."""
        connection = await asyncpg.connect(self.database_url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def throwaway() -> Embedded:
    """Engines over a temporary directory, not started yet; `remove` stops them and deletes it."""
    return Embedded(Path(tempfile.mkdtemp(prefix="rollcall-test-")), fast=True)


def shared_postgres(config: pytest.Config) -> str:
    """The address of this run's PostgreSQL, started at the first call."""
    if SHARED not in config.stash:
        embedded = throwaway()
        config.stash[SHARED] = embedded, embedded.start(valkey=False).database_url
    return config.stash[SHARED][1]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist the controlling process starts the engine, because it outlives all workers."""
    node.workerinput[ADDRESS] = shared_postgres(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the engines that this process started."""
    if SHARED in config.stash:
        config.stash[SHARED][0].remove()


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> Iterator[TestEngines]:
    """The running engines: the shared PostgreSQL and this worker's own Valkey."""
    worker: dict[str, Any] = getattr(request.config, "workerinput", {})
    database_url = worker[ADDRESS] if ADDRESS in worker else shared_postgres(request.config)
    embedded = throwaway()
    try:
        yield TestEngines(database_url, embedded.start(postgres=False).redis_url)
    finally:
        embedded.remove()


@pytest.fixture(scope="session")
def redis_url(engines: TestEngines) -> str:
    """This worker's own Valkey."""
    return engines.redis_url


@pytest.fixture(scope="session")
def template(engines: TestEngines, worker_id: str) -> str:
    """The name of a migrated database to copy; nothing may stay connected to it."""
    name = f"template_{worker_id}"
    engines.execute(f"CREATE DATABASE {name}")
    upgrade(DatabaseAddress(engines.address(name)))
    return name


@pytest.fixture(scope="session")
def database_url(engines: TestEngines, template: str, worker_id: str) -> str:
    """The worker's migrated database."""
    engines.execute(f"CREATE DATABASE test_{worker_id} TEMPLATE {template}")
    return engines.address(f"test_{worker_id}")


fresh_numbers = itertools.count()


@pytest.fixture
def fresh_database_url(engines: TestEngines, template: str, worker_id: str) -> Iterator[str]:
    """A migrated database that only this test uses, dropped after it."""
    name = f"fresh_{worker_id}_{next(fresh_numbers)}"
    engines.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield engines.address(name)
    engines.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def own_engines() -> Iterator[Embedded]:
    """Started engines of the test's own: `own_engines.postgres` and `.valkey` have `url`, `kill`, `start`, `pause`, `resume`."""
    embedded = throwaway()
    try:
        embedded.start()
        yield embedded
    finally:
        embedded.remove()
