"""One operation of one connection, while it joins a group of equal subscriptions and as a member of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.models.actor import Actor
from schema.live.ports import Message, Payloads, Projection, Sink


class Membership(Protocol):
    """What a subscriber is a member of."""

    @property
    def projection(self) -> Projection: ...
    def leave(self, subscriber: Subscriber) -> None:
        """Remove a subscriber."""
        ...

    async def payload(self, message: Message, actor: Actor) -> bytes:
        """A message as this actor is sent it."""
        ...


@dataclass(slots=True, eq=False)
class Subscriber:
    """One operation of one connection. `close` may be called at any time, more than once."""

    sink: Sink
    actor: Actor
    seq: int = 0
    presence_seen: int = 0
    """Like `seq`, for presence updates, which are not in the log."""
    group: Membership | None = None
    closed: bool = False

    def close(self) -> None:
        """Leave the group; nothing is sent afterwards."""
        self.closed = True
        if self.group is not None:
            self.group.leave(self)
            self.group = None

    def write(self, payloads: Payloads) -> None:
        """Write these to this subscriber alone."""
        if payloads and not self.closed:
            self.sink.write(self.sink.encode(payloads), len(payloads))
