"""Webhooks in the schema, for admins: endpoints, their secrets, and their deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

import strawberry

from domain.models import webhook as domain
from domain.models import webhook_delivery as deliveries
from domain.models.webhook_delivery import DeliveryState
from domain.pagination import PAGE_DEFAULT
from domain.services.webhook import CreateWebhookEndpoint, UpdateWebhookEndpoint
from schema.connection import Connection, window_of
from schema.context import Info
from schema.errors import AsData, ForbiddenProblem, NotFoundProblem, ValidationProblem
from schema.event import Event
from schema.marks import LOADED_ROW_COST, WRITE_COST, price
from schema.node import EventType, Node, as_node, given, shows
from schema.payloads import Done, DoneResult, cursor_of, done, known
from schema.scalars import Cursor

strawberry.enum(DeliveryState, name="WebhookDeliveryState", description="What became of a delivery so far.")


@strawberry.type
class WebhookEndpoint(Node):
    """An address to which events are sent, signed by the specification of Standard Webhooks."""

    entity: strawberry.Private[domain.WebhookEndpoint]

    @strawberry.field
    def name(self) -> str:
        """What admins call it."""
        return self.entity.name

    @strawberry.field
    def url(self) -> str:
        """The address; it may contain a credential."""
        return self.entity.url

    @strawberry.field(metadata=price(items=len(EventType)))
    def types(self) -> list[EventType]:
        """The types of events that are sent; empty for all."""
        return sorted(t for t in self.entity.types if t.is_known)

    @strawberry.field
    def enabled(self) -> bool:
        """Whether events are sent; while they are not, none are queued, and the queue waits."""
        return self.entity.enabled

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was created."""
        return self.entity.created_at

    @strawberry.field
    def updated_at(self) -> datetime:
        """When it or its secret was last changed."""
        return self.entity.updated_at

    @strawberry.field
    def previous_secret_until(self) -> datetime | None:
        """Until when the secret before the current one signs too; null if it was never replaced."""
        return self.entity.old_secret_until


@strawberry.type
class WebhookDelivery(Node):
    """One event for one endpoint."""

    entity: strawberry.Private[deliveries.WebhookDelivery]

    @strawberry.field
    def type(self) -> EventType:
        """What has happened."""
        return self.entity.type

    @strawberry.field
    def event_id(self) -> strawberry.ID:
        """The id of the event; receivers see it as `webhook-id`."""
        return strawberry.ID(str(self.entity.event_id))

    @strawberry.field(metadata=price(LOADED_ROW_COST))
    async def event(self, info: Info) -> Event | None:
        """The event; null once it is no longer in the log."""
        found = await info.context.loaders.node_by_id.load(self.entity.event_id)
        return None if found is None else cast("Event", as_node(info, found))

    @strawberry.field
    def state(self) -> DeliveryState:
        """What became of it so far."""
        return self.entity.state

    @strawberry.field
    def attempts(self) -> int:
        """How often it was attempted since it was queued."""
        return self.entity.attempts

    @strawberry.field
    def queued_at(self) -> datetime:
        """When it was put into the queue, by its event or by an admin."""
        return self.entity.queued_at

    @strawberry.field
    def next_attempt_at(self) -> datetime | None:
        """When it is attempted next, if it is pending."""
        return self.entity.next_at

    @strawberry.field
    def last_attempt_at(self) -> datetime | None:
        """When it was last attempted; null if never."""
        return self.entity.last_at

    @strawberry.field
    def last_status(self) -> int | None:
        """The HTTP status of the last response; null if there was none."""
        return self.entity.last_status

    @strawberry.field
    def last_fault(self) -> str | None:
        """Why the last attempt was not accepted; null if it was."""
        return self.entity.last_fault


@shows(domain.WebhookEndpoint)
def _endpoint(_: Info, endpoint: domain.WebhookEndpoint) -> WebhookEndpoint:
    return WebhookEndpoint(entity=endpoint)


@shows(deliveries.WebhookDelivery)
def _delivery(_: Info, delivery: deliveries.WebhookDelivery) -> WebhookDelivery:
    return WebhookDelivery(entity=delivery)


ENDPOINT = strawberry.argument(description="Which endpoint, by its id.")
STATE = strawberry.argument(description="Only those in this state; without it, all.")


@strawberry.type
class WebhookQueries:
    """Reading webhooks."""

    @strawberry.field
    async def webhook_endpoints(
        self,
        info: Info,
        first: int | None = PAGE_DEFAULT,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[WebhookEndpoint]:
        """The webhook endpoints, newest first; for admins only."""
        context, window = info.context, window_of(first, after, last, before)
        return Connection(page=await context.services.webhooks.page(context.viewer, window, context.at_least))

    @strawberry.field
    async def webhook_deliveries(
        self,
        info: Info,
        endpoint_id: Annotated[strawberry.ID, ENDPOINT],
        state: Annotated[DeliveryState | None, STATE] = strawberry.UNSET,
        first: int | None = PAGE_DEFAULT,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[WebhookDelivery]:
        """The deliveries of an endpoint, newest first; for admins only. They are kept for 3 days, failed ones for 30."""
        context, window = info.context, window_of(first, after, last, before)
        service = context.services.webhooks
        return Connection(page=await service.deliveries(context.viewer, known(endpoint_id), given(state), window))


@strawberry.input
class CreateWebhookEndpointInput:
    """Where to send events, and which."""

    name: str = strawberry.field(description="What to call it.")
    url: str = strawberry.field(description="The address, beginning with https://.")
    types: list[EventType] = strawberry.field(
        default_factory=list, description="The types of events to send; empty for all, also those that are added later."
    )


@strawberry.input
class UpdateWebhookEndpointInput:
    """What to change of an endpoint; omitted fields stay as they are."""

    id: strawberry.ID = strawberry.field(description="Which endpoint to change.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What to call it.")
    url: str | None = strawberry.field(default=strawberry.UNSET, description="Where to send events.")
    types: list[EventType] | None = strawberry.field(
        default=strawberry.UNSET, description="The types of events to send; empty for all."
    )
    enabled: bool | None = strawberry.field(default=strawberry.UNSET, description="Whether events are sent.")


@strawberry.type
class WebhookEndpointPayload:
    """The endpoint as written."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="It, as it is stored now.")
    cursor: Cursor = strawberry.field(description="The log position of the write.")


@strawberry.type
class WebhookSecretPayload:
    """The endpoint with its new secret, which is shown once."""

    webhook_endpoint: WebhookEndpoint = strawberry.field(description="It, as it is stored now.")
    secret: str = strawberry.field(description="With which its receiver verifies messages; it cannot be shown again.")
    cursor: Cursor = strawberry.field(description="The log position of the write.")


WebhookEndpointResult = Annotated[
    WebhookEndpointPayload | ValidationProblem | NotFoundProblem | ForbiddenProblem,
    strawberry.union("WebhookEndpointResult"),
]
WebhookSecretResult = Annotated[
    WebhookSecretPayload | ValidationProblem | NotFoundProblem | ForbiddenProblem,
    strawberry.union("WebhookSecretResult"),
]


@strawberry.type
class WebhookMutations:
    """Managing webhooks, for admins."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def create_webhook_endpoint(self, info: Info, input: CreateWebhookEndpointInput) -> WebhookSecretResult:
        """Begin to send events to an address."""
        command = CreateWebhookEndpoint(input.name, input.url, frozenset(input.types))
        made = await info.context.services.webhooks.create(info.context.viewer, command)
        shown, cursor = made.value, await cursor_of(info, made.position)
        return WebhookSecretPayload(
            webhook_endpoint=WebhookEndpoint(entity=shown.endpoint), secret=shown.secret, cursor=cursor
        )

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def update_webhook_endpoint(self, info: Info, input: UpdateWebhookEndpointInput) -> WebhookEndpointResult:
        """Change, enable or disable an endpoint."""
        types = given(input.types)
        command = UpdateWebhookEndpoint(
            known(input.id),
            given(input.name),
            given(input.url),
            None if types is None else frozenset(types),
            given(input.enabled),
        )
        written = await info.context.services.webhooks.update(info.context.viewer, command)
        endpoint = WebhookEndpoint(entity=written.value)
        return WebhookEndpointPayload(webhook_endpoint=endpoint, cursor=await cursor_of(info, written.position))

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def delete_webhook_endpoint(self, info: Info, id: strawberry.ID) -> DoneResult:
        """Delete an endpoint with its deliveries."""
        written = await info.context.services.webhooks.delete(info.context.viewer, known(id))
        return await done(info, written.position)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def rotate_webhook_secret(self, info: Info, id: strawberry.ID) -> WebhookSecretResult:
        """Replace the secret of an endpoint; the previous one signs too for 24 hours."""
        made = await info.context.services.webhooks.rotate_secret(info.context.viewer, known(id))
        shown, cursor = made.value, await cursor_of(info, made.position)
        return WebhookSecretPayload(
            webhook_endpoint=WebhookEndpoint(entity=shown.endpoint), secret=shown.secret, cursor=cursor
        )

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def redeliver_webhook(self, info: Info, id: strawberry.ID) -> DoneResult:
        """Make a failed delivery anew."""
        await info.context.services.webhooks.redeliver(info.context.viewer, known(id))
        return Done(ok=True, cursor=None)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def redeliver_failed_webhooks(
        self, info: Info, endpoint_id: Annotated[strawberry.ID, ENDPOINT]
    ) -> DoneResult:
        """Make all failed deliveries of an endpoint anew."""
        await info.context.services.webhooks.redeliver_failed(info.context.viewer, known(endpoint_id))
        return Done(ok=True, cursor=None)
