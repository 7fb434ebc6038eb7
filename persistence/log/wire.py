"""Log entries as bytes, for the broadcast between instances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from domain.models.event import Change, Event, EventType

EPOCH_DIGITS = 32


def encode(events: Sequence[Event], epoch: UUID) -> str:
    """The epoch in which events were numbered, in hexadecimal digits, then the events in order as one JSON array.

    The epoch is in the message itself, because a message may wait to be sealed and sent until the epoch has changed.
    """
    return epoch.hex + orjson.dumps([_plain(e) for e in events], default=str).decode()  # the driver has its own UUID


def decode(message: str) -> tuple[UUID, list[Event]]:
    """The epoch and the events; raises ValueError (also KeyError, TypeError) for what `encode` never wrote."""
    return _epoch(message[:EPOCH_DIGITS]), [_event(item) for item in orjson.loads(message[EPOCH_DIGITS:])]


@lru_cache(maxsize=8)
def _epoch(digits: str) -> UUID:
    """Nearly always the same one."""
    return UUID(digits)


def _plain(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "seq": event.seq,
        "ord": event.ord,
        "type": event.type,
        "user_id": event.user_id,
        "occurred_at": event.occurred_at,
        "actor_id": event.actor_id,
        "session_id": event.session_id,
        "changes": [[c.field, c.before, c.after] for c in event.changes],
        "status_before": event.status_before,
        "status_after": event.status_after,
        "user_version": event.user_version,
        "request_id": event.request_id,
        "ip_address": event.ip_address,
    }


def _event(item: dict[str, Any]) -> Event:
    return Event(
        **item
        | {
            "id": UUID(item["id"]),
            "type": EventType(item["type"]),
            "user_id": UUID(item["user_id"]),
            "occurred_at": datetime.fromisoformat(item["occurred_at"]),
            "actor_id": UUID(item["actor_id"]) if item["actor_id"] else None,
            "session_id": UUID(item["session_id"]) if item["session_id"] else None,
            "changes": [Change(*change) for change in item["changes"]],
        }
    )
