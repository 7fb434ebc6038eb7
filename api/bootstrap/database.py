"""Whether the databases of the settings can be used, and what is in them, before anything runs over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from api.addresses import DatabaseAddress
from api.revisions import shipped
from api.settings import ConfigurationError, Settings
from persistence.engine import FORWARDED, StatementLimits, session_settings
from persistence.preflight import count_values, differing_settings, fault_of, revision_of

POOL = "DATABASE_URL"

log = structlog.get_logger("server")


async def check_database(settings: Settings) -> None:
    """Raise ConfigurationError unless the database can be used and is at the schema revision of this release."""
    found = await schema_revision(settings.direct_database_url, settings.direct_setting)
    fault = shipped().fault(found)
    if fault is not None:
        raise ConfigurationError(unusable(fault, settings.direct_setting))


async def check_pool(settings: Settings) -> None:
    """Raise ConfigurationError unless a server's connections can be made; log what a pooler should set and does not."""
    limits = statement_limits(settings, serving=True)
    wanted = session_settings(limits)
    if settings.database_direct_url is None:
        await _connectable(settings.database_url, FORWARDED | wanted)
        return
    await _connectable(settings.database_url, FORWARDED)
    missing = await differing_settings(settings.database_url.dsn, wanted)
    if missing:
        query = "; ".join(f"set {name} = {value}" for name, value in wanted.items())
        log.warning("database.pooler_settings_missing", missing=sorted(missing), connect_query=query)


async def schema_revision(address: DatabaseAddress, setting: str = POOL) -> str | None:
    """The revision that a database is at, None if it was never migrated.

    Raises ConfigurationError if the address, that of `setting`, leads to no database that can be connected to.
    """
    await _connectable(address, {}, setting)
    return await revision_of(address.dsn)


async def count_in_database(address: DatabaseAddress, columns: Sequence[tuple[str, str | None]]) -> list[int]:
    """How many rows each table has, or values each (table, column); 0 for what does not exist."""
    return await count_values(address.dsn, columns)


def statement_limits(settings: Settings, *, serving: bool) -> StatementLimits:
    """How long statements may take; a command may read for as long as it takes."""
    read = settings.database_read_seconds if serving else None
    return StatementLimits(read, settings.database_write_seconds, settings.database_lock_seconds)


def unusable(fault: str, setting: str = POOL) -> str:
    """The message of a command about a fault of the database."""
    return f"Rollcall cannot use this database:\n  {setting}: {fault}"


async def _connectable(address: DatabaseAddress, wanted: Mapping[str, str], setting: str = POOL) -> None:
    fault = await fault_of(address.dsn, wanted)
    if fault is not None:
        raise ConfigurationError(unusable(fault, setting))
