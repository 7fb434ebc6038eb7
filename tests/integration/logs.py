"""Writing and reading the log in tests: events are written as raw rows, so that a test decides when they commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from api.bootstrap.container import Container, build
from api.settings import Settings
from domain.models.event import NIL, Event

PATIENCE = 120.0
"""Seconds after which a wait fails."""
WRITE = """insert into events (type, subject_kind, subject_id, user_id, request_id)
  select 'user_updated', 'user', id, id, $1 from gen_random_uuid() id returning ord"""


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Return as soon as the condition holds. Raises TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not (await found if isinstance(found := condition(), Awaitable) else found):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def session(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the test's own."""
    connection = await asyncpg.connect(database_url)
    try:
        yield connection
    finally:
        await connection.close()


async def up_to_date(container: Container) -> None:
    """Return once every committed event has its sequence number and this process has read it."""
    async with session(container.core.settings.database_url.dsn) as connection:

        async def is_read() -> bool:
            waiting = await connection.fetchval("select exists (select from events where seq is null)")
            return not waiting and container.hub.head == await connection.fetchval("select last_seq from log_state")

        await until(is_read)


def instance(settings: Settings, **replaced: Any) -> AbstractAsyncContextManager[Container]:
    """All parts of one serving process except its sockets, with parts replaced by name."""
    return build(settings, **replaced).running()


async def write(connection: asyncpg.Connection, *names: str) -> list[int]:
    """Write events in one transaction; returns their insertion numbers."""
    async with connection.transaction():
        return [int(await connection.fetchval(WRITE, name)) for name in names]


class Recorder:
    """A listener that records its events; it also stands in for a hub that knows of nothing else."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.epoch, self.head = NIL, 0
        self.rechecks = 0

    def __call__(self, events: Any) -> None:
        self.events += events

    def offer(self, events: Sequence[Event], epoch: UUID | None = None) -> None:
        """Record events of a relay."""
        assert epoch is not None
        self(events)

    def recheck(self) -> None:
        """Count that a relay reported a changed table."""
        self.rechecks += 1

    @property
    def seqs(self) -> list[int]:
        """The sequence numbers, in order of arrival."""
        return [e.seq for e in self.events]

    @property
    def names(self) -> list[str | None]:
        """The names that the writers gave, in order of arrival."""
        return [e.request_id for e in self.events]
