"""Fakes of webhook endpoints, of their secrets and of the queue of deliveries."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.errors import NotFound
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.webhook import NewSecret, WebhookEndpoint
from domain.models.webhook_delivery import DeliveryState, NotAccepted, WebhookDelivery
from domain.pagination import Page, Window
from tests.unit.fakes.pages import page_of
from tests.unit.fakes.state import State


class FakeWebhookSecrets:
    """Secrets that are numbered, and "encrypted" by the name of their key and endpoint."""

    def __init__(self, key: str = "ours") -> None:
        self.key = key
        self._numbers = itertools.count(1)

    def make(self, endpoint_id: UUID) -> NewSecret:
        """The next secret."""
        text = f"secret-{next(self._numbers)}"
        return NewSecret(text, f"{self.key}:{endpoint_id}:{text}".encode())

    def open(self, sealed: bytes, endpoint_id: UUID) -> bytes | None:
        key, owner, text = sealed.decode().split(":")
        return text.encode() if (key, owner) == (self.key, str(endpoint_id)) else None


class FakeWebhookEndpoints:
    """Endpoints in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def get_many(self, endpoint_ids: Sequence[UUID]) -> dict[UUID, WebhookEndpoint]:
        """Those that are there."""
        return {i: self._state.webhooks[i] for i in endpoint_ids if i in self._state.webhooks}

    async def list_all(self) -> Sequence[WebhookEndpoint]:
        return list(self._state.webhooks.values())

    async def page(self, window: Window) -> Page[WebhookEndpoint]:
        return page_of(list(self._state.webhooks.values())[::-1], window)

    async def get_for_update(self, endpoint_id: UUID) -> WebhookEndpoint:
        """Raises NotFound."""
        if endpoint_id not in self._state.webhooks:
            raise NotFound
        return self._state.webhooks[endpoint_id]

    async def lock(self) -> None: ...

    async def add(self, endpoint: WebhookEndpoint) -> None:
        self._state.webhooks[endpoint.id] = endpoint

    async def save(self, endpoint: WebhookEndpoint) -> None:
        self._state.webhooks[endpoint.id] = endpoint

    async def remove(self, endpoint_id: UUID) -> None:
        """Delete it with its deliveries."""
        del self._state.webhooks[endpoint_id]
        self._state.deliveries = {i: d for i, d in self._state.deliveries.items() if d.endpoint_id != endpoint_id}


class FakeWebhookQueue:
    """The queue in memory; `now` is the database's clock."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def get_many(self, delivery_ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]:
        """Those that are there."""
        return {i: self._state.deliveries[i] for i in delivery_ids if i in self._state.deliveries}

    async def page(self, endpoint_id: UUID, states: Collection[DeliveryState], window: Window) -> Page[WebhookDelivery]:
        own = [d for d in self._state.deliveries.values() if d.endpoint_id == endpoint_id and d.state in states]
        return page_of(own[::-1], window)

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """The next events of these types."""
        new = [e for e in self._state.log.events() if e.seq > self._state.webhook_position]
        found = [e for e in new if e.type in types][:limit]
        self._state.webhook_position = found[-1].seq if len(found) == limit else len(self._state.log.entries)
        return found

    async def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Append those whose endpoint exists."""
        known = [d for d in deliveries if d.endpoint_id in self._state.webhooks]
        self._state.deliveries |= {d.id: replace(d, next_at=self._now) for d in known}

    async def claim(self, limit: int, lease: timedelta, resting: Collection[UUID]) -> Sequence[WebhookDelivery]:
        """The first delivery of each owner and endpoint, if it is due."""
        first: dict[tuple[UUID, UUID], WebhookDelivery] = {}
        for delivery in self._state.deliveries.values():
            enabled = self._state.webhooks[delivery.endpoint_id].enabled
            if delivery.state is DeliveryState.PENDING and enabled and delivery.endpoint_id not in resting:
                first.setdefault((delivery.endpoint_id, delivery.owner_id), delivery)
        due = [d for d in first.values() if d.next_at is not None and d.next_at <= self._now][:limit]
        claimed = [replace(d, attempts=d.attempts + 1, last_at=self._now, next_at=self._now + lease) for d in due]
        self._state.deliveries |= {d.id: d for d in claimed}
        return claimed

    async def postpone(self, delivery: WebhookDelivery, delay: timedelta, fault: NotAccepted) -> None:
        self._update(delivery, next_at=self._now + delay, last_status=fault.status, last_fault=fault.reason)

    async def end(self, delivery: WebhookDelivery, state: DeliveryState, status: int | None, fault: str | None) -> None:
        self._update(delivery, state=state, next_at=None, last_status=status, last_fault=fault)

    def _update(self, delivery: WebhookDelivery, **values: object) -> None:
        """Change it if it is there."""
        if delivery.id in self._state.deliveries:
            changed = replace(self._state.deliveries[delivery.id], **values)  # type: ignore[arg-type]
            self._state.deliveries[delivery.id] = changed

    async def restart(self, delivery_id: UUID) -> bool:
        """Make it pending if it has failed."""
        found = self._state.deliveries.get(delivery_id)
        if found is None or found.state is not DeliveryState.FAILED:
            return False
        self._update(found, state=DeliveryState.PENDING, attempts=0, next_at=self._now, queued_at=self._now)
        return True

    async def restart_failed(self, endpoint_id: UUID, limit: int) -> int:
        """Those of one endpoint."""
        own = [d.id for d in self._state.deliveries.values() if d.endpoint_id == endpoint_id]
        failed = [i for i in own if self._state.deliveries[i].state is DeliveryState.FAILED][:limit]
        return sum([await self.restart(i) for i in failed])

    async def prune(self, delivered: timedelta, failed: timedelta, limit: int) -> int:
        """Delete those that ended so long ago."""
        ages = {DeliveryState.DELIVERED: delivered, DeliveryState.FAILED: failed}
        old = [
            d.id
            for d in self._state.deliveries.values()
            if d.state in ages and d.last_at is not None and d.last_at < self._now - ages[d.state]
        ][:limit]
        for id_ in old:
            del self._state.deliveries[id_]
        return len(old)
