"""A server whose log is replaced by another one, and what positions mean in both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.settings import Settings
from domain.cursors import parse_cursor
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server
from tests.integration.logs import session, until, up_to_date

EVENTS = """subscription($after: Cursor) { userEvents(after: $after) {
  __typename ... on Event { id cursor } ... on Heartbeat { cursor } ... on ResyncRequired { reason cursor } } }"""


FEED = """subscription($after: Cursor) { userFeed(search: "no user has this name", after: $after) {
  __typename ... on FeedReady { cursor } ... on ResyncRequired { reason cursor } } }"""


ME = "{ me { id } }"


LOST, LONGER = 8, 12


@dataclass
class Site:
    """A server, its client and its admin."""

    server: Server
    api: Api
    admin: Person

    @property
    def url(self) -> str:
        """The address of its database."""
        return self.server.container.core.settings.database_url.dsn

    async def head(self) -> str:
        """The position of everything that is committed, once this server has sent it."""
        await up_to_date(self.server.container)
        return str(self.server.container.hub.position)

    async def write(self, count: int) -> None:
        """Create users, waiting while the database is unavailable."""
        for number in range(count):
            await until(self._answers)
            await self.api.new_user(self.admin, name=f"Person {number}")

    async def _answers(self) -> bool:
        return "errors" not in await self.api.graphql(ME, by=self.admin)

    async def after(self, cursor: str, query: str = EVENTS) -> list[dict[str, Any]]:
        """The messages of a subscriber from a position on, up to its first position or its end."""
        received = []
        async with self.api.socket(self.admin) as socket:
            await socket.subscribe("1", query, {"after": cursor})
            while True:
                (message,) = (await socket.next("1")).values()
                received.append(message)
                if message["__typename"] != "Event":
                    return received

    async def log_after(self, seq: int) -> list[str]:
        """The ids of the events after a sequence number, from the table."""
        async with session(self.url) as connection:
            rows = await connection.fetch("select id::text from events where seq > $1 order by seq", seq)
        return [r["id"] for r in rows]


@asynccontextmanager
async def site(settings: Settings) -> AsyncIterator[Site]:
    """A running server."""
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            yield Site(server, api, await api.sign_in(ADMIN, PASSWORD))


def position(cursor: str) -> int:
    """The sequence number of a cursor."""
    found = parse_cursor(cursor)
    assert found is not None
    assert found.seq is not None
    return found.seq


async def assert_positions_hold(other: Site, kept: str, lost: str) -> None:
    """Assert what both positions mean in the other log, after it has become longer than the original one."""
    await other.write(LONGER)
    assert position(await other.head()) > position(lost), "only now could the position be mistaken for another event"
    received = await other.after(kept)
    assert [m["id"] for m in received[:-1]] == await other.log_after(position(kept))
    assert received[-1]["__typename"] == "Heartbeat"
    assert (await other.after(kept, FEED))[-1]["__typename"] == "FeedReady"
    for query in (EVENTS, FEED):
        (message,) = await other.after(lost, query)
        assert message["__typename"] == "ResyncRequired"
        assert message["reason"] == "The log was restored without this position"
        assert (await other.after(message["cursor"], query))[-1]["__typename"] in ("Heartbeat", "FeedReady")
    page = "query($after: String) { events(first: 5, after: $after) { edges { cursor } } }"
    assert "errors" not in await other.api.graphql(page, {"after": kept}, other.admin)
    assert "errors" in await other.api.graphql(page, {"after": lost}, other.admin)


@asynccontextmanager
async def resync_at_once(running: Site, lost: str) -> AsyncIterator[None]:
    """Assert that subscribers are notified of what happens in the block without a write, and can continue."""
    async with running.api.socket(running.admin) as socket:
        await socket.subscribe("events", EVENTS)
        assert (await socket.next("events"))["userEvents"]["__typename"] == "Heartbeat"
        await socket.subscribe("feed", FEED)
        assert (await socket.next("feed"))["userFeed"]["__typename"] == "FeedReady"
        yield
        received: dict[str, dict[str, Any]] = {}
        ended: set[str] = set()
        async with asyncio.timeout(30):
            while len(ended) < 2:
                message = await socket.receive()
                if message["type"] == "complete":
                    ended.add(message["id"])
                else:
                    ((received[message["id"]]),) = message["payload"]["data"].values()
        assert {m["__typename"] for m in received.values()} == {"ResyncRequired"}
        assert {m["cursor"] for m in received.values()} != {lost}
