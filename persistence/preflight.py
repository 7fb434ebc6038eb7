"""What an operator needs to know of a database before anything runs over it: whether it can be connected to, and what it has."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

import asyncpg

from persistence.hosts import Hosts

FAULTS_BY_MESSAGE: tuple[tuple[type[Exception], str, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "mismatch",
        "its certificate is for another host name, which sslmode=verify-full refuses",
    ),
    (ssl.SSLCertVerificationError, "expired", "its certificate has expired"),
    (ssl.SSLCertVerificationError, "", "its certificate is not signed by an authority in sslrootcert"),
    (ssl.SSLError, "", "its TLS handshake fails"),
    (ConnectionError, "rejected SSL upgrade", "its server does not offer TLS, which sslmode demands"),
    (asyncpg.InvalidAuthorizationSpecificationError, "no encryption", "its server demands TLS: set sslmode=require"),
    (asyncpg.InvalidAuthorizationSpecificationError, "SSL off", "its server demands TLS: set sslmode=require"),
    (
        asyncpg.ClientConfigurationError,
        "root certificate",
        "the root certificate that its sslmode needs is missing: set sslrootcert",
    ),
    (asyncpg.ClientConfigurationError, "", "its sslmode cannot be used"),
    (
        asyncpg.ProtocolViolationError,
        "startup parameter",
        "it is a pooler's, which also needs DATABASE_DIRECT_URL, the address of the database itself",
    ),
)
"""Failures by type and a part of asyncpg's or the server's message, most of them of TLS; they come before the others."""
FAULTS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((socket.gaierror,), "its host is not known"),
    ((OSError, TimeoutError), "its server cannot be reached"),
    (
        (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError),
        "its server refuses this user or password",
    ),
    ((asyncpg.InvalidCatalogNameError,), "its server has no database of this name"),
    ((asyncpg.TargetServerAttributeNotMatched,), "no host that it names accepts writes"),
    ((asyncpg.PostgresError, asyncpg.InterfaceError), "its server lets nobody in"),
)
"""What a failure to connect means for the operator; the first entry that matches."""


SETTINGS = "select name, setting from pg_settings where name = any($1)"
HAS_REVISION = "select to_regclass('alembic_version') is not null"
REVISION = "select max(version_num) from alembic_version"
"""Alembic's own table; because our history is linear, it has at most one row."""


def cause_of(error: Exception) -> str:
    """What a failure to connect means for the operator."""
    known = (words for kind, part, words in FAULTS_BY_MESSAGE if isinstance(error, kind) and part in str(error))
    return next(known, None) or next(words for kinds, words in FAULTS if isinstance(error, kinds))


async def fault_of(url: str, settings: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """Why connecting to a database with these settings fails, without repeating its address; None if it works."""
    try:
        connection = await Hosts(url).connect(server_settings=dict(settings))
    except tuple(kind for kinds, _ in FAULTS for kind in kinds) as error:
        return f"{cause_of(error)} ({type(error).__name__})"
    await connection.close()
    return None


async def differing_settings(url: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the wanted settings that a pooler does not set."""
    connection = await Hosts(url).connect(statement_cache_size=0)
    try:
        found = {row["name"]: row["setting"] for row in await connection.fetch(SETTINGS, list(wanted))}
    finally:
        await connection.close()
    return {name: value for name, value in wanted.items() if found.get(name) != value}


async def revision_of(url: str) -> str | None:
    """The schema revision of a reachable database; None if it was never migrated."""
    connection = await Hosts(url).connect()
    try:
        if not await connection.fetchval(HAS_REVISION):
            return None
        return cast(str | None, await connection.fetchval(REVISION))
    finally:
        await connection.close()


async def count_values(url: str, columns: Sequence[tuple[str, str | None]]) -> list[int]:
    """How many rows each table has, or values each column; 0 if there is no such table or column."""
    connection = await Hosts(url).connect()
    try:
        return [await _count(connection, table, column) for table, column in columns]
    finally:
        await connection.close()


async def _count(connection: asyncpg.Connection, table: str, column: str | None) -> int:
    counted = "*" if column is None else f'"{column}"'
    try:
        return cast(int, await connection.fetchval(f'select count({counted}) from "{table}"'))  # noqa: S608
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        return 0
