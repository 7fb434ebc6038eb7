"""Counting tries: in Redis for all instances together, in memory while Redis is away or the log is not known yet.

What is counted stands in Redis under a keyed hash: nobody reads addresses and e-mails there.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from typing import Self

import structlog
from redis.exceptions import RedisError

from persistence.redis.broadcast import connect
from persistence.redis.namespace import RedisNamespace

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
    """Fixed windows that begin with the first try; one round trip a try, none for a while after one has failed.

    A try waits `timeout` seconds for Redis, then is counted in memory.
    """

    def __init__(self, url: str, namespace: RedisNamespace, timeout: float = TIMEOUT_SECONDS) -> None:
        self._namespace, self._timeout = namespace, timeout
        self._redis = connect(url, timeout=timeout)
        self._hit = self._redis.register_script(HIT)
        self._away_until = 0.0
        self._own: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one try of at most `limit` in `window` seconds; the seconds to wait, or None while it is allowed."""
        if self._reachable():
            try:
                name = self._namespace.hidden("limit", bucket, key)
                async with asyncio.timeout(self._timeout):  # connecting takes several round trips
                    count, left = await self._hit(keys=[name], args=[window])
                return max(1, int(left)) if count > limit else None
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + BREAK_SECONDS
                log.warning("rate_limit.redis_away", error=type(error).__name__)
        return self._count((bucket, key), limit, window)

    async def reset(self, bucket: str, key: str) -> None:
        """Forget the tries of a key."""
        self._own.pop((bucket, key), None)
        if self._reachable():
            try:
                name = self._namespace.hidden("limit", bucket, key)
                async with asyncio.timeout(self._timeout):
                    await self._redis.delete(name)
            except (RedisError, OSError):
                self._away_until = time.monotonic() + BREAK_SECONDS

    def _reachable(self) -> bool:
        return self._namespace.bound and time.monotonic() >= self._away_until

    def _count(self, name: tuple[str, str], limit: int, window: int) -> int | None:
        now = time.monotonic()
        count, ends = self._own.pop(name, (0, now + window))
        if now >= ends:
            count, ends = 0, now + window
        self._own[name] = (count + 1, ends)
        if len(self._own) > KEPT:
            self._own.popitem(last=False)
        return max(1, math.ceil(ends - now)) if count + 1 > limit else None
