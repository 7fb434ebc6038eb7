"""What backups need of the database, for the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.addresses import DatabaseAddress
from api.bootstrap.database import schema_revision, unusable
from api.settings import ConfigurationError
from persistence import backup
from persistence.backup import Contents, NoSuchSchema, Snapshot, closing, opening
from persistence.tables import metadata

__all__ = ["Contents", "Snapshot", "closing", "contents_of", "opening", "own_tables", "refresh", "snapshot_of"]

ALEMBIC_TABLE = "alembic_version"


@asynccontextmanager
async def snapshot_of(address: DatabaseAddress, setting: str) -> AsyncIterator[Snapshot]:
    """A snapshot of a migrated database, which lasts as long as the block. Raises ConfigurationError if there is none."""
    if await schema_revision(address, setting) is None:
        raise ConfigurationError(unusable("it has no tables of Rollcall, so there is nothing to back up", setting))
    try:
        async with backup.snapshot_of(address.dsn) as snapshot:
            yield snapshot
    except NoSuchSchema as error:
        raise ConfigurationError(unusable(f"{error}; back it up with pg_dump", setting)) from None


async def contents_of(address: DatabaseAddress, setting: str) -> Contents:
    """What a database has. Raises ConfigurationError if it cannot be connected to."""
    await schema_revision(address, setting)
    return await backup.contents_of(address.dsn)


def own_tables() -> set[str]:
    """The names of the tables of this release."""
    return {*metadata.tables, ALEMBIC_TABLE}


async def refresh(address: DatabaseAddress) -> None:
    """Refresh the database's statistics after a restore. Raises what asyncpg raises."""
    await backup.refresh(address.dsn)
