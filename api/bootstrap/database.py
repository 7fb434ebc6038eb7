"""Whether DATABASE_URL can be used, and what is in it, before anything runs over it."""

from __future__ import annotations

from collections.abc import Sequence

from api.addresses import DatabaseAddress
from api.revisions import shipped
from api.settings import ConfigurationError
from persistence.preflight import count_values, fault_of, revision_of


async def check_database(address: DatabaseAddress) -> None:
    """Raise ConfigurationError unless DATABASE_URL leads to a database at the schema revision of this release."""
    found = await schema_revision(address)
    fault = shipped().fault(found)
    if fault is not None:
        raise ConfigurationError(unusable(fault))


async def schema_revision(address: DatabaseAddress) -> str | None:
    """The revision that a database is at, None if it was never migrated.

    Raises ConfigurationError if DATABASE_URL names no database that can be connected to.
    """
    fault = await fault_of(address.dsn)
    if fault is not None:
        raise ConfigurationError(unusable(fault))
    return await revision_of(address.dsn)


async def count_in_database(address: DatabaseAddress, columns: Sequence[tuple[str, str | None]]) -> list[int]:
    """How many rows each table has, or values each (table, column); 0 for what does not exist."""
    return await count_values(address.dsn, columns)


def unusable(fault: str) -> str:
    """The message of a command about a fault of the database."""
    return f"Rollcall cannot use this database:\n  DATABASE_URL: {fault}"
