"""The resolver context: actor, origin, services, and loaders for one operation or one event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import strawberry

from domain.cursors import LogCursor
from domain.errors import Unauthenticated
from domain.models.actor import Actor, Origin
from domain.services.sign_in import SignedIn
from schema.loaders import Loaders
from schema.services import Services


class SessionCarrier(Protocol):
    """Access to a browser's session: httpOnly cookies over HTTP, nothing over a WebSocket."""

    @property
    def refresh_token(self) -> str | None:
        """The refresh token of the request's cookie, or None. Raises TokenInvalid if the cookies are of different sessions."""
        ...

    @property
    def ending_token(self) -> str | None:
        """The refresh token whose session may be ended, even with an invalid access token. Raises as `refresh_token` does."""
        ...

    def check(self) -> None:
        """Called before a session is started in cookies: raises Forbidden or ValidationFailed if none may be set."""
        ...

    def set_session(self, signed_in: SignedIn) -> None:
        """Send the session's tokens as cookies."""
        ...

    def clear(self) -> None:
        """Remove the cookies."""
        ...


@dataclass(slots=True)
class Context:
    """The context of one operation or one event of a subscription; never shared, because its loaders cache rows."""

    services: Services
    actor: Actor | None
    origin: Origin
    carrier: SessionCarrier
    at_least: LogCursor | None = None
    """The position that reads, including those on replicas, must have reached; None reads from the primary."""
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.services, self.actor, self.at_least)

    @property
    def viewer(self) -> Actor:
        """The actor; raises Unauthenticated without a session."""
        if self.actor is None:
            raise Unauthenticated
        return self.actor

    def become(self, signed_in: SignedIn) -> None:
        """Continue as the user who has just signed in, so that they can read the response."""
        self.actor = Actor(signed_in.user.id, signed_in.user.role, signed_in.session.id, self.origin)
        self.loaders = Loaders(self.services, self.actor, self.at_least)

    def follow_writes(self) -> None:
        """Read from the primary from now on, so that the result of this write can be read."""
        self.at_least = None
        self.loaders = Loaders(self.services, self.actor, None)


Info = strawberry.Info[Context, None]
"""The `info` argument of a resolver."""
