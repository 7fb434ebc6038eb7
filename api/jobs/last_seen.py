"""Writes when users, sessions and API keys were last seen, every few seconds and once more at the end."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from domain.services.api_key import ApiKeyService
from domain.services.session import SessionService

FLUSH_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Sightings(Protocol):
    """The sessions, keys and users of recent requests, with the time (api/auth/authenticator.py)."""

    seen: dict[UUID, tuple[UUID, datetime]]
    used: dict[UUID, datetime]


async def write_seen(sightings: Sightings, sessions: SessionService, keys: ApiKeyService) -> None:
    """Write the collected times, until cancelled."""
    while True:
        try:
            await asyncio.sleep(FLUSH_SECONDS)
        finally:
            await _flush(sightings, sessions, keys)


async def _flush(sightings: Sightings, sessions: SessionService, keys: ApiKeyService) -> None:
    seen, sightings.seen = sightings.seen, {}
    used, sightings.used = sightings.used, {}
    if not seen:
        return
    try:
        if used:
            await keys.touch_used(used)
        await sessions.touch_seen({s: at for s, (_, at) in seen.items()}, dict(seen.values()))
    except Exception as error:  # noqa: BLE001 - losing a time of last use is no reason to stop
        log.warning("last_seen.not_written", count=len(seen), error=type(error).__name__)
