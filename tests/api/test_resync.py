"""A cursor that cannot be resumed gets a resync with a new position: never silence, never a gap."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest

from domain.cursors import sequence_cursor, written_cursor
from tests.api.conftest import Api, Person, Socket

EVENTS = """subscription($after: Cursor) { userEvents(after: $after) {
  __typename ... on Event { cursor } ... on Heartbeat { cursor } ... on ResyncRequired { reason cursor } } }"""
FEED = """subscription($after: Cursor) { userFeed(search: "no user has this name", after: $after) {
  __typename ... on FeedReady { cursor } ... on ResyncRequired { reason cursor } } }"""
HORIZON = 4


async def pruned(api: Api, admin: Person) -> tuple[asyncpg.Record, str]:
    """A log whose beginning is pruned: its state, and the address of its database."""
    for _ in range(3):
        await api.new_user(admin)
    container = api.server.container
    address = container.core.settings.database_url.dsn
    connection = await asyncpg.connect(address)
    try:
        while (await connection.fetchval("select last_seq from log_state")) < HORIZON + 2:
            pass  # the relay has not numbered them yet
        await connection.execute("delete from events where seq <= $1", HORIZON)
        await connection.execute("update log_state set horizon = $1", HORIZON)
        (state,) = await connection.fetch("select * from log_state")
        return state, address
    finally:
        await connection.close()


async def first(socket: Socket, id_: str, query: str, after: str) -> dict[str, str]:
    """The first message of a subscription."""
    await socket.subscribe(id_, query, {"after": after})
    (message,) = (await socket.next(id_)).values()
    return dict(message)


@pytest.mark.parametrize("query", [EVENTS, FEED], ids=["events", "feed"])
async def test_a_pruned_position_requires_a_resync(fresh_api: tuple[Api, Person], query: str) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    async with api.socket(admin) as socket:
        received: dict[str, str] = {}
        for seq in (0, HORIZON - 1):
            received = await first(socket, f"s{seq}", query, sequence_cursor(state["epoch"], seq))
            assert received["__typename"] == "ResyncRequired"
            assert received["reason"] == "This position is no longer in the log"
            assert (await socket.receive()) == {"id": f"s{seq}", "type": "complete"}
        resumed = await first(socket, "on", query, received["cursor"])
        assert resumed["__typename"] in ("Heartbeat", "FeedReady")


async def test_the_position_at_the_horizon_is_resumed_completely(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    async with api.socket(admin) as socket:
        received = await first(socket, "s", EVENTS, sequence_cursor(state["epoch"], HORIZON))
        assert received == {"__typename": "Event", "cursor": sequence_cursor(state["epoch"], HORIZON + 1)}


async def test_cursors_of_another_log_of_the_future_and_of_lost_writes_require_a_resync(
    fresh_api: tuple[Api, Person],
) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    async with api.socket(admin) as socket:
        for id_, cursor, reason in (
            ("other", sequence_cursor(uuid4(), HORIZON + 1), "another log"),
            ("future", sequence_cursor(state["epoch"], 1_000_000), "ahead of the log"),
            ("gone", written_cursor(state["epoch"], 1), "ahead of the log"),
        ):
            received = await first(socket, id_, EVENTS, cursor)
            assert received["__typename"] == "ResyncRequired"
            assert reason in received["reason"], id_
            assert (await socket.receive())["type"] == "complete"
