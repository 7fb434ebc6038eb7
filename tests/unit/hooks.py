"""A world with the services of webhooks, for their tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from api.webhooks.messages import write_message
from domain.models.actor import Actor, Role, system
from domain.models.event_types import EventType
from domain.models.user import User
from domain.models.webhook import WebhookEndpoint
from domain.models.webhook_delivery import (
    WebhookDelivery,
)
from domain.services.attempts import AttemptLimits
from domain.services.retention import RetentionService
from domain.services.user import UpdateUser
from domain.services.webhook import CreateWebhookEndpoint, WebhookService
from domain.services.webhook_sending import WebhookSendingService
from tests.unit.fakes.webhooks import FakeWebhookSecrets
from tests.unit.world import World

ADMIN = Actor(UUID(int=900), Role.ADMIN, UUID(int=901))
PLACE = "https://receiver.example/hook?key=hunter2"


class Hooks:
    """A world with the services of webhooks."""

    def __init__(self) -> None:
        self.world, self.secrets = World.over(AttemptLimits()), FakeWebhookSecrets()
        store: Any = cast("Any", self.world.store)
        self.admin = WebhookService(store, self.world.clock, self.secrets)
        self.sending = WebhookSendingService(store, self.world.clock, self.secrets, write_message)
        self.retention = RetentionService(store)

    async def endpoint(self, url: str = PLACE, *types: EventType) -> WebhookEndpoint:
        """A new endpoint, with nothing in its queue."""
        created = await self.admin.create(ADMIN, CreateWebhookEndpoint("Mine", url, frozenset(types)))
        while await self.sending.read_log():
            pass
        self.world.store.state.deliveries.clear()
        return created.value.endpoint

    async def rename(self, user: User, name: str) -> None:
        await self.world.users.update(system(), UpdateUser(user.id, display_name=name))

    async def queue(self) -> list[WebhookDelivery]:
        """The deliveries, after the log was read."""
        while await self.sending.read_log():
            pass
        return self.deliveries

    @property
    def deliveries(self) -> list[WebhookDelivery]:
        return list(self.world.store.state.deliveries.values())

    def stored(self, endpoint: WebhookEndpoint) -> WebhookEndpoint:
        return self.world.store.state.webhooks[endpoint.id]

    def pass_time(self, **by: float) -> None:
        """Move both clocks."""
        self.world.clock.move(**by)
        self.world.store.time += timedelta(**by)
