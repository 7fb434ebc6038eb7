"""Deliveries of webhooks: one for each event and endpoint, tried until it is accepted, or for three days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.event import Event
from domain.models.event_types import EventType
from domain.pagination import Page, Window

GIVE_UP_AFTER = timedelta(days=3)
"""The age in the queue at which a delivery is no longer retried by itself, only by an admin."""
LEASE = timedelta(minutes=2)
"""How long a process may take for a delivery before another process may make it."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(hours=1)
REST_FIRST, REST_LAST = timedelta(seconds=5), timedelta(minutes=5)
"""How long a process sends nothing to an endpoint that could not be reached, doubled each time."""
KEPT_DELIVERED, KEPT_FAILED = timedelta(days=3), timedelta(days=30)
"""How long deliveries are shown after they have ended."""


class DeliveryState(StrEnum):
    """What became of a delivery so far."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event for one endpoint. Those of one endpoint and `owner_id` (the user concerned, or the subject if there is none)
    are made in the order of the log. Times are UTC; `next_at` is when it is due, while it is pending.

    It has nothing of the event but its id: what is sent is read from the log, where an erased user's data is removed.
    """

    id: UUID
    endpoint_id: UUID
    event_id: UUID
    type: EventType
    owner_id: UUID
    queued_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_fault: str | None = None
    ord: int = 0


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: doubled each time, up to LAST_RETRY."""
    return min(FIRST_RETRY * float(2 ** min(attempts - 1, 20)), LAST_RETRY)


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the headers and the body of the specification, signed."""

    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)


class NotAccepted(Exception):
    """The receiver has not accepted a message; the text says why, in words for an admin.

    `status` is that of its response, None if there was none; `retry_after` is how long it asks to wait.
    """

    def __init__(self, reason: str, status: int | None = None, retry_after: timedelta | None = None) -> None:
        self.reason, self.status, self.retry_after = reason, status, retry_after
        super().__init__(reason)


class WebhookTransport(Protocol):
    """Sends messages."""

    async def send(self, message: Message) -> int:
        """The status of success with which the receiver has accepted it. Raises NotAccepted."""
        ...


class WebhookQueueReader(Protocol):
    """Reads of deliveries."""

    async def get_many(self, delivery_ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]: ...
    async def page(self, endpoint_id: UUID, states: Collection[DeliveryState], window: Window) -> Page[WebhookDelivery]:
        """Those of an endpoint, newest first. Raises ValidationFailed for an invalid cursor."""
        ...


class WebhookQueue(WebhookQueueReader, Protocol):
    """The queue of deliveries, within one transaction."""

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """See MailQueue.read_log: the next events after the position of this queue."""
        ...

    async def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Append deliveries, in order, except to endpoints that were deleted."""
        ...

    async def claim(self, limit: int, lease: timedelta, resting: Collection[UUID]) -> Sequence[WebhookDelivery]:
        """Deliveries that are due, to enabled endpoints that are not `resting`, at most one of each owner and endpoint.

        They are not due again before the lease ends. Each counts as attempted.
        """
        ...

    async def postpone(self, delivery: WebhookDelivery, delay: timedelta, fault: NotAccepted) -> None:
        """Make a delivery due after this time, and note why it was not accepted."""
        ...

    async def end(self, delivery: WebhookDelivery, state: DeliveryState, status: int | None, fault: str | None) -> None:
        """Note what became of a delivery."""
        ...

    async def restart(self, delivery_id: UUID) -> bool:
        """Make a failed delivery pending and due; False if it has not failed."""
        ...

    async def restart_failed(self, endpoint_id: UUID, limit: int) -> int:
        """Do so with the oldest failed ones of an endpoint; returns how many."""
        ...

    async def prune(self, delivered: timedelta, failed: timedelta, limit: int) -> int:
        """Delete at most `limit` deliveries that ended so long ago; returns their number."""
        ...
