"""Sending webhooks: from the log into the queue, from the queue to the receivers. Nothing here runs within a request."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

from domain.models.actor import system
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.webhook import WebhookEndpoint, WebhookSecrets, changes_of, webhook_event
from domain.models.webhook_delivery import (
    GIVE_UP_AFTER,
    LAST_RETRY,
    LEASE,
    DeliveryState,
    Message,
    NotAccepted,
    WebhookDelivery,
    retry_delay,
)
from domain.services.unit import Clock, Store

EVENTS = 200
"""Events that are read in one transaction."""
ENDED = 410
"""The status by which a receiver ends it (Standard Webhooks, "Delivery")."""


class WriteMessage(Protocol):
    """Makes what is sent of an event, signed with secrets."""

    def __call__(self, event: Event, epoch: UUID, url: str, secrets: Sequence[bytes], now: datetime) -> Message: ...


class NotComposed(Exception):
    """There is nothing to send; the text says why, in words for an admin."""


class WebhookSendingService:
    """The use cases of the background jobs. One per process."""

    def __init__(self, store: Store, clock: Clock, secrets: WebhookSecrets, write: WriteMessage) -> None:
        self._store, self._clock, self._secrets, self._write = store, clock, secrets, write
        self._wanted: frozenset[EventType] = frozenset(EventType)
        self._wake = asyncio.Event()

    def noticed(self, events: Sequence[Event]) -> None:
        """Read the log soon if it has events that an endpoint wants, or if the endpoints have changed."""
        if any(e.type in self._wanted or not e.type.is_known or e.type.value.startswith("webhook_") for e in events):
            self._wake.set()

    async def woken(self, seconds: float) -> None:
        """Wait for such an event, at most this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def read_log(self) -> bool:
        """Queue the deliveries of the next events; returns whether there may be more. Raises Unavailable."""
        async with self._store.write() as unit:
            endpoints = [e for e in await unit.webhooks.list_all() if e.enabled]
            self._wanted = _wanted(endpoints)
            events = await unit.webhook_queue.read_log(self._wanted, EVENTS)
            if events is None:
                return False
            now = self._clock.now()
            await unit.webhook_queue.add(
                [_delivery(endpoint, e, now) for e in events for endpoint in endpoints if endpoint.takes(e)]
            )
            await unit.commit()
        return len(events) == EVENTS

    async def claim(self, limit: int, resting: Collection[UUID]) -> Sequence[WebhookDelivery]:
        """Deliveries to make now, which no other process makes before their lease ends. Raises Unavailable."""
        async with self._store.write() as unit:
            found = await unit.webhook_queue.claim(limit, LEASE, resting)
            if found:
                await unit.commit()
        return found

    async def compose(self, delivery: WebhookDelivery) -> Message:
        """What to send. Raises NotComposed, and Unavailable."""
        now = self._clock.now()
        async with self._store.read() as unit:
            endpoint = (await unit.webhooks.get_many([delivery.endpoint_id])).get(delivery.endpoint_id)
            event = (await unit.events.get_many([delivery.event_id])).get(delivery.event_id)
            epoch = (await unit.events.state()).epoch
        if endpoint is None or event is None:
            raise NotComposed("The event is no longer in the log")
        opened = [self._secrets.open(sealed, endpoint.id) for sealed in endpoint.sealed_secrets(now)]
        secrets = [secret for secret in opened if secret is not None]
        if not secrets:
            raise NotComposed("The secret was encrypted under another SECRET_KEY; replace it")
        return self._write(event, epoch, endpoint.url, secrets, now)

    async def delivered(self, delivery: WebhookDelivery, status: int) -> None:
        """Note that a delivery was accepted. Raises Unavailable."""
        await self._end(delivery, DeliveryState.DELIVERED, status, None)

    async def fail(self, delivery: WebhookDelivery, fault: str, status: int | None = None) -> None:
        """Give a delivery up; an admin can repeat it. Raises Unavailable."""
        await self._end(delivery, DeliveryState.FAILED, status, fault)

    async def _end(
        self, delivery: WebhookDelivery, state: DeliveryState, status: int | None, fault: str | None
    ) -> None:
        async with self._store.write() as unit:
            await unit.webhook_queue.end(delivery, state, status, fault)
            await unit.commit()

    async def retry_later(self, delivery: WebhookDelivery, fault: NotAccepted) -> bool:
        """Postpone a delivery that was not accepted; False if it was given up: it is too old, or the receiver has ended it.

        Raises Unavailable.
        """
        if fault.status == ENDED:
            await self._disable(delivery.endpoint_id)
        if fault.status == ENDED or self._clock.now() - delivery.queued_at >= GIVE_UP_AFTER:
            await self.fail(delivery, fault.reason, fault.status)
            return False
        wished = min(fault.retry_after or timedelta(), LAST_RETRY)
        async with self._store.write() as unit:
            await unit.webhook_queue.postpone(delivery, max(retry_delay(delivery.attempts), wished), fault)
            await unit.commit()
        return True

    async def _disable(self, endpoint_id: UUID) -> None:
        """Disable an endpoint that does not exist any more."""
        now, actor = self._clock.now(), system()
        async with self._store.write() as unit:
            before = (await unit.webhooks.get_many([endpoint_id])).get(endpoint_id)
            if before is None or not before.enabled:
                return
            after = replace(await unit.webhooks.get_for_update(endpoint_id), enabled=False, updated_at=now)
            await unit.webhooks.save(after)
            changes = changes_of(before, after)
            await unit.events.append(webhook_event(EventType.WEBHOOK_ENDPOINT_UPDATED, actor, after, now, changes))
            await unit.commit()


def _wanted(endpoints: Sequence[WebhookEndpoint]) -> frozenset[EventType]:
    """The types that one of them wants."""
    return frozenset(t for t in EventType if any(e.wants(t) for e in endpoints))


def _delivery(endpoint: WebhookEndpoint, event: Event, now: datetime) -> WebhookDelivery:
    owner = event.user_id or event.subject.id
    return WebhookDelivery(uuid4(), endpoint.id, event.id, event.type, owner, now)
