"""Log entries as bytes, for the broadcast between instances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.models.event import Change, Event, EventType


def encode(events: Sequence[Event]) -> str:
    """Events in order as one JSON array."""
    return orjson.dumps([_plain(e) for e in events], default=str).decode()  # the driver has a UUID of its own


def decode(message: str) -> list[Event]:
    """The events of a message; raises ValueError (also KeyError, TypeError) for what `encode` never wrote."""
    return [_event(item) for item in orjson.loads(message)]


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
