"""Connecting to PostgreSQL by an address that may name several hosts, of which one accepts writes.

asyncpg has one timeout for all of them, so that a first host that is silent (a machine without power) leaves no time for
the others. Here each has its own, and the one that was connected to last is tried first.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import asyncpg

from domain.models.hosts import split_hosts

CONNECT_SECONDS = 5.0
HOST_SECONDS = 2.0
"""How long one of several hosts may take."""
PORT = 5432


class Hosts:
    """The hosts of one address. `connect` takes asyncpg's options."""

    def __init__(self, dsn: str) -> None:
        parts = split_hosts(dsn)
        user, at, hosts = parts.netloc.rpartition("@")
        self._addresses = [parts._replace(netloc=f"{user}{at}{host}").geturl() for host in hosts.split(",")]

    async def connect(self, **options: Any) -> asyncpg.Connection:
        """Connect to the first host that accepts what the address asks for; raises what the last one raised."""
        seconds = CONNECT_SECONDS if len(self._addresses) == 1 else HOST_SECONDS
        failed: Exception | None = None
        for address in list(self._addresses):
            try:
                connection: asyncpg.Connection = await asyncpg.connect(address, timeout=seconds, **options)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                failed = error
            else:
                self._addresses.sort(key=lambda other: other != address)
                return connection
        assert failed is not None
        raise failed


def server_address(dsn: str) -> str:
    """The hosts and ports of a PostgreSQL address, for logs: nothing else of it is shown."""
    parts = split_hosts(dsn)
    options = dict(parse_qsl(parts.query))
    hosts = parts.netloc.rpartition("@")[2]
    if not hosts:
        return f"{options.get('host', '')}:{options.get('port', PORT)}"
    return ",".join(host if _has_port(host) else f"{host}:{options.get('port', PORT)}" for host in hosts.split(","))


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]
