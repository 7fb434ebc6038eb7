"""Presence: leases in Redis for the live sockets of every instance, read back into memory every few seconds.

One sorted set has members `user:instance:tag` with the expiry of the lease (by the clock of Redis, not of an instance);
the tag authenticates this deployment, and members with a wrong tag are removed. An instance that dies stops renewing,
and its users are offline after LEASE_SECONDS plus one poll. A socket that closes shortens its lease to GRACE_SECONDS
instead of ending it, so that a user who switches to another instance, or reloads a page, stays online. A user is only
reported offline on the basis of leases that have just been read.

While Redis is unavailable, each instance uses its own sockets and the leases it knows until they expire. If Redis comes
back empty, its state is only accepted after the other instances have had time to renew their leases.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Self
from uuid import UUID, uuid4

import structlog
from redis.exceptions import RedisError

from domain.tasks import Tasks
from persistence.redis.namespace import RedisNamespace
from persistence.redis.servers import connect
from persistence.redis.times import RedisTimes

KEY = "presence"
LEASE_SECONDS = 10
GRACE_SECONDS = 5
"""How long a user without a socket counts as online, so that they can open another one on any instance."""
POLL_SECONDS = 3.0
RETRY_SECONDS = 1.0
DOUBT_SECONDS = POLL_SECONDS + 1.0
"""How long after Redis came back a missing lease is still considered valid."""

SYNC = """
local now = redis.call('TIME')[1]
local held = 4 + ARGV[3]
for i = 4, held - 1 do redis.call('ZADD', KEYS[1], 'XX', 'LT', now + ARGV[2], ARGV[i]) end
for i = held, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[i]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + ARGV[1], '+inf')
redis.call('EXPIRE', KEYS[1], ARGV[1] * 6)
return {now, redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')}
"""
"""Arguments: lease and grace period in seconds, the number of members that left, those members, then the held ones.

Returns the time, and each member with the expiry of its lease, both in seconds. No lease is longer than LEASE_SECONDS.
"""

log = structlog.get_logger(__name__)


class RedisPresence:
    """One per process; `hold` and `release` are called as sockets open and close.

    `shared` says whether the leases were written and read in the last poll.
    """

    def __init__(self, url: str, namespace: RedisNamespace, times: RedisTimes | None = None) -> None:
        self._times = times or RedisTimes()
        self._redis = connect(url, timeout=1.0)
        self._sync = self._redis.register_script(SYNC)
        self._namespace = namespace
        self._instance = uuid4().hex[:12]
        self._held: Counter[UUID] = Counter()
        self._leaving: dict[UUID, float] = {}
        self._elsewhere: dict[UUID, float] = {}
        self._doubt_until = 0.0
        self._known: set[UUID] = set()
        self._online: frozenset[UUID] | None = frozenset()
        self._listeners: list[Callable[[UUID, bool], None]] = []
        self._wake = asyncio.Event()
        self._released: set[UUID] = set()
        self._members: dict[UUID, str] = {}
        self._read: dict[str, tuple[UUID, str] | None] = {}
        self._tasks = Tasks()
        self.shared = False
        namespace.listen(self._rebound)

    async def __aenter__(self) -> Self:
        """Start renewing and polling."""
        self._tasks.spawn(self._run(), name="presence")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give users GRACE_SECONDS to reconnect elsewhere, and stop."""
        await self._tasks.end()
        left = [*self._held, *self._released]
        with contextlib.suppress(RedisError, OSError):
            if left and self._namespace.bound:
                await self._write(left, [])
        with contextlib.suppress(RedisError, OSError):
            await self._redis.aclose()

    def hold(self, user_id: UUID) -> None:
        """A socket of this user opened here."""
        self._held[user_id] += 1
        if self._held[user_id] == 1:
            self._leaving.pop(user_id, None)
            self._released.discard(user_id)
            if user_id not in self._known:
                self._known.add(user_id)
                self._notify(user_id, online=True)
            self._wake.set()

    def release(self, user_id: UUID) -> None:
        """A socket of this user closed here."""
        self._held[user_id] -= 1
        if self._held[user_id] <= 0:
            del self._held[user_id]
            self._leaving[user_id] = time.monotonic() + GRACE_SECONDS
            self._released.add(user_id)
            self._wake.set()

    def online_ids(self) -> frozenset[UUID]:
        """The users with an open socket on any instance, at most a few seconds old."""
        if self._online is None:
            self._online = frozenset(self._known)
        return self._online

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Call the listener with each user who went online (True) or offline; the returned function stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _notify(self, user_id: UUID, *, online: bool) -> None:
        self._online = None
        for listener in list(self._listeners):
            listener(user_id, online)

    def _refresh(self) -> None:
        """Notify listeners of changes in the leases that were just read."""
        now = time.monotonic()
        self._leaving = {u: ends for u, ends in self._leaving.items() if ends > now}
        known = {u for u, ends in self._elsewhere.items() if ends > now}.union(self._held, self._leaving)
        came, went = known - self._known, self._known - known
        self._known = known
        for users, online in ((came, True), (went, False)):
            for user_id in users:
                self._notify(user_id, online=online)

    def _apply_leases(self, server_now: str, leases: Sequence[str]) -> list[str]:
        """Replace the known leases with those from Redis; returns the members that are not authentic."""
        now = time.monotonic()
        if not self.shared:
            self._doubt_until = now + DOUBT_SECONDS
        self.shared = True
        if now >= self._doubt_until:
            self._elsewhere.clear()
        before, self._read = self._read, {}
        for member, ends in zip(leases[::2], leases[1::2], strict=True):
            read = self._read[member] = before[member] if member in before else self._parsed(member)
            if read is not None and read[1] != self._instance:
                until = now + float(ends) - float(server_now)
                self._elsewhere[read[0]] = max(until, self._elsewhere.get(read[0], until))
        return [member for member, read in self._read.items() if read is None]

    def _parsed(self, member: str) -> tuple[UUID, str] | None:
        text = self._namespace.verified(KEY, member)
        if text is None:
            return None
        user, _, instance = text.partition(":")
        return UUID(user), instance

    def _member(self, user_id: UUID) -> str:
        member = self._members.get(user_id)
        if member is None:
            member = self._members[user_id] = self._namespace.sign(KEY, f"{user_id.hex}:{self._instance}")
        return member

    def _rebound(self) -> None:
        """Switch to another log and key: leases of the previous one count until they expire or are renewed."""
        self._members.clear()
        self._read.clear()
        self.shared = False
        self._wake.set()

    async def _write(self, left: Sequence[UUID], held: Sequence[UUID]) -> tuple[str, list[str]]:
        members = [self._member(u) for u in (*left, *held)]
        with self._times.measured("presence"):
            answer: Any = await self._sync(
                keys=[self._namespace.name(KEY)], args=[LEASE_SECONDS, GRACE_SECONDS, len(left), *members]
            )
        return answer[0], answer[1]

    async def _exchange(self) -> None:
        """Write this instance's leases and read all leases."""
        left = list(self._released)
        forged = self._apply_leases(*await self._write(left, list(self._held)))
        self._released.difference_update(left)
        self._members = {u: m for u, m in self._members.items() if u in self._held}
        if forged:
            await self._redis.zrem(self._namespace.name(KEY), *forged)

    def _pause(self) -> float:
        """The seconds until the next poll: sooner while Redis is unavailable, and when a grace period ends."""
        if not self.shared:
            return RETRY_SECONDS
        first = min(self._leaving.values(), default=math.inf)
        return min(POLL_SECONDS, max(0.05, first - time.monotonic()))

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._exchange()
            except (RedisError, OSError) as error:
                log.debug("presence.redis_unavailable", error=type(error).__name__)
                self.shared = False
            except Exception:
                log.exception("presence.failed")
                self.shared = False
            self._refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
                    await asyncio.sleep(0.05)
