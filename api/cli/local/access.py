"""How a command reaches the directory: through the settings, a running local one, or local engines started for it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from api.addresses import DatabaseAddress
from api.bootstrap.core import open_core
from api.bootstrap.database import check_database
from api.cli.local.embedded import Embedded, Engines, kept_secret
from api.cli.local.embedded.private import write_text
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import LocalSettings, Settings

ADDRESSES = "running.json"
"""In DATA_DIR during a local run: the addresses of its engines; readable only by its owner."""


def announce(data_dir: Path, engines: Engines) -> None:
    """Publish the addresses of this local run's engines for other commands."""
    write_text(data_dir / ADDRESSES, json.dumps({"process": os.getpid(), **asdict(engines)}))


def retract(data_dir: Path) -> None:
    """Remove the announcement of this process; that of another process stays."""
    if _announced(data_dir)[0] == os.getpid():
        (data_dir / ADDRESSES).unlink(missing_ok=True)


def _announced(data_dir: Path) -> tuple[int, Engines | None]:
    """The process that last announced its engines, and their addresses; 0 and None if there is none."""
    try:
        found = json.loads((data_dir / ADDRESSES).read_text())
        return int(found.pop("process")), Engines(**found)
    except (OSError, ValueError, KeyError, TypeError):
        return 0, None


def local_values(data_dir: Path, engines: Engines) -> dict[str, str]:
    """The settings of a local run with these engines."""
    key = kept_secret(data_dir / "secret-key")
    return {"database_url": engines.database_url, "redis_url": engines.redis_url, "secret_key": key}


@contextmanager
def directory() -> Iterator[Settings]:
    """Settings with a working database and Redis.

    If DATABASE_URL is set, it is used. Otherwise the engines of a running `rollcall up` are used or, if there is none,
    engines are started for the duration of the block. Raises ConfigurationError and EngineError.
    """
    given = LocalSettings.load()
    configure_logs("warning", given.log_format)
    if given.database_url is not None:
        settings = Settings.load()
        asyncio.run(check_database(settings))
        yield settings
        return
    running = _announced(given.data_dir)[1]
    if running is not None and _alive(running):
        yield Settings.load(**local_values(given.data_dir, running))
        return
    with Embedded(given.data_dir) as embedded:
        engines = Engines(embedded.postgres.url, embedded.valkey.url)
        settings = Settings.load(**local_values(given.data_dir, engines))
        upgrade(settings.database_url)
        yield settings


@dataclass(frozen=True, slots=True)
class Database:
    """The address of a database, and the variable that has it."""

    address: DatabaseAddress
    setting: str


@contextmanager
def only_database() -> Iterator[Database]:
    """The database alone, whatever its schema: neither Redis nor a key is needed.

    It is found as by `directory`. Raises ConfigurationError and EngineError.
    """
    given = LocalSettings.load()
    configure_logs("warning", given.log_format)
    if given.database_direct_url is not None:
        yield Database(given.database_direct_url, "DATABASE_DIRECT_URL")
    elif given.database_url is not None:
        yield Database(given.database_url, "DATABASE_URL")
    elif (running := _announced(given.data_dir)[1]) is not None and _alive(running):
        yield Database(DatabaseAddress(running.database_url), "DATABASE_URL")
    else:
        embedded = Embedded(given.data_dir)
        try:
            yield Database(DatabaseAddress(embedded.start(valkey=False).database_url), "DATABASE_URL")
        finally:
            embedded.stop()


def _alive(engines: Engines) -> bool:
    async def ping() -> None:
        settings = Settings.load(
            database_url=engines.database_url, redis_url=engines.redis_url, secret_key="0123456789abcdef" * 3
        )
        async with open_core(settings) as core:
            await core.database.ping()

    try:
        asyncio.run(ping())
    except Exception:  # noqa: BLE001 - any failure means that no engine answers
        return False
    return True
