"""A server without one of its guarantees, so that tests show whether `rollcall verify` detects it.

`python -m tests.faults.weakened gaps` serves like `rollcall serve`; this switch exists here and nowhere in the product.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from api.cli.serve import serve
from domain.models.event import Event, NewEvent
from domain.models.user import User
from persistence.log.hub import Hub
from persistence.store import SqlStore, SqlWriteUnit
from schema.live.replay import Replay
from schema.live.stream import Live


def gaps() -> None:
    """Messages that Redis loses are not read from the table: a hole in the numbers is passed on."""

    async def admit(hub: Hub, _: UUID, events: Sequence[Event]) -> None:
        if fresh := [e for e in events if e.seq > hub.head]:
            hub._append(fresh)

    async def nothing(_: Any) -> None:
        pass

    Hub._admit, Hub._catch_up, Live._resync_all = admit, nothing, nothing  # type: ignore[method-assign, assignment]


def replay() -> None:
    """A client that reconnects continues with new events, not with those after its cursor."""
    really = Replay.catch_up

    async def skip(replay: Replay, group: Any, subscriber: Any, projection: Any) -> None:
        subscriber.seq = max(group.cursor, replay._cursor())
        await really(replay, group, subscriber, projection)

    Replay.catch_up = skip  # type: ignore[method-assign, assignment]


def twice() -> None:
    """A client that reconnects receives the last event again."""
    really = Hub.after

    async def one_more(hub: Hub, seq: int, limit: int = 500) -> Sequence[Event]:
        return await really(hub, max(0, seq - 1), limit)

    Hub.after = one_more  # type: ignore[method-assign, assignment]


def commit() -> None:
    """Every thirtieth write is acknowledged without a commit."""
    really, amend, numbers = SqlWriteUnit.commit, SqlStore.amend, itertools.count(1)

    async def forget(unit: SqlWriteUnit) -> None:
        if unit.events.appended and next(numbers) % 30 == 0:
            return
        await really(unit)

    async def roll_back(store: SqlStore, user: User, event: NewEvent) -> int | None:
        if next(numbers) % 30:
            return await amend(store, user, event)
        async with store.write() as unit:
            await unit.users.save(user)
            return await unit.events.append(event)

    SqlWriteUnit.commit, SqlStore.amend = forget, roll_back  # type: ignore[method-assign, assignment]


WITHOUT: dict[str, Callable[[], None]] = {f.__name__: f for f in (gaps, replay, twice, commit)}

if __name__ == "__main__":
    WITHOUT[sys.argv[1]]()
    serve()
