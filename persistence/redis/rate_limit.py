"""Counting attempts: in Redis for all instances, in memory while Redis is unavailable or the log is not known yet.

The keys are keyed hashes in both, so that addresses and e-mails can be read neither there nor in a dump of this process.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import secrets
import time
from collections import Counter, OrderedDict
from typing import Self

import structlog
from redis.exceptions import RedisError

from domain.tasks import Tasks
from persistence.redis.namespace import RedisNamespace
from persistence.redis.servers import connect, find_nodes
from persistence.redis.times import RedisTimes

TIMEOUT_SECONDS = 0.25
BREAK_SECONDS = 5.0
KEPT = 20_000

HIT = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('TTL', KEYS[1])}
"""

log = structlog.get_logger(__name__)


class RedisRateLimiter:
    """Fixed windows that start with the first attempt. Each attempt is one round trip; none for a while after a failure.

    An attempt waits `timeout` seconds for Redis, then is counted in memory.
    """

    def __init__(
        self,
        url: str,
        namespace: RedisNamespace,
        timeout: float = TIMEOUT_SECONDS,
        times: RedisTimes | None = None,
    ) -> None:
        self._times, self._tasks = times or RedisTimes(), Tasks()
        self._namespace, self._timeout = namespace, timeout
        self._redis = connect(url, timeout)
        self._hit = self._redis.register_script(HIT)
        self._retry_at = 0.0
        self._own_key = secrets.token_bytes(32)
        self._own: OrderedDict[bytes, tuple[int, float]] = OrderedDict()
        self.limited: Counter[str] = Counter()
        """How many attempts this process has refused, by bucket."""

    async def __aenter__(self) -> Self:
        """Find the nodes of a Cluster ahead: that may take longer than an attempt may wait, and would begin anew with each."""
        self._tasks.spawn(find_nodes(self._redis), name="rate-limit-nodes")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._tasks.end()
        await self._redis.aclose()

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one attempt of at most `limit` in `window` seconds; returns the seconds to wait, or None if it is allowed."""
        wait = await self._wait(bucket, key, limit, window)
        if wait is not None:
            self.limited[bucket] += 1
        return wait

    async def _wait(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        if self._reachable():
            try:
                name = self._namespace.hidden("limit", bucket, key)
                with self._times.measured("limit"):
                    async with asyncio.timeout(self._timeout):  # connecting takes several round trips
                        count, left = await self._hit(keys=[name], args=[window])
                return max(1, int(left)) if count > limit else None
            except (RedisError, OSError) as error:
                self._retry_at = time.monotonic() + BREAK_SECONDS
                log.warning("rate_limit.redis_unavailable", error=type(error).__name__)
        return self._count(self._own_name(bucket, key), limit, window)

    async def reset(self, bucket: str, key: str) -> None:
        """Forget the attempts counted for a key."""
        self._own.pop(self._own_name(bucket, key), None)
        if self._reachable():
            try:
                name = self._namespace.hidden("limit", bucket, key)
                async with asyncio.timeout(self._timeout):
                    await self._redis.delete(name)
            except (RedisError, OSError):
                self._retry_at = time.monotonic() + BREAK_SECONDS

    def _reachable(self) -> bool:
        return self._namespace.bound and time.monotonic() >= self._retry_at

    def _own_name(self, bucket: str, key: str) -> bytes:
        """A keyed hash like a name in Redis, but with a key of this process: it may count before the log is known."""
        return hmac.digest(self._own_key, f"{len(bucket)}:{bucket}{key}".encode("utf-8", "surrogatepass"), "sha256")

    def _count(self, name: bytes, limit: int, window: int) -> int | None:
        now = time.monotonic()
        count, ends = self._own.pop(name, (0, now + window))
        if now >= ends:
            count, ends = 0, now + window
        self._own[name] = (count + 1, ends)
        if len(self._own) > KEPT:
            self._own.popitem(last=False)
        return max(1, math.ceil(ends - now)) if count + 1 > limit else None
