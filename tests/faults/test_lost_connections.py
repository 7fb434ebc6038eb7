"""Connections to Redis that ended while nothing used them, as after a partition between hosts, under the server's event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import pytest
import uvloop
from redis.asyncio.cluster import RedisCluster
from redis.exceptions import RedisError

from persistence.redis.servers import connect
from tests.faults.valkeys import cluster, watched


@contextmanager
def of_sentinels() -> Iterator[str]:
    """The address of a primary that Sentinels watch."""
    with watched() as place:
        yield place.url


@contextmanager
def of_a_cluster() -> Iterator[str]:
    """The address of a Cluster."""
    with cluster() as place:
        yield place.url


def open_connections(client: Any) -> list[Any]:
    """Those that a client keeps for its next commands."""
    if isinstance(client, RedisCluster):
        kept = [connection for node in client.get_nodes() for connection in node._connections]
        return [connection for connection in kept if connection.is_connected]
    return list(client.connection_pool._available_connections)


def end(connections: list[Any]) -> None:
    """End connections as their reset does."""
    assert connections
    for connection in connections:
        connection._writer.transport.abort()


async def use(url: str) -> None:
    """A script and a command, each over a connection that has ended."""
    client = connect(url)
    script = client.register_script("return redis.call('INCR', KEYS[1])")
    await client.delete("of-the-test")
    for command in (script, script, lambda **_: client.get("of-the-test")):
        assert await command(keys=["of-the-test"])
        end(open_connections(client))
    assert await client.get("of-the-test") == "2", "nothing was sent twice"
    await client.aclose()


async def listen(url: str) -> None:
    """A subscriber whose connection has ended fails with an error of Redis, or goes on."""
    client = connect(url)
    pubsub = client.pubsub()
    await pubsub.subscribe("of-the-test")
    end([pubsub.connection])
    with suppress(RedisError, OSError):
        await pubsub.ping()
    await pubsub.aclose()  # type: ignore[no-untyped-call]
    await client.aclose()


def run(work: Callable[[str], Any], url: str) -> None:
    """Run it as the server would."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work(url))


def test_a_connection_that_has_ended_is_opened_anew(redis_url: str) -> None:
    run(use, redis_url)


def test_a_subscription_that_has_ended_is_no_unknown_error(redis_url: str) -> None:
    run(listen, redis_url)


@pytest.mark.parametrize("servers", [of_sentinels, of_a_cluster])
def test_so_are_those_of_several_servers(servers: Callable[[], AbstractContextManager[str]]) -> None:
    with servers() as url:
        run(use, url)
