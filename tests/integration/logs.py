"""Writers of the log and what is needed to read it in tests: events as raw rows, so that tests decide when they commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from api.bootstrap import Container, build
from api.settings import Settings
from domain.models.event import NIL, Event

PATIENCE = 120.0
"""Seconds after which what was waited for is taken never to come."""
WRITE = """insert into events (type, subject_kind, subject_id, user_id, request_id)
  select 'user_updated', 'user', id, id, $1 from gen_random_uuid() id returning ord"""


async def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Return as soon as something is true."""
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
    """Return once every committed event has its place in the log and this process has read it."""
    async with session(container.core.settings.database_url.dsn) as connection:

        async def is_read() -> bool:
            waiting = await connection.fetchval("select exists (select from events where seq is null)")
            return not waiting and container.hub.head == await connection.fetchval("select last_seq from log_state")

        await until(is_read)


def instance(settings: Settings, **replaced: Any) -> AbstractAsyncContextManager[Container]:
    """Everything that one serving process runs behind its sockets, with parts replaced by name."""
    return build(settings, **replaced).running()


async def write(connection: asyncpg.Connection, *names: str) -> list[int]:
    """Events in one transaction; their insertion numbers."""
    async with connection.transaction():
        return [int(await connection.fetchval(WRITE, name)) for name in names]


class Told:
    """A listener that keeps what it was told; in place of a hub, it knows of nothing else."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.epoch, self.head = NIL, 0
        self.rechecks = 0

    def __call__(self, events: Any) -> None:
        self.events += events

    def offer(self, events: Sequence[Event], epoch: UUID | None = None) -> None:
        """Be told by a relay."""
        assert epoch is not None
        self(events)

    def recheck(self) -> None:
        """Be told by a relay that the table has changed."""
        self.rechecks += 1

    @property
    def seqs(self) -> list[int]:
        """The places in the order."""
        return [e.seq for e in self.events]

    @property
    def names(self) -> list[str | None]:
        """The names that the writers gave."""
        return [e.request_id for e in self.events]
