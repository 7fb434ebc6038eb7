"""What the process measures of itself: statements, pools, the log, sockets, sign-ins and limits."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from uuid import uuid4

import psutil

from api.cli.local.embedded.process import free_port
from persistence.database import Database
from persistence.log.backlog import LogBacklog
from persistence.redis.namespace import RedisNamespace
from persistence.redis.rate_limit import RedisRateLimiter
from persistence.redis.times import USES, RedisTimes
from tests.api.conftest import PASSWORD, Api, Person, Server, settings_for
from tests.api.test_health import numbers
from tests.api.test_live import live

Numbers = Mapping[str, float]


async def until_numbers(api: Api, holds: Callable[[Numbers], bool]) -> Numbers:
    """Wait until the metrics are as expected."""
    found: Numbers = {}
    async with asyncio.timeout(120):
        while not holds(found := await numbers(api)):
            await asyncio.sleep(0.05)
    return found


async def test_process_and_build_are_described(api: Api) -> None:
    found = await numbers(api)
    assert found["process_resident_memory_bytes"] > 10_000_000
    assert found["process_cpu_seconds_total"] > 0
    assert found["process_open_fds"] > 0
    (build,) = [name for name in found if name.startswith("rollcall_build_info")]
    assert all(f'{label}="' in build for label in ("version", "schema", "python"))


async def test_statements_and_pools_are_measured(api: Api, admin: Person) -> None:
    statements = 'rollcall_sql_seconds_count{database="primary"}'
    before = await numbers(api)
    await api.ask("{ users(first: 5) { edges { node { id } } } }", by=admin)
    after = await numbers(api)
    assert after[statements] > before[statements]
    assert after['rollcall_pool_in_use{database="primary"}'] >= 0
    assert after["rollcall_pool_size"] == api.server.container.core.settings.database_pool_size
    assert after["rollcall_pool_waiting"] == 0
    assert after["rollcall_replica_fallbacks_total"] == 0


async def test_the_log_is_measured_up_to_its_delivery(api: Api, admin: Person) -> None:
    count, total = "rollcall_delivery_seconds_count", "rollcall_delivery_seconds_sum"
    before = await numbers(api)
    await api.new_user(admin)
    after = await until_numbers(api, lambda found: found.get(count, 0) > before[count])
    assert after[total] >= before[total]
    after = await until_numbers(api, lambda found: found["rollcall_relay_backlog"] == 0)
    assert after["rollcall_relay_backlog_seconds"] == 0


async def test_sockets_are_counted_by_how_they_close(api: Api, admin: Person) -> None:
    by_client, by_code, started = (
        'rollcall_socket_closes_total{code="client"}',
        'rollcall_socket_closes_total{code="4400"}',
        "rollcall_subscriptions_started_total",
    )
    before = await numbers(api)
    async with api.socket(admin) as socket:
        await live(socket)
        assert (await numbers(api))["rollcall_sockets"] >= 1
    async with api.socket(admin) as socket:
        await socket.connection.send("no JSON")
        assert await socket.closed() == 4400
    after = await until_numbers(
        api,
        lambda found: all(found.get(name, 0) > before.get(name, 0) for name in (by_client, by_code)),
    )
    assert after[started] - before[started] == 1
    assert after["rollcall_outbox_bytes"] == 0


async def test_sign_ins_are_counted_by_result_and_refused_attempts_by_limit(database_url: str, redis_url: str) -> None:
    succeeded, failed = (f'rollcall_sign_ins_total{{result="{result}"}}' for result in ("succeeded", "failed"))
    with Server(settings_for(database_url, redis_url)) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(server.container.core.settings.admin_email or "", PASSWORD)
            user = await api.new_user(admin)
            body = {"email": user.email, "password": "not the password"}
            async with asyncio.timeout(120):
                while (await api.rest("POST", "/api/v1/auth/login", json=body)).status_code != 429:
                    pass
            after = await until_numbers(api, lambda found: found.get(failed, 0) >= 10)
    assert after[succeeded] >= 2
    limited = {name: value for name, value in after.items() if name.startswith("rollcall_attempts_limited_total")}
    assert all('{limit="sign_in_' in name for name in limited)
    assert sum(limited.values()) >= 1


async def test_what_cannot_be_asked_is_no_number() -> None:
    nowhere = f"postgresql://u:p@127.0.0.1:{free_port()}/x"
    backlog = LogBacklog(Database(nowhere, [nowhere]), lambda: 7)
    await backlog.measure()
    assert math.isnan(backlog.waiting)
    assert math.isnan(backlog.oldest_seconds)
    assert math.isnan(backlog.replica_lags["1"])


async def test_the_lag_of_a_replica_is_measured_in_events(fresh_database_url: str) -> None:
    async with Database(fresh_database_url, [fresh_database_url], pool_size=1) as database:
        backlog = LogBacklog(database, lambda: 7)
        async with asyncio.timeout(120):
            while math.isnan(backlog.replica_lags.get("1", math.nan)) or math.isnan(backlog.waiting):
                await backlog.measure()
        assert (backlog.replica_lags, backlog.waiting) == ({"1": 7.0}, 0.0)


async def test_round_trips_to_redis_are_measured_by_their_use(api: Api, admin: Person) -> None:
    names = {use: f'rollcall_redis_seconds_count{{use="{use}"}}' for use in USES}
    before = await numbers(api)
    assert set(names.values()) <= before.keys()
    await api.new_user(admin)
    async with asyncio.timeout(120):
        while not all(found > before[name] for name, found in (await numbers(api)).items() if name in names.values()):
            # Again and again, because after a failure of Redis attempts are counted in memory for a while.
            await api.rest("POST", "/api/v1/auth/login", json={"email": "nobody@example.com", "password": PASSWORD})
            await api.ask("{ eventCounts { complete } }", by=admin)


async def test_a_round_trip_that_fails_is_measured_too() -> None:
    measured: list[tuple[str, float]] = []
    times = RedisTimes()
    times.observe(lambda use, seconds: measured.append((use, seconds)))
    limiter = RedisRateLimiter(f"redis://127.0.0.1:{free_port()}", bound(), times=times)
    async with limiter:
        assert await limiter.hit("of-the-test", "key", 1, 60) is None
    ((use, seconds),) = measured
    assert use == "limit"
    assert seconds > 0


def bound() -> RedisNamespace:
    """A namespace of some log."""
    namespace = RedisNamespace("a key of the test that is long enough")
    namespace.bind(uuid4())
    return namespace


async def test_the_machine_is_described(api: Api) -> None:
    found = await numbers(api)
    assert found["rollcall_host_cpus"] == psutil.cpu_count()
    assert 0 < found["rollcall_host_memory_available_bytes"] < found["rollcall_host_memory_bytes"]
    assert found["rollcall_host_disk_free_bytes"] > 0
    assert found["rollcall_host_load"] >= 0
    assert found['rollcall_host_cpu_seconds_total{mode="user"}'] > 0
    assert found['rollcall_host_cpu_seconds_total{mode="idle"}'] > 0
