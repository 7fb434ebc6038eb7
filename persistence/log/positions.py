"""The places that positions name in the table: those of clients, which may be of an earlier epoch or still unnumbered."""

from __future__ import annotations

import asyncio

from domain.cursors import LogCursor
from domain.models.log import LogState
from domain.services.unit import Store

POLL_SECONDS = 0.02


async def place_of(store: Store, asked: LogCursor, log: LogState) -> LogCursor | None:
    """A position as the epoch of `log` has it; None if that does not have its place. Raises Unavailable."""
    shared = log.shared_head(asked.epoch)
    if shared is None:
        return None
    if asked.seq is not None:
        return LogCursor.reached(log.epoch, asked.seq) if log.horizon <= asked.seq <= shared else None
    return await _place_of_write(store, asked, log, shared)


async def _place_of_write(store: Store, asked: LogCursor, log: LogState, shared: int) -> LogCursor | None:
    ord_, is_present = asked.ord or 0, asked.belongs_to(log.epoch)
    async with store.read() as unit:
        seq = await unit.events.seq_of(ord_)
        if seq is None:
            is_waiting = is_present and await unit.events.is_written(ord_)
            return LogCursor(log.epoch.hex[:8], ord=ord_) if is_waiting else None
    return LogCursor.reached(log.epoch, seq) if is_present or seq <= shared else None


async def numbered(store: Store, ord_: int, seconds: float) -> int | None:
    """The sequence of a write named by its insertion number, waiting so long for the relay. Raises Unavailable."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        async with store.read() as unit:
            seq = await unit.events.seq_of(ord_)
        if seq is not None or asyncio.get_running_loop().time() > deadline:
            return seq
        await asyncio.sleep(POLL_SECONDS)
