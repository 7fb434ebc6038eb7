"""Who is online: leases in Redis from the live sockets of every instance, read back into memory every few seconds.

One sorted set holds `user:instance` with the time at which the lease ends (the time of Redis, so that no instance's
clock counts). An instance that dies stops renewing, and its users are gone after LEASE_SECONDS plus one look. While
Redis is away each instance goes on with its own sockets, and with the leases it knows until they end; a Redis that has
come back empty is believed once the others have had the time to renew theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import structlog
from redis.exceptions import RedisError

from domain.tasks import end
from persistence.broadcast import connect

KEY = "rollcall:presence"
LEASE_SECONDS = 10
LOOK_SECONDS = 3.0
DOUBT_SECONDS = LOOK_SECONDS + 1.0
"""How long after Redis came back a lease that is no longer there counts nevertheless."""

SYNC = """
local now = redis.call('TIME')[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('EXPIRE', KEYS[1], ARGV[1] * 6)
return {now, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}
"""
"""The time, and each member with the time at which its lease ends, both in seconds."""

log = structlog.get_logger(__name__)


class RedisPresence:
    """One per process; `hold` and `release` are called as sockets come and go.

    `shared` tells whether the leases were written and read at the last look.
    """

    def __init__(self, url: str) -> None:
        self._redis = connect(url, timeout=1.0)
        self._instance = uuid4().hex[:12]
        self._held: Counter[UUID] = Counter()
        self._elsewhere: dict[UUID, float] = {}
        self._doubt_until = 0.0
        self._known: frozenset[UUID] = frozenset()
        self._listeners: list[Callable[[UUID, bool], None]] = []
        self._wake = asyncio.Event()
        self._gone: set[UUID] = set()
        self._task: asyncio.Task[None] | None = None
        self.shared = False

    def start(self) -> None:
        """Begin to renew and to look."""
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        """Give the leases back and stop."""
        if self._task is not None:
            await end([self._task])
        with contextlib.suppress(RedisError, OSError):
            if self._held:
                await self._redis.zrem(KEY, *(self._member(u) for u in self._held))
            await self._redis.aclose()

    def hold(self, user_id: UUID) -> None:
        """A socket of this user opened here."""
        self._held[user_id] += 1
        if self._held[user_id] == 1:
            self._gone.discard(user_id)
            self._refresh()
            self._wake.set()

    def release(self, user_id: UUID) -> None:
        """A socket of this user closed here."""
        self._held[user_id] -= 1
        if self._held[user_id] <= 0:
            del self._held[user_id]
            self._gone.add(user_id)
            self._refresh()
            self._wake.set()

    def online_ids(self) -> frozenset[UUID]:
        """Who holds a live socket anywhere, at most some seconds old."""
        return self._known

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Call with each user that came or went; the result ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _refresh(self) -> None:
        now = time.monotonic()
        known = frozenset(self._held).union(u for u, ends in self._elsewhere.items() if ends > now)
        came, went = known - self._known, self._known - known
        self._known = known
        for users, online in ((came, True), (went, False)):
            for user_id in users:
                for listener in list(self._listeners):
                    listener(user_id, online)

    def _look(self, server_now: str, leases: Sequence[str]) -> None:
        """Take what Redis knows in place of what was known."""
        now = time.monotonic()
        if not self.shared:
            self._doubt_until = now + DOUBT_SECONDS
        self.shared = True
        if now >= self._doubt_until:
            self._elsewhere.clear()
        for member, ends in zip(leases[::2], leases[1::2], strict=True):
            user, _, instance = member.partition(":")
            if instance != self._instance:
                user_id, until = UUID(user), now + float(ends) - float(server_now)
                self._elsewhere[user_id] = max(until, self._elsewhere.get(user_id, until))

    def _member(self, user_id: UUID) -> str:
        return f"{user_id.hex}:{self._instance}"

    async def _run(self) -> None:
        sync = self._redis.register_script(SYNC)
        while True:
            self._wake.clear()
            gone = list(self._gone)
            try:
                if gone:
                    await self._redis.zrem(KEY, *(self._member(u) for u in gone))
                    self._gone.difference_update(gone)
                self._look(*await sync(keys=[KEY], args=[LEASE_SECONDS, *(self._member(u) for u in self._held)]))
            except (RedisError, OSError) as error:
                log.debug("presence.away", error=type(error).__name__)
                self.shared = False
            except Exception:
                log.exception("presence.failed")
                self.shared = False
            self._refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
                    await asyncio.sleep(0.05)
