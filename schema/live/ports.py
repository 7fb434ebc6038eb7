"""The ports of the live subscription engine: sinks of payloads, projections of the log, and the renderer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from graphql import GraphQLError

from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.user import User
from schema.live.rows import Rows

Message = object
ReadUsers = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, User]]]
"""Reads users unchecked: the projections decide who may see them. Raises Unavailable."""
MakeContext = Callable[[Actor, Mapping[UUID, User | None]], Any]
"""Makes the context of one message for an actor, whose loaders already have these users."""
Payloads = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class PresenceUpdate:
    """A user who came online (or, with `online` false, went offline), and when the server noticed."""

    user_id: UUID
    online: bool
    at: datetime


class Sink(Protocol):
    """Where a subscription's payloads go. Sinks of equal `shape` share encoded bytes."""

    @property
    def shape(self) -> Hashable: ...
    @property
    def write(self) -> Callable[[Any, int], None]:
        """Accepts encoded messages and their number, without waiting; a sink without room ends itself."""
        ...

    def encode(self, payloads: Payloads) -> Any:
        """The bytes for every sink of this shape."""
        ...

    async def send(self, payloads: Payloads) -> None:
        """Send the messages, waiting for room. Raises ConnectionError if the sink has ended."""
        ...

    def complete(self) -> None:
        """Complete the operation: no more messages follow."""
        ...

    def fail(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """End the operation with these errors."""
        ...

    def overrun(self) -> None:
        """End the connection, because its subscription cannot be rendered as fast as events arrive."""
        ...


class Projection(Protocol):
    """Turns log entries into the messages of one subscription field, for one set of arguments."""

    @property
    def key(self) -> Hashable:
        """The arguments in canonical form, without the position to start from."""
        ...

    @property
    def private(self) -> bool:
        """Whether the messages are for one viewer only and must not be shared."""
        ...

    @property
    def start(self) -> str | None:
        """The cursor to resume from, as the client gave it."""
        ...

    @property
    def follows_presence(self) -> bool:
        """Whether presence updates must be passed to `presence_changed`."""
        ...

    @property
    def is_quick(self) -> bool:
        """Whether `project` needs no database query."""
        ...

    async def prefetch(self, events: Sequence[Event], actor: Actor, rows: Rows) -> None:
        """Query the database once for everything these entries need, and store it in `rows.derived`."""
        ...

    async def project(self, event: Event, actor: Actor, rows: Rows) -> Sequence[Message]:
        """The messages for an entry as this actor may see it; `rows` has its user and its actor as they are now."""
        ...

    async def presence_changed(self, user: User, seq: int, actor: Actor) -> Message | None:
        """The message to this actor about a user who came online or went offline, if presence decides what matches."""
        ...

    def presence_message(self, update: PresenceUpdate) -> Message | None:
        """The message to all subscribers about a user who came online or went offline; None for none."""
        ...

    def wants_snapshot(self, cursor: LogCursor) -> bool:
        """Whether this cursor asks for a new snapshot, as a missing cursor does."""
        ...

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Why this actor cannot resume from a cursor although the log has its position; None if they can."""
        ...

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """The messages to send before any log entry if no cursor was given; None for none."""
        ...

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """The message to a subscriber that has become live at this position; None for none."""
        ...

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The message on quiet streams; None for none."""
        ...

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """The only message if the requested position cannot be resumed."""
        ...

    def of_epoch(self, epoch: UUID) -> Projection:
        """The same projection with positions of another epoch."""
        ...


class Renderer(Protocol):
    """What the process provides to execute a document for one message."""

    @property
    def online(self) -> frozenset[UUID]:
        """The users who are online."""
        ...

    def context(self, actor: Actor, users: Mapping[UUID, User | None] | None) -> object:
        """A new context whose loaders already have these users."""
        ...

    def format_error(self, error: GraphQLError) -> Mapping[str, Any]:
        """The error as a client may see it."""
        ...

    def drop_if_idle(self, group: Any) -> None:
        """Drop a group without subscribers."""
        ...
