"""Clients of Redis by its address: of one server, of the primary that Sentinel names, or of a Cluster.

The address of one server is redis-py's own. `redis+sentinel://…@host,host/0?service=name` names the Sentinels, and
`redis+cluster://…@host,host` some nodes of a Cluster; `rediss+…` is TLS. In a Cluster, messages go through any node, since
PUBLISH reaches the subscribers of all of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis.asyncio as aioredis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError

from domain.models.hosts import split_hosts

PORTS = {"sentinel": 26379, "cluster": 6379}
SENTINEL_OPTIONS = ("service", "sentinel_username", "sentinel_password")

T = TypeVar("T")


async def _over_open(send: Callable[[], Awaitable[T]]) -> T:
    """Send again, once, what could not be written because its connection had ended while nothing used it.

    After a partition redis-py still takes such a connection for open. uvloop refuses to write to it with a RuntimeError,
    before anything is sent, where asyncio's own transports have a ConnectionError; redis-py drops it then, and connects anew.
    """
    try:
        return await send()
    except RuntimeError as error:
        if "closed" not in str(error):
            raise
        return await send()


class NoRetry(Retry):
    """Of a connection whose failed commands are not repeated."""

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 0)

    async def call_with_retry(self, do: Callable[[], Awaitable[T]], *args: Any, **kwargs: Any) -> T:
        """Run a command once. Raises as it does."""
        return await super().call_with_retry(lambda: _over_open(do), *args, **kwargs)


class SentinelClient(aioredis.Redis):
    """A client of the primary, which closes the connections to the Sentinels too."""

    sentinels: tuple[aioredis.Redis, ...] = ()

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        """Close everything."""
        await super().aclose(close_connection_pool)
        for sentinel in self.sentinels:
            await sentinel.aclose()


class ClusterClient(RedisCluster):
    """A client of a Cluster whose failures are RedisErrors, as those of every other client are."""

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        """Send a command to the node of its key."""
        try:
            return await _over_open(lambda: RedisCluster.execute_command(self, *args, **kwargs))
        except RedisClusterException as error:
            raise RedisConnectionError(str(error)) from error


class RedisServers:
    """The servers of one address. Every client answers or fails within its `timeout` seconds."""

    def __init__(self, url: str) -> None:
        parts = split_hosts(url)
        scheme, _, self._kind = parts.scheme.partition("+")
        self._hosts = list(_hosts(parts.netloc, PORTS.get(self._kind, 6379)))
        given = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._named = {name: given.pop(name) for name in SENTINEL_OPTIONS if self._kind and name in given}
        self._given = tuple(given)
        user, at, _ = parts.netloc.rpartition("@")
        self._url = url
        if self._kind:
            self._url = parts._replace(scheme=scheme, netloc=f"{user}{at}server", query=urlencode(given)).geturl()
        self._turns = itertools.cycle(range(len(self._hosts)))

    @property
    def passing(self) -> int:
        """How many servers pass messages on: of a Cluster, every node that the address names."""
        return len(self._hosts) if self._kind == "cluster" else 1

    def client(self, timeout: float = 2.0) -> aioredis.Redis:
        """A client for keys and scripts; it never retries by itself, except where a Cluster has moved a key."""
        if self._kind == "cluster":
            nodes = [ClusterNode(host, port) for host, port in self._hosts]
            options = self._options(timeout) | {"retry": Retry(NoBackoff(), 1)}
            return cast("aioredis.Redis", ClusterClient(startup_nodes=nodes, **options))
        return self.messenger(timeout)

    def messenger(self, timeout: float = 2.0) -> aioredis.Redis:
        """A client for messages; in a Cluster, of another node at each call."""
        if self._kind == "sentinel":
            return self._of_sentinel(timeout)
        if self._kind == "cluster":
            host, port = self._hosts[next(self._turns)]
            return aioredis.Redis(host=host, port=port, **self._options(timeout))
        return aioredis.Redis.from_url(self._url, **_bounds(timeout))

    def _of_sentinel(self, timeout: float) -> aioredis.Redis:
        options = self._options(timeout)
        tls = {name: value for name, value in options.items() if name.startswith("ssl")}
        known = {name.removeprefix("sentinel_"): value for name, value in self._named.items() if name != "service"}
        manager = Sentinel(self._hosts, sentinel_kwargs=_bounds(timeout) | tls | known, **options)  # type: ignore[no-untyped-call]
        client: SentinelClient = manager.master_for(self._named["service"], SentinelClient)
        client.sentinels = tuple(manager.sentinels)
        return client

    def _options(self, timeout: float) -> dict[str, Any]:
        """What the address says of each connection, in redis-py's own terms."""
        read = ConnectionPool.from_url(self._url).connection_kwargs
        named = {name: read[name] for name in ("username", "password", "db", *self._given) if name in read}
        return named | ({"ssl": True} if self._url.startswith("rediss:") else {}) | _bounds(timeout)


def connect(url: str, timeout: float = 2.0) -> aioredis.Redis:
    """A client for keys and scripts."""
    return RedisServers(url).client(timeout)


async def find_nodes(client: object) -> None:
    """Find the nodes of a Cluster now, if the client is one's; a failure is that of the next command too."""
    if isinstance(client, RedisCluster):
        with suppress(RedisError, RedisClusterException, OSError):
            await client.initialize()


def _bounds(timeout: float) -> dict[str, Any]:
    """Invalid UTF-8 is replaced, which invalidates the seal of that message, but does not stop the reading."""
    return {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
        "retry": NoRetry(),
        "driver_info": None,  # CLIENT SETINFO would need a right of its own
        "decode_responses": True,
        "encoding_errors": "replace",
    }


def _hosts(netloc: str, port: int) -> Iterator[tuple[str, int]]:
    for host in netloc.rpartition("@")[2].split(","):
        parts = urlsplit(f"//{host}")
        yield parts.hostname or "", parts.port or port
