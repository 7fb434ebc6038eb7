"""What is sent of an event: its JSON, and the headers with its signatures (Standard Webhooks 1.0, "Signature scheme")."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from api.version import VERSION
from domain.cursors import sequence_cursor
from domain.models.event import Event
from domain.models.webhook_delivery import Message


def write_message(event: Event, epoch: UUID, url: str, secrets: Sequence[bytes], now: datetime) -> Message:
    """The message of an event. Its id is the event's, so it is the same each time that the event is sent."""
    body = orjson.dumps(body_of(event, epoch))
    id_, timestamp = str(event.id), int(now.timestamp())
    signatures = " ".join(sign(secret, id_, timestamp, body) for secret in secrets)
    headers = (
        ("content-type", "application/json"),
        ("user-agent", f"Rollcall/{VERSION}"),
        ("webhook-id", id_),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", signatures),
    )
    return Message(url, headers, body)


def sign(secret: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """One signature: `v1,` and the HMAC-SHA256 of id, time (seconds since 1970) and body, in base64."""
    signed = f"{id_}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def body_of(event: Event, epoch: UUID) -> dict[str, Any]:
    """The event as an admin sees it, without the request's address. The names are those of GraphQL, the values those of the log.

    `cursor` is its position, from which a subscription can go on.
    """
    data = {
        "id": str(event.id),
        "cursor": sequence_cursor(epoch, event.seq),
        "subjectKind": event.subject.kind.value,
        "subjectId": str(event.subject.id),
        "userId": None if event.user_id is None else str(event.user_id),
        "userVersion": event.user_version,
        "actorId": None if event.actor_id is None else str(event.actor_id),
        "requestId": event.request_id,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in event.changes],
    }
    return {"type": event.type.value, "timestamp": event.occurred_at.isoformat(), "data": data}
