"""What the engine of live subscriptions is given: where payloads go, what a field makes of the log, how it is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
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
Payloads = Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Move:
    """A user who came online (or, with `online` false, went offline), and when it was noticed."""

    user_id: UUID
    online: bool
    at: datetime


class Sink(Protocol):
    """Where a subscription's payloads go. Sinks of equal `shape` share encoded bytes."""

    @property
    def shape(self) -> Hashable: ...
    @property
    def write(self) -> Callable[[Any, int], None]:
        """Takes encoded messages and how many they are, without waiting; a sink that has no room ends itself."""
        ...

    def encode(self, payloads: Payloads) -> Any:
        """The bytes for every sink of this shape."""
        ...

    async def send(self, payloads: Payloads) -> None:
        """Take the messages, waiting for room. Raises ConnectionError when the sink has ended."""
        ...

    def complete(self) -> None:
        """There will be nothing more."""
        ...

    def fail(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """The operation ended with these errors."""
        ...

    def overrun(self) -> None:
        """What it asks for cannot be rendered as fast as it happens: end the connection."""
        ...


class Projection(Protocol):
    """What one subscription field makes of the log, for one set of arguments."""

    @property
    def key(self) -> Hashable:
        """The arguments in canonical form, without the position to start from."""
        ...

    @property
    def private(self) -> bool:
        """Whether the messages are one viewer's own, to be shared with nobody."""
        ...

    @property
    def start(self) -> str | None:
        """The cursor to resume from, as the client gave it."""
        ...

    @property
    def follows_presence(self) -> bool:
        """Whether presence has to be told through `came_or_went`."""
        ...

    @property
    def is_quick(self) -> bool:
        """Whether `project` answers without asking the database."""
        ...

    async def prefetch(self, events: Sequence[Event], actor: Actor, rows: Rows) -> None:
        """Ask the database once for what projecting these entries will need, and leave it in `rows.matches`."""
        ...

    async def project(self, event: Event, actor: Actor, rows: Rows) -> Sequence[Message]:
        """What an actor gets to see of an entry; `rows` has its subject and its actor as they are now."""
        ...

    async def came_or_went(self, user: User, seq: int, actor: Actor) -> Message | None:
        """What an actor gets to see of a user who came online or went; None for nothing."""
        ...

    def moved(self, move: Move) -> Message | None:
        """What everybody who subscribes to this gets to see of a user who came online or went; None for nothing."""
        ...

    def begins_anew(self, cursor: LogCursor) -> bool:
        """Whether a cursor asks for a snapshot, as no cursor does."""
        ...

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Why this actor cannot go on from a cursor although the log has its position; None if they can."""
        ...

    def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]] | None:
        """What to send before anything of the log where no cursor was given; None for nothing."""
        ...

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """Told once a subscriber is live at this position; None for nothing."""
        ...

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """Told on quiet streams; None for nothing."""
        ...

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Told instead of anything else where the position asked for cannot be served."""
        ...

    def of_epoch(self, epoch: UUID) -> Projection:
        """The same, with the positions of another epoch."""
        ...


class Renderer(Protocol):
    """What executing a document for one message needs of the process."""

    @property
    def online(self) -> frozenset[UUID]:
        """Who is online now."""
        ...

    def context(self, actor: Actor, users: Mapping[UUID, User | None] | None) -> object:
        """A fresh context, whose loaders know these users already."""
        ...

    def format_error(self, error: GraphQLError) -> Mapping[str, Any]:
        """The error as a client may see it."""
        ...

    def drop_if_idle(self, group: Any) -> None:
        """Forget a group that nobody needs."""
        ...
