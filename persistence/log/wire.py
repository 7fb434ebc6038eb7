"""Log entries as bytes, for the broadcast between instances."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

import orjson

from domain.models.event import Event

EPOCH_DIGITS = 32


def encode(events: Sequence[Event], epoch: UUID) -> str:
    """The epoch in which events were numbered, in hexadecimal digits, then their records in order as one JSON array.

    The epoch is in the message itself, because a message may wait to be sealed and sent until the epoch has changed.
    """
    return (
        epoch.hex + orjson.dumps([e.to_record() for e in events], default=str).decode()
    )  # the driver has its own UUID


def decode(message: str) -> tuple[UUID, list[Event]]:
    """The epoch and the events; raises ValueError (also KeyError, TypeError) for what `encode` never wrote."""
    return _epoch(message[:EPOCH_DIGITS]), [Event.from_record(r) for r in orjson.loads(message[EPOCH_DIGITS:])]


@lru_cache(maxsize=8)
def _epoch(digits: str) -> UUID:
    """Nearly always the same one."""
    return UUID(digits)
