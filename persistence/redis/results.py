"""Results that are kept for all instances (domain/services/results.py), in Redis. Without Redis nothing is kept.

What is read is trusted only with this log's tag: a client that can write to Redis must not decide what a dashboard shows.
"""

from __future__ import annotations

import asyncio
import time
from typing import Self

import structlog
from redis.exceptions import RedisError

from persistence.redis.namespace import RedisNamespace
from persistence.redis.servers import connect
from persistence.redis.times import RedisTimes

TIMEOUT_SECONDS = 0.25
BREAK_SECONDS = 5.0
MAX_LENGTH = 256 * 1024
"""The longest text that is kept; a longer one is computed each time."""

log = structlog.get_logger(__name__)


class RedisResults:
    """Each call is one round trip of at most `timeout` seconds; none for a while after a failure."""

    def __init__(
        self, url: str, namespace: RedisNamespace, times: RedisTimes, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._redis, self._namespace, self._times = connect(url, timeout), namespace, times
        self._timeout = timeout
        self._retry_at = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def get(self, kind: str, key: str) -> str | None:
        """The text, None if there is none, it is not authentic, or Redis does not answer."""
        if not self._reachable():
            return None
        name = self._name(kind, key)
        try:
            with self._times.measured("result"):
                async with asyncio.timeout(self._timeout):
                    found = await self._redis.get(name)
        except (RedisError, OSError) as error:
            self._pause(error)
            return None
        text = found.decode("utf-8", "replace") if isinstance(found, bytes) else found
        return None if text is None else self._namespace.verified(name, text)

    async def put(self, kind: str, key: str, text: str, seconds: int) -> None:
        """Keep a text, if Redis answers."""
        if not self._reachable() or len(text) > MAX_LENGTH:
            return
        name = self._name(kind, key)
        try:
            with self._times.measured("result"):
                async with asyncio.timeout(self._timeout):
                    await self._redis.set(name, self._namespace.sign(name, text), ex=seconds)
        except (RedisError, OSError) as error:
            self._pause(error)

    def _name(self, kind: str, key: str) -> str:
        return self._namespace.name("result", kind, key)

    def _reachable(self) -> bool:
        return self._namespace.bound and time.monotonic() >= self._retry_at

    def _pause(self, error: Exception) -> None:
        self._retry_at = time.monotonic() + BREAK_SECONDS
        log.warning("results.redis_unavailable", error=type(error).__name__)
