"""Resolves positions of clients, which may be of an earlier epoch or not yet numbered, to places in the log table."""

from __future__ import annotations

import asyncio

from domain.cursors import LogCursor
from domain.models.log import LogState
from domain.services.unit import Store

POLL_SECONDS = 0.02


async def place_of(store: Store, position: LogCursor, log: LogState) -> LogCursor | None:
    """The same position in the epoch of `log`; None if that epoch does not contain it. Raises Unavailable."""
    shared = log.shared_head(position.epoch)
    if shared is None:
        return None
    if position.seq is not None:
        return LogCursor.reached(log.epoch, position.seq) if log.horizon <= position.seq <= shared else None
    return await _place_of_write(store, position, log, shared)


async def _place_of_write(store: Store, position: LogCursor, log: LogState, shared: int) -> LogCursor | None:
    ord_, is_current = position.ord or 0, position.belongs_to(log.epoch)
    async with store.read() as unit:
        seq = await unit.events.seq_of(ord_)
        if seq is None:
            is_waiting = is_current and await unit.events.is_written(ord_)
            return LogCursor(log.epoch.hex[:8], ord=ord_) if is_waiting else None
    return LogCursor.reached(log.epoch, seq) if is_current or seq <= shared else None


async def numbered(store: Store, ord_: int, seconds: float) -> int | None:
    """The sequence number of a write, by its insertion number. Waits up to `seconds` for the relay, then returns None.

    Raises Unavailable.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        async with store.read() as unit:
            seq = await unit.events.seq_of(ord_)
        if seq is not None or asyncio.get_running_loop().time() > deadline:
            return seq
        await asyncio.sleep(POLL_SECONDS)
