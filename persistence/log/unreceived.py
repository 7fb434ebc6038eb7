"""What is committed and has not arrived in this process, asked once for all requests that wait for it.

Entries arrive in the hub milliseconds after their commit. A request that must not miss any, without reading what they
changed, asks for those after the hub's head and those without a number. It never joins a statement that was already sent.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, text

from domain.errors import Unavailable
from domain.models.event_types import changes_user
from domain.models.log import Unreceived
from persistence.direct import Direct, Prepared

EVENTS_MAX = 200
"""Events of either kind that are read; with more, nothing is known."""
SECONDS = 0.5
"""How long the database may take to answer."""

STATEMENT = text(f"""
select s.epoch, s.last_seq, s.horizon, pg_postmaster_start_time() as server, w.type, w.user_id
from log_state s left join (
  (select type, user_id from events where seq > :head order by seq limit {EVENTS_MAX})
  union all
  (select type, user_id from events where seq is null order by ord limit {EVENTS_MAX})) w on true
""").bindparams(bindparam("head", type_=BigInteger))  # noqa: S608 - built from constants of this module only


class LogView(Protocol):
    """The part of this process's hub that is compared with the table."""

    @property
    def epoch(self) -> UUID: ...
    @property
    def head(self) -> int: ...


class UnreceivedEvents:
    """One per process."""

    def __init__(self, direct: Direct, hub: LogView) -> None:
        self._direct, self._hub, self._statement = direct, hub, Prepared(STATEMENT)
        self._waiting: list[asyncio.Future[Unreceived | None]] = []
        self._flight: asyncio.Task[None] | None = None

    async def read(self) -> Unreceived | None:
        """Everything that was committed before this call and has not arrived; None if that is not known."""
        waiter: asyncio.Future[Unreceived | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        if self._flight is None:  # in a context of its own, because the statement is of several sessions
            self._flight = asyncio.create_task(self._fly(), name="unreceived", context=Context())
        return await waiter

    async def _fly(self) -> None:
        answered: list[asyncio.Future[Unreceived | None]] = []
        try:
            while self._waiting:
                answered, self._waiting = self._waiting, []
                _answer(answered, await self._read())
        finally:
            self._flight = None
            left, self._waiting = self._waiting, []
            _answer([*answered, *left], None)

    async def _read(self) -> Unreceived | None:
        epoch, head = self._hub.epoch, self._hub.head
        try:
            async with asyncio.timeout(SECONDS):
                rows = await self._direct.fetch(self._statement, head=head)
        except (Unavailable, TimeoutError):
            return None
        if not rows or len(rows) >= EVENTS_MAX:
            return None
        row = rows[0]
        if not epoch == row["epoch"] == self._hub.epoch or not row["horizon"] <= head <= row["last_seq"]:
            return None  # another history, or entries that were pruned before they arrived
        server: datetime = row["server"]
        # One row without a type says that everything has arrived.
        changing = (r["user_id"] for r in rows if r["type"] is not None and changes_user(r["type"]))
        return Unreceived(server, frozenset(changing))


def _answer(waiting: list[asyncio.Future[Unreceived | None]], found: Unreceived | None) -> None:
    for waiter in waiting:
        if not waiter.done():
            waiter.set_result(found)
