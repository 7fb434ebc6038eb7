"""The log says which database is unavailable: the primary or which replica, by host and port."""

from __future__ import annotations

import pytest

from api.cli.local.embedded.process import free_port
from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.event import NIL
from persistence import errors
from persistence.database import Database
from persistence.hosts import server_address
from persistence.store import SqlStore
from tests.logged import logged

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("dsn", "shown"),
    [
        (f"postgresql://u:{SECRET}@db.example.com/x", "db.example.com:5432"),
        (f"postgresql://u:{SECRET}@[2001:db8::1]:6432/x?sslmode=require", "[2001:db8::1]:6432"),
        (f"postgresql://u:{SECRET}@/x?host=/run/postgresql&port=5433", "/run/postgresql:5433"),
        (f"postgresql://u:{SECRET}@a,b:6432,[::1]/x?target_session_attrs=primary", "a:5432,b:6432,[::1]:5432"),
    ],
)
def test_a_server_is_named_by_host_and_port_alone(dsn: str, shown: str) -> None:
    assert server_address(dsn) == shown


async def test_a_primary_that_is_unavailable_is_named() -> None:
    port = free_port()
    store = SqlStore(Database(f"postgresql://u:{SECRET}@127.0.0.1:{port}/x", pool_size=1))
    with logged(errors.log) as lines:
        for unit in (store.read, store.write):
            with pytest.raises(Unavailable):
                async with unit():
                    pytest.fail("there is no such server")
    assert [(line["event"], line["database"], line["server"]) for line in lines] == [
        ("database.unavailable", "primary", f"127.0.0.1:{port}")
    ] * 2
    assert SECRET not in str(lines)


async def test_a_replica_that_is_unavailable_is_named(database_url: str) -> None:
    port = free_port()
    replica = f"postgresql://u:{SECRET}@127.0.0.1:{port}/x"
    async with Database(database_url, [replica], pool_size=1) as database:
        with logged(errors.log) as lines:
            async with SqlStore(database).read(LogCursor.reached(NIL, 0)) as unit:
                await unit.events.state()
    (line,) = lines
    assert (line["database"], line["server"]) == ("replica", f"127.0.0.1:{port}")
    assert SECRET not in str(line)
