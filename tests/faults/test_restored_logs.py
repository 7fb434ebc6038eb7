"""A cursor never changes its meaning: dumps restored elsewhere and in place, recovery, snapshots, and promoted standbys.

Each test copies a log that then continues: `kept` is a position that both logs have, `lost` one that only the original
has. The other log is then written until it is longer, because only then could `lost` be mistaken for another event.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.settings import Settings
from tests.api.conftest import settings_for
from tests.faults.databases import Clusters, Copy, clusters, cut_off, promoted
from tests.faults.proxy import Proxy
from tests.faults.sites import EVENTS, LOST, Site, assert_positions_hold, position, resync_at_once, site
from tests.integration.logs import until


@pytest.fixture
def own_settings(own_engines: Embedded) -> Settings:
    """Settings for the test's own engines, migrated and with a first admin."""
    settings = settings_for(own_engines.postgres.url, own_engines.valkey.url)
    upgrade(settings.database_url)
    asyncio.run(ensure_first_admin(settings))
    return settings


@pytest.fixture
def clusters_made(own_engines: Embedded) -> Iterator[Clusters]:
    """The copies of the test's own cluster."""
    with clusters(own_engines) as found:
        yield found


async def test_a_dump_restored_beside(own_settings: Settings, clusters_made: Clusters) -> None:
    valkey = clusters_made.engines.new_valkey("other")
    with valkey:
        async with site(own_settings) as original:
            await original.write(4)
            kept = await original.head()
            dump = await asyncio.to_thread(clusters_made.dump)
            await original.write(LOST)
            lost = await original.head()
            url = await asyncio.to_thread(clusters_made.restore_beside, dump, "beside")
            async with site(settings_for(url, valkey.url)) as copy:
                await assert_positions_hold(copy, kept, lost)
                (message,) = await original.after(await copy.head())
                assert message["reason"] == "This cursor belongs to another log"
            assert (await original.after(lost))[-1]["__typename"] == "Heartbeat", "the original log is unchanged"


async def test_a_dump_restored_in_place_under_a_running_server(own_settings: Settings, clusters_made: Clusters) -> None:
    async with site(own_settings) as running:
        await running.write(4)
        kept = await running.head()
        dump = await asyncio.to_thread(clusters_made.dump)
        await running.write(LOST)
        lost = await running.head()
        async with resync_at_once(running, lost):
            await asyncio.to_thread(clusters_made.restore_in_place, dump)
        await assert_positions_hold(running, kept, lost)


async def test_a_snapshot_restored_in_place_under_a_running_server(
    own_settings: Settings, clusters_made: Clusters
) -> None:
    async with site(own_settings) as running:
        await running.write(4)
        kept = await running.head()
        await asyncio.to_thread(clusters_made.postgres.stop)
        snapshot = await asyncio.to_thread(clusters_made.snapshot)
        await asyncio.to_thread(clusters_made.postgres.start)
        await running.write(LOST)
        lost = await running.head()
        async with resync_at_once(running, lost):
            await asyncio.to_thread(clusters_made.postgres.stop)
            await asyncio.to_thread(clusters_made.restore_snapshot, snapshot)
            await asyncio.to_thread(clusters_made.postgres.start)
        await assert_positions_hold(running, kept, lost)


async def test_recovery_to_a_point_in_time(own_settings: Settings, clusters_made: Clusters) -> None:
    await asyncio.to_thread(clusters_made.allow_replication)
    valkey = clusters_made.engines.new_valkey("other")
    with valkey:
        async with site(own_settings) as original:
            backup = await asyncio.to_thread(clusters_made.back_up, "backup")
            await original.write(4)
            kept = await original.head()
            await clusters_made.superuser(
                clusters_made.postgres, "select pg_create_restore_point('here')", "select pg_switch_wal()"
            )
            await original.write(LOST)
            lost = await original.head()
            await asyncio.to_thread(clusters_made.recover, backup, "here")
            async with site(settings_for(backup.url, valkey.url)) as recovered:
                await assert_positions_hold(recovered, kept, lost)


@dataclass
class Failover:
    """A running server whose database can be replaced by its standby."""

    running: Site
    clusters_made: Clusters
    standby: Copy
    network: Proxy

    async def follows(self) -> None:
        """Return once the standby has everything."""
        written = await self.clusters_made.superuser(self.clusters_made.postgres, "select pg_current_wal_lsn()::text")
        replayed = f"select pg_last_wal_replay_lsn() >= '{written}'::pg_lsn"
        await until(lambda: self.clusters_made.superuser(self.standby, replayed))

    async def fail_over(self) -> None:
        """Stop the primary, and connect everyone to its standby."""
        self.network.refuse()
        await asyncio.to_thread(self.clusters_made.postgres.kill)
        await promoted(self.clusters_made, self.standby)
        assert self.standby.port is not None
        self.network.lead_to(self.standby.port)
        self.network.restore()


@contextmanager
def through(proxy: Proxy, settings: Settings) -> Iterator[Settings]:
    """Settings that reach the database through a proxy."""
    url = settings.database_url.dsn
    address = url.rpartition("@")
    yield settings_for(
        f"{address[0]}@127.0.0.1:{proxy.port}/{url.rpartition('/')[2]}", settings.redis_url.get_secret_value()
    )


@pytest.fixture
async def failover(own_settings: Settings, clusters_made: Clusters) -> AsyncIterator[Failover]:
    """A server that reaches a primary with a standby through a proxy."""
    standby = await asyncio.to_thread(clusters_made.standby)
    assert clusters_made.postgres.port is not None
    with Proxy(clusters_made.postgres.port) as network, through(network, own_settings) as settings:
        async with site(settings) as running:
            yield Failover(running, clusters_made, standby, network)


async def test_a_standby_promoted_without_the_last_events(failover: Failover) -> None:
    running = failover.running
    await running.write(4)
    kept = await running.head()
    await failover.follows()
    await cut_off(failover.clusters_made, failover.standby)
    await running.write(LOST)
    lost = await running.head()
    async with resync_at_once(running, lost):
        await failover.fail_over()
    await assert_positions_hold(running, kept, lost)


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
        ids: list[str] = []
        cursor = kept
        while len(ids) < 2:
            message = (await socket.next("1"))["userEvents"]
            assert message["__typename"] in ("Event", "Heartbeat"), "no subscriber has to read again"
            ids += [message["id"]] if message["__typename"] == "Event" else []
            cursor = message["cursor"]
    assert ids == (await running.log_after(position(kept)))[:2]
    assert (await running.after(cursor))[-1]["__typename"] == "Heartbeat"
    (last,) = [m for m in (await running.after(kept)) if m["__typename"] != "Event"]
    assert last["__typename"] == "Heartbeat"
