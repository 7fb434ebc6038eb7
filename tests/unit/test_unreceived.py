"""Who shares the statement for what has not arrived, and what happens when it fails or the process ends."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

from domain.errors import Unavailable
from domain.models.event import NIL
from domain.models.log import Unreceived
from domain.turns import Share, share
from persistence.log.unreceived import UnreceivedEvents

USER = UUID(int=7)


class Statements:
    """Statements that end when a test says so, in place of the driver; also the hub, which has read nothing."""

    epoch, head = NIL, 0

    def __init__(self) -> None:
        self.ends: list[asyncio.Future[UUID | None]] = []
        self.shares: list[Share | None] = []

    async def fetch(self, _: object, *, head: int) -> list[dict[str, Any]]:
        """One row, about the user whom the test names."""
        assert head == self.head
        self.shares.append(share.get())
        self.ends.append(asyncio.get_running_loop().create_future())
        user = await self.ends[-1]
        state = {"epoch": NIL, "last_seq": 0, "horizon": 0, "server": "one"}
        return [{**state, "type": None if user is None else "user_updated", "user_id": user}]


async def turn() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


def started() -> tuple[Statements, UnreceivedEvents]:
    statements = Statements()
    return statements, UnreceivedEvents(cast("Any", statements), statements)


async def test_no_request_joins_a_statement_that_was_sent() -> None:
    statements, unreceived = started()
    share.set(Share("a session"))
    first = [asyncio.create_task(unreceived.read()) for _ in range(3)]
    await turn()
    later = [asyncio.create_task(unreceived.read()) for _ in range(3)]
    await turn()
    later.pop().cancel()
    statements.ends[0].set_result(None)
    assert await asyncio.gather(*first) == [Unreceived("one", frozenset())] * 3
    await turn()
    statements.ends[1].set_result(USER)
    assert await asyncio.gather(*later) == [Unreceived("one", frozenset({USER}))] * 2
    assert statements.shares == [None, None], "they are of no session"
    again = asyncio.create_task(unreceived.read())
    await turn()
    statements.ends[2].set_result(None)
    assert await again == Unreceived("one", frozenset())


async def test_a_statement_that_fails_says_nothing() -> None:
    statements, unreceived = started()
    for error in (Unavailable(), TimeoutError()):
        read = asyncio.create_task(unreceived.read())
        await turn()
        statements.ends.pop().set_exception(error)
        assert await read is None


async def test_another_log_meanwhile() -> None:
    statements, unreceived = started()
    read = asyncio.create_task(unreceived.read())
    await turn()
    statements.epoch = USER
    statements.ends[0].set_result(None)
    assert await read is None


async def test_a_process_that_ends_leaves_no_request_waiting() -> None:
    statements, unreceived = started()
    reads = [asyncio.create_task(unreceived.read()) for _ in range(3)]
    await turn()
    reads.append(asyncio.create_task(unreceived.read()))
    await turn()
    statements.ends[0].cancel()
    assert await asyncio.gather(*reads) == [None] * 4
