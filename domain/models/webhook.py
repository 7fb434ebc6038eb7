"""Webhook endpoints: where events are sent, and the secrets with which they are signed."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from domain.errors import ValidationFailed
from domain.models.actor import Actor
from domain.models.event import Audience, Change, Event, NewEvent, new_event
from domain.models.event_types import EventType
from domain.pagination import Page, Window

ENDPOINTS_MAX = 50
URL_MAX = 2000
SECRET_PREFIX, SECRET_BYTES = "whsec_", 32
"""As the specification writes secrets (Standard Webhooks, "Signature scheme"): 24 to 64 random bytes in base64."""
OLD_SECRET_LIFETIME = timedelta(hours=24)
"""How long a replaced secret signs beside the new one, so that receivers can change theirs without losing a message."""


class NewSecret(NamedTuple):
    """A secret as its receiver is given it, once, and as it is stored."""

    text: str
    sealed: bytes


class WebhookSecrets(Protocol):
    """Makes secrets, and encrypts them under SECRET_KEY for their endpoint alone."""

    def make(self, endpoint_id: UUID) -> NewSecret: ...
    def open(self, sealed: bytes, endpoint_id: UUID) -> bytes | None:
        """The secret; None if it was not encrypted by this deployment for this endpoint."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """An address to which events are sent. Without `types`, all of them are. Times are UTC.

    `old_secret` signs too until `old_secret_until`.
    """

    id: UUID
    name: str
    url: str
    types: frozenset[EventType]
    enabled: bool
    secret: bytes = field(repr=False)
    created_at: datetime
    updated_at: datetime
    old_secret: bytes | None = field(default=None, repr=False)
    old_secret_until: datetime | None = None
    since: int = 0
    """The insertion number of the event since which events are sent: its creation, or when it was enabled."""

    def wants(self, type_: EventType) -> bool:
        """Whether events of this type are sent to it."""
        return self.enabled and (not self.types or type_ in self.types)

    def takes(self, event: Event) -> bool:
        """Whether this event is sent to it: none from before it was created or enabled."""
        return event.ord > self.since and self.wants(event.type)

    def sealed_secrets(self, now: datetime) -> Sequence[bytes]:
        """The secrets that sign now, the newest first."""
        is_over = self.old_secret is None or self.old_secret_until is None or self.old_secret_until <= now
        return [self.secret] if is_over or self.old_secret is None else [self.secret, self.old_secret]

    def with_secret(self, sealed: bytes, now: datetime) -> WebhookEndpoint:
        """It with a new secret; the previous one, not one before it, signs for a while."""
        until = now + OLD_SECRET_LIFETIME
        return replace(self, secret=sealed, old_secret=self.secret, old_secret_until=until, updated_at=now)


def clean_url(text: str) -> str:
    """An https or http address without user and fragment, unchanged. Raises ValidationFailed on `url`."""
    fault = _fault_of(text)
    if fault is not None:
        raise ValidationFailed.one("url", fault)  # the address is not repeated: it may contain a credential
    return text


def _fault_of(text: str) -> str | None:
    if len(text) > URL_MAX or not text.isascii() or not text.isprintable() or " " in text:
        return f"The address must have at most {URL_MAX} characters of ASCII, without spaces"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return "This is not a valid address"
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "The address must begin with https://, and name a host"
    if parts.username is not None or parts.password is not None or "#" in text:
        return "The address may have neither a user nor a fragment"
    return None


def encode_secret(secret: bytes) -> str:
    """A secret as its receiver is given it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def webhook_event(
    type_: EventType, actor: Actor, endpoint: WebhookEndpoint, now: datetime, changes: Sequence[Change] = ()
) -> NewEvent:
    """Something happened to an endpoint. The log has neither its secret nor its address, which may contain a credential."""
    created, deleted = type_ is EventType.WEBHOOK_ENDPOINT_CREATED, type_ is EventType.WEBHOOK_ENDPOINT_DELETED
    return new_event(
        type_,
        actor,
        endpoint.id,
        now,
        session_id=actor.session_id,
        changes=changes,
        audience_before=None if created else Audience.AUDITORS,
        audience_after=None if deleted else Audience.AUDITORS,
    )


def changes_of(before: WebhookEndpoint, after: WebhookEndpoint) -> list[Change]:
    """What differs; of the address only that it does."""
    names = [("name", before.name, after.name), ("enabled", before.enabled, after.enabled)]
    names.append(("types", _listed(before.types), _listed(after.types)))
    found = [Change(name, old, new) for name, old, new in names if old != new]
    return found if before.url == after.url else [*found, Change("url", None, None)]


def _listed(types: frozenset[EventType]) -> str:
    return ", ".join(sorted(types))


class WebhookEndpointReader(Protocol):
    """Reads of endpoints."""

    async def get_many(self, endpoint_ids: Sequence[UUID]) -> dict[UUID, WebhookEndpoint]: ...
    async def list_all(self) -> Sequence[WebhookEndpoint]:
        """At most ENDPOINTS_MAX."""
        ...

    async def page(self, window: Window) -> Page[WebhookEndpoint]:
        """Newest first. Raises ValidationFailed for an invalid cursor."""
        ...


class WebhookEndpointRepository(WebhookEndpointReader, Protocol):
    """Reads and writes within one transaction."""

    async def get_for_update(self, endpoint_id: UUID) -> WebhookEndpoint:
        """The endpoint, locked until the transaction ends; raises NotFound."""
        ...

    async def lock(self) -> None:
        """Have other transactions wait that add endpoints."""
        ...

    async def add(self, endpoint: WebhookEndpoint) -> None: ...
    async def save(self, endpoint: WebhookEndpoint) -> None: ...
    async def remove(self, endpoint_id: UUID) -> None:
        """Delete it with its deliveries."""
        ...
