"""Webhook endpoints over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import NotFound
from domain.models.event_types import EventType
from domain.models.webhook import ENDPOINTS_MAX, WebhookEndpoint
from domain.pagination import Page, Window, decode_moment, encode_key
from persistence.keyset import Keyset
from persistence.metadata import ID, TIME, metadata

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(String(40)), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created_at", TIME, nullable=False),
    Column("updated_at", TIME, nullable=False),
    Column("old_secret", LargeBinary),
    Column("old_secret_until", TIME),
    Column("since", BigInteger, nullable=False),
)

KIND = "webhook_endpoints"
LOCK = 0x526F6C6C57656268
"""The advisory lock of a transaction that adds an endpoint ("RollWebh" in ASCII)."""
NEWEST: Keyset[WebhookEndpoint] = Keyset(
    columns=(webhook_endpoints.c.created_at, webhook_endpoints.c.id),
    encode=lambda e: encode_key(KIND, e.created_at.isoformat(), e.id),
    decode=lambda cursor, field: decode_moment(KIND, cursor, field),
    descending=True,
)


def _endpoint(row: Any) -> WebhookEndpoint:
    return WebhookEndpoint(**{**row, "types": frozenset(EventType.named(t) for t in row["types"])})


def _values(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {**asdict(endpoint), "types": sorted(t.value for t in endpoint.types)}


class SqlWebhookEndpointReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_many(self, endpoint_ids: Sequence[UUID]) -> dict[UUID, WebhookEndpoint]:
        """Those that are there, by id."""
        found = await self._select(select(webhook_endpoints).where(webhook_endpoints.c.id.in_(endpoint_ids)))
        return {e.id: e for e in found}

    async def list_all(self) -> Sequence[WebhookEndpoint]:
        """Oldest first."""
        oldest = (webhook_endpoints.c.created_at, webhook_endpoints.c.id)
        return await self._select(select(webhook_endpoints).order_by(*oldest).limit(ENDPOINTS_MAX))

    async def page(self, window: Window) -> Page[WebhookEndpoint]:
        """Newest first."""
        return NEWEST.page(await self._select(NEWEST.cut(select(webhook_endpoints), window)), window)

    async def _select(self, statement: Select[Any]) -> list[WebhookEndpoint]:
        return [_endpoint(row) for row in (await self._connection.execute(statement)).mappings()]


class SqlWebhookEndpointRepository(SqlWebhookEndpointReader):
    """Reads and writes within one transaction."""

    async def get_for_update(self, endpoint_id: UUID) -> WebhookEndpoint:
        """The endpoint, locked until the transaction ends; raises NotFound."""
        locked = select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).with_for_update()
        found = await self._select(locked)
        if not found:
            raise NotFound
        return found[0]

    async def lock(self) -> None:
        """Have other transactions wait that add endpoints."""
        await self._connection.execute(select(func.pg_advisory_xact_lock(LOCK)))

    async def add(self, endpoint: WebhookEndpoint) -> None:
        """Insert an endpoint."""
        await self._connection.execute(insert(webhook_endpoints).values(_values(endpoint)))

    async def save(self, endpoint: WebhookEndpoint) -> None:
        """Write an endpoint that is locked."""
        own = update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint.id)
        await self._connection.execute(own.values(_values(endpoint)))

    async def remove(self, endpoint_id: UUID) -> None:
        """Delete it with its deliveries."""
        await self._connection.execute(delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id))
