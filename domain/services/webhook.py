"""Webhook endpoints: creating, changing and deleting them, their secrets, and their deliveries as admins see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from domain import policies
from domain.cursors import LogCursor
from domain.errors import NotFound, ValidationFailed
from domain.models.actor import Actor
from domain.models.event_types import EventType
from domain.models.text import clean_name
from domain.models.webhook import (
    ENDPOINTS_MAX,
    WebhookEndpoint,
    WebhookSecrets,
    changes_of,
    clean_url,
    webhook_event,
)
from domain.models.webhook_delivery import DeliveryState, WebhookDelivery
from domain.pagination import Page, Window
from domain.services.unit import Clock, Store, Written

RESTARTED = 1000
"""Failed deliveries that are made pending again in one transaction."""


@dataclass(frozen=True, slots=True)
class CreateWebhookEndpoint:
    """Send events to an address; without `types`, all of them."""

    name: str
    url: str
    types: frozenset[EventType] = frozenset()


@dataclass(frozen=True, slots=True)
class UpdateWebhookEndpoint:
    """Change an endpoint; what is None stays as it is."""

    id: UUID
    name: str | None = None
    url: str | None = None
    types: frozenset[EventType] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class SecretShown:
    """An endpoint with its new secret, which is shown once."""

    endpoint: WebhookEndpoint
    secret: str = field(repr=False)


class WebhookService:
    """The use cases of admins."""

    def __init__(self, store: Store, clock: Clock, secrets: WebhookSecrets) -> None:
        self._store, self._clock, self._secrets = store, clock, secrets

    async def create(self, actor: Actor, command: CreateWebhookEndpoint) -> Written[SecretShown]:
        """Begin to send events. Raises Forbidden and ValidationFailed."""
        policies.require_admin(actor)
        now, id_ = self._clock.now(), uuid4()
        name, url = clean_name(command.name, "name"), clean_url(command.url)
        secret = self._secrets.make(id_)
        endpoint = WebhookEndpoint(id_, name, url, command.types, True, secret.sealed, now, now)  # noqa: FBT003
        async with self._store.write() as unit:
            await unit.webhooks.lock()
            if len(await unit.webhooks.list_all()) >= ENDPOINTS_MAX:
                raise ValidationFailed.one("url", f"There are {ENDPOINTS_MAX} endpoints already; delete one first")
            await unit.webhooks.add(endpoint)
            event = webhook_event(EventType.WEBHOOK_ENDPOINT_CREATED, actor, endpoint, now)
            position = await unit.events.append(event)
            endpoint = replace(endpoint, since=position)
            await unit.webhooks.save(endpoint)
            await unit.commit()
        return Written(SecretShown(endpoint, secret.text), position)

    async def update(self, actor: Actor, command: UpdateWebhookEndpoint) -> Written[WebhookEndpoint]:
        """Change an endpoint. While it is disabled, events are not queued for it, and its queue waits.

        Raises Forbidden, NotFound and ValidationFailed.
        """
        policies.require_admin(actor)
        now = self._clock.now()
        given = {
            "name": None if command.name is None else clean_name(command.name, "name"),
            "url": None if command.url is None else clean_url(command.url),
            "types": command.types,
            "enabled": command.enabled,
        }
        async with self._store.write() as unit:
            before = await unit.webhooks.get_for_update(command.id)
            after = replace(before, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
            changes = changes_of(before, after)
            if not changes:
                return Written(before, None)
            after = replace(after, updated_at=now)
            await unit.webhooks.save(after)
            event = webhook_event(EventType.WEBHOOK_ENDPOINT_UPDATED, actor, after, now, changes)
            position = await unit.events.append(event)
            if after.enabled and not before.enabled:
                after = replace(after, since=position)
                await unit.webhooks.save(after)
            await unit.commit()
        return Written(after, position)

    async def delete(self, actor: Actor, endpoint_id: UUID) -> Written[None]:
        """Send nothing more, and forget the deliveries. Raises Forbidden and NotFound."""
        policies.require_admin(actor)
        async with self._store.write() as unit:
            endpoint = await unit.webhooks.get_for_update(endpoint_id)
            await unit.webhooks.remove(endpoint_id)
            event = webhook_event(EventType.WEBHOOK_ENDPOINT_DELETED, actor, endpoint, self._clock.now())
            position = await unit.events.append(event)
            await unit.commit()
        return Written(None, position)

    async def rotate_secret(self, actor: Actor, endpoint_id: UUID) -> Written[SecretShown]:
        """Replace the secret; the previous one signs too for OLD_SECRET_LIFETIME. Raises Forbidden and NotFound."""
        policies.require_admin(actor)
        now = self._clock.now()
        async with self._store.write() as unit:
            before = await unit.webhooks.get_for_update(endpoint_id)
            secret = self._secrets.make(endpoint_id)
            endpoint = before.with_secret(secret.sealed, now)
            await unit.webhooks.save(endpoint)
            position = await unit.events.append(webhook_event(EventType.WEBHOOK_SECRET_ROTATED, actor, endpoint, now))
            await unit.commit()
        return Written(SecretShown(endpoint, secret.text), position)

    async def page(self, actor: Actor, window: Window, at_least: LogCursor | None = None) -> Page[WebhookEndpoint]:
        """The endpoints, newest first. Raises Forbidden and ValidationFailed."""
        policies.require_admin(actor)
        async with self._store.read(at_least) as unit:
            return await unit.webhooks.page(window)

    async def get_many(
        self, actor: Actor, ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, WebhookEndpoint | WebhookDelivery]:
        """Those of these endpoints and deliveries that the actor may see."""
        if not policies.can_see_webhooks(actor):
            return {}
        async with self._store.read(at_least) as unit:
            queued = await unit.webhook_queue.get_many(ids)
            known = {id_: delivery for id_, delivery in queued.items() if delivery.type.is_known}
            return {**await unit.webhooks.get_many(ids), **known}

    async def deliveries(
        self, actor: Actor, endpoint_id: UUID, state: DeliveryState | None, window: Window
    ) -> Page[WebhookDelivery]:
        """The deliveries of an endpoint, in any or one state, newest first. Raises Forbidden and ValidationFailed."""
        policies.require_admin(actor)
        async with self._store.read() as unit:
            return await unit.webhook_queue.page(endpoint_id, set(DeliveryState) if state is None else {state}, window)

    async def redeliver(self, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
        """Make a failed delivery anew. Raises Forbidden, NotFound, and ValidationFailed if it has not failed."""
        policies.require_admin(actor)
        async with self._store.write() as unit:
            restarted = await unit.webhook_queue.restart(delivery_id)
            found = (await unit.webhook_queue.get_many([delivery_id])).get(delivery_id)
            if found is None or not found.type.is_known:
                raise NotFound
            if not restarted:
                raise ValidationFailed.one("id", "Only a delivery that has failed can be repeated")
            await unit.commit()
        return found

    async def redeliver_failed(self, actor: Actor, endpoint_id: UUID) -> int:
        """Make all failed deliveries of an endpoint anew; returns how many. Raises Forbidden and NotFound."""
        policies.require_admin(actor)
        restarted, count = 0, RESTARTED
        while count == RESTARTED:
            async with self._store.write() as unit:
                if not await unit.webhooks.get_many([endpoint_id]):
                    raise NotFound
                count = await unit.webhook_queue.restart_failed(endpoint_id, RESTARTED)
                await unit.commit()
            restarted += count
        return restarted
