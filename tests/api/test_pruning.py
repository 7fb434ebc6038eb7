"""Subscribers of a log that is pruned while they read it: they get all events in order, then a resync, never a hole."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from api.bootstrap.core import open_core
from api.bootstrap.first_admin import ensure_first_admin
from domain.cursors import parse_cursor, sequence_cursor
from domain.models.actor import system
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, Socket, settings_for
from tests.api.test_resync import EVENTS, FEED
from tests.integration.logs import session, until
from tests.integration.old_events import add_old

OLD = 4000


def place(message: dict[str, Any]) -> int:
    """The sequence number of a message's cursor."""
    cursor = parse_cursor(message["cursor"])
    assert cursor is not None
    assert cursor.seq is not None
    return cursor.seq


async def read(socket: Socket, id_: str) -> list[dict[str, Any]]:
    """All messages until the subscription ends or sends a heartbeat."""
    found: list[dict[str, Any]] = []
    while True:
        message = await socket.receive()
        assert message["id"] == id_
        if message["type"] == "complete":
            return found
        found += message["payload"]["data"].values()
        if found[-1]["__typename"] == "Heartbeat":
            return found


async def test_a_log_pruned_during_a_replay(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with session(fresh_database_url) as connection:
        await add_old(connection, OLD, size=20_000)  # more than the buffers between server and client
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http, open_core(settings) as core:
            admin = await api.sign_in(ADMIN, PASSWORD)
            epoch = (await core.events.state()).epoch
            query = EVENTS.replace("... on Event { cursor }", "... on Event { cursor changes { before } }")
            async with api.socket(admin, max_queue=1) as socket:
                await socket.subscribe("s", query, {"after": sequence_cursor(epoch, 0)})
                assert place((await socket.next("s"))["userEvents"]) == 1
                async for _ in core.retention.prune(system(), 1):
                    pass
                found = await read(socket, "s")
                assert found[-1]["__typename"] == "ResyncRequired"
                assert found[-1]["reason"] == "This position is no longer in the log"
                seen = [place(m) for m in found[:-1]]
                assert seen == list(range(2, len(seen) + 2))
                assert len(seen) < OLD
                assert place(found[-1]) > OLD
                await socket.subscribe("t", EVENTS, {"after": found[-1]["cursor"]})
                assert [m["__typename"] for m in await read(socket, "t")] == ["Heartbeat"]


@pytest.mark.parametrize("query", [EVENTS, FEED], ids=["events", "feed"])
async def test_a_process_that_fell_behind_the_pruning_resyncs_its_live_subscribers(
    fresh_api: tuple[Api, Person], query: str
) -> None:
    api, admin = fresh_api
    container = api.server.container
    async with session(container.core.settings.database_url.dsn) as connection, api.socket(admin) as socket:
        await socket.subscribe("s", query, {"after": None})
        while (await socket.next("s")).popitem()[1]["__typename"] not in ("Heartbeat", "FeedReady"):
            pass
        await number_and_prune(connection)
        while (received := (await socket.next("s")).popitem()[1])["__typename"] == "Heartbeat":
            pass  # on a busy machine, the stream may send heartbeats first
        assert received["__typename"] == "ResyncRequired"
        assert await socket.receive() == {"id": "s", "type": "complete"}
        await until(lambda: container.live.group_count == 0)
        await socket.subscribe("t", query, {"after": received["cursor"]})
        (going_on,) = (await socket.next("t")).values()
        assert going_on["__typename"] in ("Heartbeat", "FeedReady")


async def number_and_prune(connection: asyncpg.Connection) -> None:
    """Number events and prune, as if the process had been stopped meanwhile."""
    async with connection.transaction():
        await add_old(connection, 20)
        last = await connection.fetchval("select last_seq from log_state")
        await connection.execute("delete from events where seq <= $1", last - 5)
        await connection.execute("update log_state set horizon = $1", last - 5)
