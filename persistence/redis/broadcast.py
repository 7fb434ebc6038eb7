"""Redis pub/sub between instances: a broadcaster backend that reports gaps, and a publisher that never blocks its caller.

Why our own backend: the package's Redis backend loses its first subscription with redis-py 8, dies silently with its
connection and queues without bound. This one waits for the SUBSCRIBE acknowledgement, reconnects with jitter, checks an
idle connection with pings, and emits GAP after every (re)connection and whenever it dropped a message; a reader of GAP
then reads the table. Callers use logical channel names; in Redis each channel has a name specific to this log, and only
messages sealed for it are passed on (persistence/redis/namespace.py).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any, Self

import structlog
from broadcaster import BroadcastBackend, Event
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from domain.backoff import Backoff
from domain.tasks import Tasks
from persistence.redis.namespace import RedisNamespace
from persistence.redis.servers import RedisServers
from persistence.redis.times import RedisTimes

GAP = "\x00gap"
"""The message that means that something may be missing here."""

EVENTS, NUDGE = "events", "nudge"
"""The channels: numbered events; "a write was committed here"."""

QUEUE_MAX = 4096
PUBLISH_SECONDS, PUBLISH_MAX = 2.0, 100
"""The time for one round trip of publishing, and how many messages it takes at most."""
PING_SECONDS = 2.0
FIRST_DELAY, LAST_DELAY = 0.05, 2.0

log = structlog.get_logger(__name__)


class RedisBackend(BroadcastBackend):
    """broadcaster's backend contract over redis-py; `connected` says whether the subscription is active.

    It listens once the namespace is bound to a log, and switches channels when that changes.
    """

    def __init__(self, url: str, namespace: RedisNamespace, times: RedisTimes | None = None) -> None:
        self._times = times or RedisTimes()
        self._servers, self._namespace = RedisServers(url), namespace
        self._publisher = self._servers.messenger()
        self._queue: asyncio.Queue[Event] = asyncio.Queue(QUEUE_MAX)
        self._channels: dict[str, asyncio.Event] = {}
        self._names: dict[str, str] = {}
        self._tasks = Tasks()
        self._wanted = asyncio.Event()
        self._pubsub: PubSub | None = None
        self.connected = False
        self.reconnects = 0
        self.dropped = 0

    async def connect(self) -> None:
        """Start listening; returns immediately, even if Redis is unavailable."""
        self._namespace.listen(self._switch_channels)
        self._tasks.spawn(self._run(), name="redis-listener")

    async def disconnect(self) -> None:
        """Stop listening and close."""
        await self._tasks.end()
        with contextlib.suppress(RedisError, OSError):
            await self._publisher.aclose()

    async def subscribe(self, group: str) -> None:
        """Return when Redis has acknowledged, or after two seconds; then GAP follows once it has."""
        acknowledged = self._channels.setdefault(group, asyncio.Event())
        if self._namespace.bound:
            self._wanted.set()
        if self._pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.subscribe(self._name(group))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await acknowledged.wait()

    async def unsubscribe(self, group: str) -> None:
        """Stop listening to a channel."""
        self._channels.pop(group, None)
        if self._pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(self._namespace.name(group))

    async def publish(self, channel: str, message: Any) -> None:
        """Publish now; raises redis.exceptions.RedisError or OSError within PUBLISH_SECONDS if that fails."""
        await self.publish_all([(channel, message)])

    async def publish_all(self, messages: Sequence[tuple[str, str]]) -> None:
        """Publish several in one round trip, in order; raises as `publish` does."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS), self._publisher.pipeline(transaction=False) as pipeline:
                for channel, message in messages:
                    pipeline.publish(self._namespace.name(channel), self._namespace.seal(channel, message))
                with self._times.measured("publish"):
                    await pipeline.execute()
        except (RedisError, OSError):
            failed, self._publisher = self._publisher, self._servers.messenger()
            with contextlib.suppress(RedisError, OSError):
                await failed.aclose()
            raise

    async def next_published(self) -> Event:
        """The next message or GAP."""
        return await self._queue.get()

    def _emit(self, channel: str, message: str) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self.dropped += 1
            message = GAP
        self._queue.put_nowait(Event(channel, message))

    async def _run(self) -> None:
        backoff = Backoff(FIRST_DELAY, LAST_DELAY)
        while True:
            await self._wanted.wait()
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                if self.connected:
                    backoff.reset()
                    log.warning("redis.connection_lost", error=type(error).__name__)
                elif not self.reconnects:
                    log.warning("redis.unreachable", setting="REDIS_URL", error=type(error).__name__)
                self._down()
            except Exception:
                log.exception("redis.listener_failed")
                self._down()
            await backoff.wait()

    def _name(self, channel: str) -> str:
        """The name of a channel in Redis, remembered to recognise its messages."""
        name = self._namespace.name(channel)
        self._names[name] = channel
        return name

    def _switch_channels(self) -> None:
        """Switch to the channel names of another log."""
        left, self._names = list(self._names), {}
        for acknowledged in self._channels.values():
            acknowledged.clear()
        if self._channels:
            self._wanted.set()
        if self._pubsub is not None:
            self._tasks.spawn(self._resubscribe(self._pubsub, left), name="redis-resubscribe")

    async def _resubscribe(self, pubsub: PubSub, left: Sequence[str]) -> None:
        with contextlib.suppress(RedisError, OSError):  # a lost connection subscribes again when it reconnects
            await pubsub.subscribe(*(self._name(channel) for channel in self._channels))
            await pubsub.unsubscribe(*left)

    def _down(self) -> None:
        self.connected = False
        self.reconnects += 1
        for acknowledged in self._channels.values():
            acknowledged.clear()

    async def _listen(self) -> None:
        client = self._servers.messenger(timeout=3 * PING_SECONDS)
        pubsub = client.pubsub()
        try:
            names = [self._name(channel) for channel in self._channels]
            await pubsub.subscribe(*names)
            self._pubsub = pubsub
            later = [name for name in map(self._name, self._channels) if name not in names]
            if later:  # added or renamed while the first were being subscribed
                await pubsub.subscribe(*later)
            silent = 0
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=False, timeout=PING_SECONDS)
                silent = silent + 1 if message is None else 0
                if message is not None:
                    self._take(message)
                elif silent > 2:
                    raise TimeoutError("no pong")
                else:
                    await pubsub.ping()
        finally:
            self._pubsub = None
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()

    def _take(self, message: dict[str, Any]) -> None:
        channel = self._names.get(message["channel"] or "")
        if message["type"] == "message":
            opened = None if channel is None else self._namespace.open(channel, message["data"])
            if channel is not None and opened is not None:
                self._emit(channel, opened)
        elif message["type"] == "subscribe" and channel in self._channels:
            if not self.connected:
                self.connected = True
                log.info("redis.listening")
            self._channels[channel].set()
            self._emit(channel, GAP)


class Publisher:
    """Publishing behind a bounded queue and a breaker: `send` never waits and never fails.

    Messages that do not fit are dropped: the table has them, and readers check it within a second. All queued messages
    are sent in one round trip, so that on a slow network they are late by a round trip, but do not fall further behind.
    """

    def __init__(self, backend: RedisBackend, queue_max: int = 1000) -> None:
        self._backend = backend
        self._queue: deque[tuple[str, str]] = deque(maxlen=queue_max)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks = Tasks()
        self.healthy = True
        self.dropped = 0

    def send(self, channel: str, message: str) -> None:
        """Queue a message for publishing."""
        if not self.healthy and self._queue:  # while unhealthy, only one message is attempted at a time
            self.dropped += 1
            return
        if len(self._queue) == self._queue.maxlen:
            self.dropped += 1
        self._queue.append((channel, message))
        self._idle.clear()
        self._wake.set()

    async def __aenter__(self) -> Self:
        """Start publishing."""
        self._tasks.spawn(self._run(), name="redis-publisher")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Publish the queued messages, for at most half a second, then stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self._idle.wait()
        await self._tasks.end()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                messages = [self._queue.popleft() for _ in range(min(len(self._queue), PUBLISH_MAX))]
                try:
                    await self._backend.publish_all(messages)
                    self.healthy = True
                except (RedisError, OSError) as error:
                    if self.healthy:
                        log.warning("redis.publish_failed", error=type(error).__name__)
                    self.healthy = False
                    self.dropped += len(messages) + len(self._queue)
                    self._queue.clear()
                    await asyncio.sleep(1.0)  # the breaker: one attempt a second while Redis is unavailable
            self._idle.set()
