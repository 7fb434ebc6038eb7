"""A cursor never changes its meaning: dumps restored beside and in place, recovery, snapshots, and standbys promoted.

In each test something is taken of a log that then goes on: `kept` is a position that both have, `lost` one that only the
log from before has. The other log is then written until it is longer, because only then could `lost` mean something else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from api.bootstrap import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.migrate import upgrade
from api.settings import Settings
from domain.cursors import parse_cursor
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.faults.databases import Clusters, Copy, clusters, cut_off, promoted
from tests.faults.proxy import Proxy
from tests.integration.logs import session, until

EVENTS = """subscription($after: Cursor) { userEvents(after: $after) {
  __typename ... on Event { id cursor } ... on Heartbeat { cursor } ... on ResyncRequired { reason cursor } } }"""
FEED = """subscription($after: Cursor) { userFeed(search: "nobody has this name", after: $after) {
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
        container = self.server.application.container
        assert container is not None
        return container.core.settings.database_url.dsn

    async def head(self) -> str:
        """The position of everything that has been committed, once this server has told of it."""
        container = self.server.application.container
        assert container is not None

        async def settled() -> bool:
            async with session(self.url) as connection:
                waiting = await connection.fetchval("select exists (select from events where seq is null)")
                return not waiting and container.hub.head == await connection.fetchval("select last_seq from log_state")

        await until(settled)
        return str(container.hub.position)

    async def write(self, count: int) -> None:
        """Users, waiting for the database where it was away."""
        for number in range(count):
            await until(self._answers)
            await self.api.new_user(self.admin, name=f"Person {number}")

    async def _answers(self) -> bool:
        return "errors" not in await self.api.graphql(ME, by=self.admin)

    async def after(self, cursor: str, query: str = EVENTS) -> list[dict[str, Any]]:
        """What a subscriber is told from a position on, up to its first position or the end."""
        told = []
        async with self.api.socket(self.admin) as socket:
            await socket.subscribe("1", query, {"after": cursor})
            while True:
                (message,) = (await socket.next("1")).values()
                told.append(message)
                if message["__typename"] != "Event":
                    return told

    async def log_after(self, seq: int) -> list[str]:
        """The ids of the events behind a sequence, from the table."""
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
    """The sequence of a cursor."""
    found = parse_cursor(cursor)
    assert found is not None
    assert found.seq is not None
    return found.seq


async def holds(other: Site, kept: str, lost: str) -> None:
    """Assert what the positions mean in the other log, after it has become longer than the one from before."""
    await other.write(LONGER)
    assert position(await other.head()) > position(lost), "only now could it be taken for another event"
    told = await other.after(kept)
    assert [m["id"] for m in told[:-1]] == await other.log_after(position(kept))
    assert told[-1]["__typename"] == "Heartbeat"
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
async def told_at_once(running: Site, lost: str) -> AsyncIterator[None]:
    """Assert that who listens is told of what happens in the block, with nothing written, and can go on."""
    async with running.api.socket(running.admin) as socket:
        await socket.subscribe("events", EVENTS)
        assert (await socket.next("events"))["userEvents"]["__typename"] == "Heartbeat"
        await socket.subscribe("feed", FEED)
        assert (await socket.next("feed"))["userFeed"]["__typename"] == "FeedReady"
        yield
        told: dict[str, dict[str, Any]] = {}
        ended: set[str] = set()
        async with asyncio.timeout(30):
            while len(ended) < 2:
                message = await socket.receive()
                if message["type"] == "complete":
                    ended.add(message["id"])
                else:
                    ((told[message["id"]]),) = message["payload"]["data"].values()
        assert {m["__typename"] for m in told.values()} == {"ResyncRequired"}
        assert {m["cursor"] for m in told.values()} != {lost}


@pytest.fixture
def own_settings(own_engines: Embedded) -> Settings:
    """Settings over the test's own engines, migrated and with a first admin."""
    settings = settings_for(own_engines.postgres.url, own_engines.valkey.url)
    upgrade(settings.database_url)
    asyncio.run(ensure_first_admin(settings))
    return settings


@pytest.fixture
def made(own_engines: Embedded) -> Iterator[Clusters]:
    """What is made of the test's own cluster."""
    with clusters(own_engines) as found:
        yield found


async def test_a_dump_restored_beside(own_settings: Settings, made: Clusters) -> None:
    valkey = made.engines.new_valkey("other")
    with valkey:
        async with site(own_settings) as original:
            await original.write(4)
            kept = await original.head()
            dump = await asyncio.to_thread(made.dump)
            await original.write(LOST)
            lost = await original.head()
            url = await asyncio.to_thread(made.restore_beside, dump, "beside")
            async with site(settings_for(url, valkey.url)) as copy:
                await holds(copy, kept, lost)
                (message,) = await original.after(await copy.head())
                assert message["reason"] == "This cursor belongs to another log"
            assert (await original.after(lost))[-1]["__typename"] == "Heartbeat", "the first is as it was"


async def test_a_dump_restored_in_place_under_a_running_server(own_settings: Settings, made: Clusters) -> None:
    async with site(own_settings) as running:
        await running.write(4)
        kept = await running.head()
        dump = await asyncio.to_thread(made.dump)
        await running.write(LOST)
        lost = await running.head()
        async with told_at_once(running, lost):
            await asyncio.to_thread(made.restore_in_place, dump)
        await holds(running, kept, lost)


async def test_a_snapshot_restored_in_place_under_a_running_server(own_settings: Settings, made: Clusters) -> None:
    async with site(own_settings) as running:
        await running.write(4)
        kept = await running.head()
        await asyncio.to_thread(made.postgres.stop)
        snapshot = await asyncio.to_thread(made.snapshot)
        await asyncio.to_thread(made.postgres.start)
        await running.write(LOST)
        lost = await running.head()
        async with told_at_once(running, lost):
            await asyncio.to_thread(made.postgres.stop)
            await asyncio.to_thread(made.restore_snapshot, snapshot)
            await asyncio.to_thread(made.postgres.start)
        await holds(running, kept, lost)


async def test_recovery_to_a_point_in_time(own_settings: Settings, made: Clusters) -> None:
    await asyncio.to_thread(made.allow_replication)
    valkey = made.engines.new_valkey("other")
    with valkey:
        async with site(own_settings) as original:
            backup = await asyncio.to_thread(made.back_up, "backup")
            await original.write(4)
            kept = await original.head()
            await made.superuser(made.postgres, "select pg_create_restore_point('here')", "select pg_switch_wal()")
            await original.write(LOST)
            lost = await original.head()
            await asyncio.to_thread(made.recover, backup, "here")
            async with site(settings_for(backup.url, valkey.url)) as recovered:
                await holds(recovered, kept, lost)


@dataclass
class Failover:
    """A running server whose database can become its standby."""

    running: Site
    made: Clusters
    standby: Copy
    network: Proxy

    async def follows(self) -> None:
        """Return once the standby has everything."""
        written = await self.made.superuser(self.made.postgres, "select pg_current_wal_lsn()::text")
        replayed = f"select pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"
        await until(lambda: self.made.superuser(self.standby, replayed))

    async def fail_over(self) -> None:
        """Lose the primary, and lead everybody to its standby."""
        self.network.refuse()
        await asyncio.to_thread(self.made.postgres.kill)
        await promoted(self.made, self.standby)
        assert self.standby.port is not None
        self.network.lead_to(self.standby.port)
        self.network.restore()


@contextmanager
def through(proxy: Proxy, settings: Settings) -> Iterator[Settings]:
    """Settings with the database behind a proxy."""
    url = settings.database_url.dsn
    address = url.rpartition("@")
    yield settings_for(
        f"{address[0]}@127.0.0.1:{proxy.port}/{url.rpartition('/')[2]}", settings.redis_url.get_secret_value()
    )


@pytest.fixture
async def failover(own_settings: Settings, made: Clusters) -> AsyncIterator[Failover]:
    """A server over a proxy to a primary that has a standby."""
    standby = await asyncio.to_thread(made.standby)
    assert made.postgres.port is not None
    with Proxy(made.postgres.port) as network, through(network, own_settings) as settings:
        async with site(settings) as running:
            yield Failover(running, made, standby, network)


async def test_a_standby_promoted_without_the_last_events(failover: Failover) -> None:
    running = failover.running
    await running.write(4)
    kept = await running.head()
    await failover.follows()
    await cut_off(failover.made, failover.standby)
    await running.write(LOST)
    lost = await running.head()
    async with told_at_once(running, lost):
        await failover.fail_over()
    await holds(running, kept, lost)


async def test_a_standby_promoted_with_everything_is_the_same_log(failover: Failover) -> None:
    running = failover.running
    await running.write(4)
    kept = await running.head()
    await failover.follows()
    async with running.api.socket(running.admin) as socket:
        await socket.subscribe("1", EVENTS)
        assert (await socket.next("1"))["userEvents"]["__typename"] == "Heartbeat"
        await failover.fail_over()
        await running.write(2)
        told: list[str] = []
        cursor = kept
        while len(told) < 2:
            message = (await socket.next("1"))["userEvents"]
            assert message["__typename"] in ("Event", "Heartbeat"), "nobody has to read anew"
            told += [message["id"]] if message["__typename"] == "Event" else []
            cursor = message["cursor"]
    assert told == (await running.log_after(position(kept)))[:2]
    assert (await running.after(cursor))[-1]["__typename"] == "Heartbeat"
    (last,) = [m for m in (await running.after(kept)) if m["__typename"] != "Event"]
    assert last["__typename"] == "Heartbeat"
