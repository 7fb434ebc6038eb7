"""A cursor that cannot be served is told so, with a position to go on from; never silence, never a gap."""

from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest

from domain.cursors import sequence_cursor, written_cursor
from tests.api.conftest import Api, Person, Socket

EVENTS = """subscription($after: Cursor) { userEvents(after: $after) {
  __typename ... on Event { cursor } ... on Heartbeat { cursor } ... on ResyncRequired { reason cursor } } }"""
FEED = """subscription($after: Cursor) { userFeed(search: "nobody has this name", after: $after) {
  __typename ... on FeedReady { cursor } ... on ResyncRequired { reason cursor } } }"""
HORIZON = 4


async def pruned(api: Api, admin: Person) -> tuple[asyncpg.Record, str]:
    """A log that has lost its beginning: its state, and the address of its database."""
    for _ in range(3):
        await api.new_user(admin)
    container = api.server.container
    address = container.core.settings.database_url.dsn
    connection = await asyncpg.connect(address)
    try:
        while (await connection.fetchval("select last_seq from log_state")) < HORIZON + 2:
            pass  # the relay has not been there yet
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
async def test_a_position_that_was_pruned_asks_for_a_resync(fresh_api: tuple[Api, Person], query: str) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    async with api.socket(admin) as socket:
        told: dict[str, str] = {}
        for seq in (0, HORIZON - 1):
            told = await first(socket, f"s{seq}", query, sequence_cursor(state["epoch"], seq))
            assert told["__typename"] == "ResyncRequired"
            assert told["reason"] == "This position is no longer in the log"
            assert (await socket.receive()) == {"id": f"s{seq}", "type": "complete"}
        going_on = await first(socket, "on", query, told["cursor"])
        assert going_on["__typename"] in ("Heartbeat", "FeedReady")


async def test_what_lies_just_behind_the_horizon_is_served_whole(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    async with api.socket(admin) as socket:
        told = await first(socket, "s", EVENTS, sequence_cursor(state["epoch"], HORIZON))
        assert told == {"__typename": "Event", "cursor": sequence_cursor(state["epoch"], HORIZON + 1)}


async def test_cursors_of_another_log_of_the_future_and_of_writes_that_are_gone(
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
            told = await first(socket, id_, EVENTS, cursor)
            assert told["__typename"] == "ResyncRequired"
            assert reason in told["reason"], id_
            assert (await socket.receive())["type"] == "complete"
