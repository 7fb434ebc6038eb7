"""The queue of webhook deliveries over SQL, and how far the log was read for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import ValidationFailed
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.webhook_delivery import DeliveryState, NotAccepted, WebhookDelivery
from domain.pagination import Page, Window, decode_key, encode_key
from persistence.keyset import Keyset
from persistence.log.following import position_columns, read_on
from persistence.log.unknown import read_known
from persistence.metadata import ID, TIME, metadata
from persistence.webhook import webhook_endpoints

webhook_position = Table("webhook_position", metadata, *position_columns())
webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("ord", BigInteger, Identity(always=True), nullable=False),
    Column("endpoint_id", ID, ForeignKey(webhook_endpoints.c.id, ondelete="CASCADE"), nullable=False),
    Column("event_id", ID, nullable=False),
    Column("type", String(40), nullable=False),
    Column("owner_id", ID, nullable=False),
    Column("queued_at", TIME, nullable=False),
    Column("state", String(16), nullable=False, server_default=text("'pending'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at", TIME, server_default=text("now()")),
    Column("last_at", TIME),
    Column("last_status", Integer),
    Column("last_fault", Text),
    UniqueConstraint("ord"),
    Index("ix_webhook_deliveries_endpoint_id_ord", "endpoint_id", "ord"),
    Index("ix_webhook_deliveries_failed", "endpoint_id", "ord", postgresql_where=text("state = 'failed'")),
    Index("ix_webhook_deliveries_pending_due", "endpoint_id", "next_at", postgresql_where=text("state = 'pending'")),
    Index(
        "ix_webhook_deliveries_pending_owner",
        "endpoint_id",
        "owner_id",
        "ord",
        postgresql_where=text("state = 'pending'"),
    ),
    Index("ix_webhook_deliveries_ended", "state", "last_at", postgresql_where=text("state <> 'pending'")),
)

KIND = "webhook_deliveries"
_TABLE = webhook_deliveries.c
NEWEST: Keyset[WebhookDelivery] = Keyset(
    columns=(_TABLE.ord,),
    encode=lambda d: encode_key(KIND, str(d.ord), d.id),
    decode=lambda cursor, field: (_ord(cursor, field),),
    descending=True,
)
ADD = text("""
insert into webhook_deliveries (id, endpoint_id, event_id, type, owner_id, queued_at)
select d.id, d.endpoint_id, d.event_id, d.type, d.owner_id, d.queued_at
from unnest(cast(:ids as uuid[]), cast(:endpoints as uuid[]), cast(:events as uuid[]), cast(:types as text[]),
            cast(:owners as uuid[]), cast(:times as timestamptz[])) with ordinality
  as d (id, endpoint_id, event_id, type, owner_id, queued_at, place)
join webhook_endpoints e on e.id = d.endpoint_id
order by d.place
""")
CLAIM = text("""
with free as (select id from webhook_endpoints where enabled and id <> all (cast(:resting as uuid[]))),
due as (
  select first.id from free cross join lateral (
    select d.id, d.next_at from webhook_deliveries d
    where d.endpoint_id = free.id and d.state = 'pending' and d.next_at <= now() and not exists (
      select from webhook_deliveries e
      where e.state = 'pending' and e.endpoint_id = d.endpoint_id and e.owner_id = d.owner_id and e.ord < d.ord)
    order by d.next_at limit :limit for update of d skip locked) first
  order by first.next_at limit :limit)
update webhook_deliveries d
set attempts = d.attempts + 1, last_at = now(), next_at = now() + cast(:lease as interval)
from due where d.id = due.id
returning d.*
""")
"""The first delivery of each owner to each endpoint, if it is due: the later ones wait until it was made or given up."""
RESTART = "update webhook_deliveries set state = 'pending', attempts = 0, next_at = now(), queued_at = now()"
RESTART_ONE = text(f"{RESTART} where id = :id and state = 'failed'")
RESTART_ALL = text(f"""
with failed as materialized (
  select id from webhook_deliveries where endpoint_id = :endpoint and state = 'failed'
  order by ord limit :limit for update skip locked)
{RESTART} where id in (select id from failed)
""")  # noqa: S608 - of constants only
PRUNE = text("""
with old as materialized (
  select id from webhook_deliveries
  where (state = 'delivered' and last_at < now() - cast(:delivered as interval))
     or (state = 'failed' and last_at < now() - cast(:failed as interval))
  limit :limit for update skip locked)
delete from webhook_deliveries where id in (select id from old)
""")


def _ord(cursor: str, field: str) -> int:
    value, _ = decode_key(KIND, cursor, field)
    if not value.isdecimal() or not value.isascii() or int(value) >= 2**63:
        raise ValidationFailed.one(field, "This cursor does not belong to this list", cursor)
    return int(value)


def _delivery(row: Any) -> WebhookDelivery:
    return WebhookDelivery(**{**row, "type": EventType.named(row["type"]), "state": DeliveryState(row["state"])})


class SqlWebhookQueueReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_many(self, delivery_ids: Sequence[UUID]) -> dict[UUID, WebhookDelivery]:
        """Those that are there, by id."""
        found = await self._select(select(webhook_deliveries).where(_TABLE.id.in_(delivery_ids)))
        return {d.id: d for d in found}

    async def page(self, endpoint_id: UUID, states: Collection[DeliveryState], window: Window) -> Page[WebhookDelivery]:
        """Those of an endpoint and of known types, newest first."""
        own = select(webhook_deliveries).where(_TABLE.endpoint_id == endpoint_id)
        if set(states) != set(DeliveryState):  # as text, so that the partial indexes are used
            own = own.where(_TABLE.state.in_([literal_column(f"'{state.value}'") for state in states]))

        async def read(without: frozenset[str]) -> list[WebhookDelivery]:
            of_known = own.where(_TABLE.type.not_in(without)) if without else own
            return await self._select(NEWEST.cut(of_known, window))

        return NEWEST.page(await read_known(read, lambda found: found), window)

    async def _select(self, statement: Select[Any]) -> list[WebhookDelivery]:
        return [_delivery(row) for row in (await self._connection.execute(statement)).mappings()]


class SqlWebhookQueue(SqlWebhookQueueReader):
    """Reads and writes within one transaction."""

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """The next events of these and of unknown types, and move the position behind them; None while another transaction does."""
        return await read_on(self._connection, webhook_position, types, limit)

    async def add(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Append deliveries, in order, except to endpoints that were deleted."""
        if deliveries:
            given = {
                "ids": [d.id for d in deliveries],
                "endpoints": [d.endpoint_id for d in deliveries],
                "events": [d.event_id for d in deliveries],
                "types": [d.type.value for d in deliveries],
                "owners": [d.owner_id for d in deliveries],
                "times": [d.queued_at for d in deliveries],
            }
            await self._connection.execute(ADD, given)

    async def claim(self, limit: int, lease: timedelta, resting: Collection[UUID]) -> Sequence[WebhookDelivery]:
        """Deliveries that are due, at most one of each owner and endpoint."""
        given = {"limit": limit, "lease": lease, "resting": list(resting)}
        return [_delivery(row) for row in (await self._connection.execute(CLAIM, given)).mappings()]

    async def postpone(self, delivery: WebhookDelivery, delay: timedelta, fault: NotAccepted) -> None:
        """Make a delivery due after this time, by the database's clock."""
        noted = {"last_status": fault.status, "last_fault": fault.reason}
        await self._update(delivery, next_at=func.now() + delay, **noted)

    async def end(self, delivery: WebhookDelivery, state: DeliveryState, status: int | None, fault: str | None) -> None:
        """Note what became of a delivery."""
        await self._update(delivery, state=state.value, next_at=None, last_status=status, last_fault=fault)

    async def _update(self, delivery: WebhookDelivery, **values: Any) -> None:
        await self._connection.execute(update(webhook_deliveries).where(_TABLE.id == delivery.id).values(**values))

    async def restart(self, delivery_id: UUID) -> bool:
        """Make a failed delivery pending and due."""
        return (await self._connection.execute(RESTART_ONE, {"id": delivery_id})).rowcount == 1

    async def restart_failed(self, endpoint_id: UUID, limit: int) -> int:
        """Do so with the oldest failed ones of an endpoint."""
        return (await self._connection.execute(RESTART_ALL, {"endpoint": endpoint_id, "limit": limit})).rowcount

    async def prune(self, delivered: timedelta, failed: timedelta, limit: int) -> int:
        """Delete deliveries that ended so long ago."""
        given = {"delivered": delivered, "failed": failed, "limit": limit}
        return (await self._connection.execute(PRUNE, given)).rowcount
