"""A cursor never changes its meaning: dumps restored beside and in place, recovery, snapshots, and standbys promoted.

In each test something is taken of a log that then goes on: `kept` is a position that both have, `lost` one that only the
log from before has. The other log is then written until it is longer, because only then could `lost` mean something else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from api.bootstrap import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.migrate import upgrade
from api.settings import Settings
from tests.api.conftest import settings_for
from tests.faults.databases import Clusters, Copy, clusters, cut_off, promoted
from tests.faults.proxy import Proxy
from tests.faults.sites import EVENTS, LOST, Site, holds, position, site, told_at_once
from tests.integration.logs import until


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
