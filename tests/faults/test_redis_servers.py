"""Redis as it is run: an ACL user with the least rights, TLS, Sentinel, and a Cluster, each with a failure of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.exceptions import RedisError

from api.bootstrap.checks import redis_checks
from api.bootstrap.container import Container
from api.cli.local.embedded import Embedded
from api.cli.local.embedded.process import free_port
from persistence.health import RedisHealth
from persistence.redis.broadcast import GAP
from persistence.redis.presence import KEY
from persistence.redis.servers import connect
from tests.api.conftest import settings_for
from tests.conftest import throwaway
from tests.faults.tls import Certificates, tls_at_once
from tests.faults.valkeys import cluster, leads, watched
from tests.integration.logs import instance, until

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "engines.md").read_text()
RULES = re.findall(r"^ACL SETUSER rollcall (.*)$", PAGE, re.MULTILINE)
PASSWORD = "of-the-user"


@asynccontextmanager
async def two(database_url: str, redis_url: str) -> AsyncIterator[tuple[Container, Container]]:
    """Two instances with one key."""
    settings = settings_for(database_url, redis_url)
    async with instance(settings) as first, instance(settings) as second:
        yield first, second


async def work(first: Container, second: Container) -> None:
    """Return once messages, presence, limits and health checks work between two instances."""
    for container in (first, second):
        await until(partial(shares, container))
    await until(lambda: counts_together(first, second))
    await passes_on(first, second)
    user = uuid4()
    first.core.presence.hold(user)
    await until(lambda: user in second.core.presence.online_ids())
    first.core.presence.release(user)
    await until(lambda: is_healthy(first))


def shares(container: Container) -> bool:
    """Whether an instance receives messages and shares who is online."""
    return container.backend.connected and container.core.presence.shared


async def counts_together(first: Container, second: Container) -> bool:
    """Whether an attempt at one instance counts at the other."""
    key = uuid4().hex
    assert await first.core.limiter.hit("of-the-test", key, 1, 60) is None
    return await second.core.limiter.hit("of-the-test", key, 1, 60) is not None


async def passes_on(first: Container, second: Container) -> None:
    """Return once a message of one instance has reached the other."""
    async with second.broadcast.subscribe("of-the-test") as stream:
        word = uuid4().hex

        async def arrived() -> bool:
            first.publisher.send("of-the-test", word)
            async with asyncio.timeout(5):
                while (event := await stream.get()).message == GAP:
                    pass
            return bool(event.message == word)

        await until(lambda: tolerant(arrived))


async def tolerant(check: Any) -> bool:
    """Whether a check succeeds, in time."""
    try:
        return bool(await check())
    except TimeoutError:
        return False


async def is_healthy(container: Container) -> bool:
    """Whether no health check of Redis finds a fault."""
    checks = redis_checks(container.core, lambda: container.backend.connected)
    return [await check() for check in checks.values()] == [None] * len(checks)


@pytest.fixture
def valkey() -> Iterator[Embedded]:
    """A Valkey of the test's own."""
    embedded = throwaway()
    try:
        embedded.start(postgres=False)
        yield embedded
    finally:
        embedded.remove()


async def allow(url: str, rule: str) -> None:
    """Make the user `rollcall` anew with a rule."""
    client = connect(url, timeout=60)
    try:
        await client.execute_command("ACL", "DELUSER", "rollcall")  # type: ignore[no-untyped-call]
        await client.execute_command("ACL", "LOG", "RESET")  # type: ignore[no-untyped-call]
        await client.execute_command("SCRIPT", "FLUSH")  # type: ignore[no-untyped-call]
        words = rule.replace(">PASSWORD", f">{PASSWORD}").split()
        await client.execute_command("ACL", "SETUSER", "rollcall", *words)  # type: ignore[no-untyped-call]
    finally:
        await client.aclose()


async def denials(url: str) -> set[str]:
    """The commands that were denied so far."""
    client = connect(url, timeout=60)
    try:
        return {str(entry["object"]) for entry in await client.acl_log()}
    finally:
        await client.aclose()


async def is_denied(container: Container, url: str, command: str) -> bool:
    """Whether a command was denied; the health checks use all that scripts use."""
    await is_healthy(container)
    return command in await denials(url)


def as_user(url: str) -> str:
    """An address with the user's name and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=f"rollcall:{PASSWORD}@{parts.netloc.rpartition('@')[2]}").geturl()


async def test_the_documented_rights_are_enough(fresh_database_url: str, valkey: Embedded) -> None:
    (rule,) = RULES
    await allow(valkey.valkey.url, rule)
    async with two(fresh_database_url, as_user(valkey.valkey.url)) as pair:
        await work(*pair)
    assert await denials(valkey.valkey.url) == set(), "nothing else was asked for"


async def test_each_documented_right_is_needed(fresh_database_url: str, valkey: Embedded) -> None:
    (rule,) = RULES
    needed = [word for word in rule.split() if word.startswith("+")]
    assert len(needed) > 10
    for word in needed:
        await allow(valkey.valkey.url, rule.replace(f"{word} ", "") if f"{word} " in rule else rule.replace(word, ""))
        async with instance(settings_for(fresh_database_url, as_user(valkey.valkey.url))) as container:
            await until(lambda: container.core.namespace.bound)
            async with container.broadcast.subscribe("of-the-test"):
                pass
            await until(partial(is_denied, container, valkey.valkey.url, word.removeprefix("+")))


async def test_a_wrong_password_is_reported_as_such(fresh_database_url: str, valkey: Embedded) -> None:
    url = valkey.valkey.url
    wrong = url.replace(urlsplit(url).password or "", "hunter2")
    async with instance(settings_for(fresh_database_url, wrong)) as container:
        await until(lambda: container.core.namespace.bound)
        checks = redis_checks(container.core, lambda: container.backend.connected)
        assert await checks["redis_writing"]() == "it refuses this user or password"


async def test_tls_with_a_verified_certificate(fresh_database_url: str, redis_url: str, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    certificates.make()
    async with tls_at_once(urlsplit(redis_url).port, certificates) as port:
        secret = f"rediss://:{urlsplit(redis_url).password}"
        own = f"?ssl_ca_certs={certificates.root('ours')}"
        async with two(fresh_database_url, f"{secret}@localhost:{port}/0{own}") as pair:
            await work(*pair)
        for host, root in (("127.0.0.1", "ours"), ("localhost", "another")):
            client = connect(f"{secret}@{host}:{port}/0?ssl_ca_certs={certificates.root(root)}")
            with pytest.raises((RedisError, OSError), match="certificate verify failed"):
                await client.ping()
            await client.aclose()


async def test_one_lost_node_of_a_cluster_is_no_fault_of_publishing(redis_url: str) -> None:
    secret, live = urlsplit(redis_url).password, urlsplit(redis_url).port
    lost = [free_port() for _ in range(2)]
    for ports in ([lost[0], live], [live, lost[0]], [*lost, live]):
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        health = RedisHealth(f"redis+cluster://:{secret}@{hosts}", lambda: "of-the-test")
        assert [await health.publishes() for _ in ports] == [None] * len(ports)
    none = RedisHealth(f"redis+cluster://:{secret}@127.0.0.1:{lost[0]},127.0.0.1:{lost[1]}", lambda: "of-the-test")
    assert await none.publishes() is not None


async def test_sentinels_name_the_primary_also_after_a_failover(fresh_database_url: str) -> None:
    stack = watched()
    place = await asyncio.to_thread(stack.__enter__)
    try:
        async with two(fresh_database_url, place.url) as pair:
            await work(*pair)
            await asyncio.to_thread(place.primary.kill)
            await asyncio.to_thread(place.sentinels[0].kill)
            await work(*pair)
    finally:
        await asyncio.to_thread(stack.__exit__, None, None, None)


async def test_a_cluster_works_also_without_one_of_its_primaries(fresh_database_url: str) -> None:
    stack = cluster()
    place = await asyncio.to_thread(stack.__enter__)
    try:
        async with two(fresh_database_url, place.url) as pair:
            await work(*pair)
            shard = await asyncio.to_thread(place.shard_of, pair[0].core.namespace.name(KEY))
            await asyncio.to_thread(shard.kill)
            await until(partial(asyncio.to_thread, leads, place.replica_of(shard)))
            await work(*pair)
    finally:
        await asyncio.to_thread(stack.__exit__, None, None, None)
