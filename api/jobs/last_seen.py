"""When somebody was last seen, written down every few seconds and once more at the end."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from domain.services.session import SessionService

FLUSH_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Sightings(Protocol):
    """Where requests leave which session and which user they saw, and when (api/auth/authenticator.py)."""

    seen: dict[UUID, tuple[UUID, datetime]]


async def write_seen(sightings: Sightings, sessions: SessionService) -> None:
    """Write what was seen, until it is cancelled."""
    while True:
        try:
            await asyncio.sleep(FLUSH_SECONDS)
        finally:
            await _flush(sightings, sessions)


async def _flush(sightings: Sightings, sessions: SessionService) -> None:
    seen, sightings.seen = sightings.seen, {}
    if not seen:
        return
    try:
        await sessions.touch_seen({s: at for s, (_, at) in seen.items()}, dict(seen.values()))
    except Exception as error:  # noqa: BLE001 - when somebody was seen is not worth stopping for
        log.warning("last_seen.not_written", count=len(seen), error=type(error).__name__)
