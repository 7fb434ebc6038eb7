"""What a resolver is given: who asks, from where, the services, and loaders that live for one operation or one event."""

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
    """Where the edge keeps a browser's session: httpOnly cookies over HTTP, nothing over a socket."""

    @property
    def refresh_token(self) -> str | None:
        """The refresh token of the request's cookie, or None. Raises TokenInvalid where the cookies do not belong together."""
        ...

    @property
    def ending_token(self) -> str | None:
        """The refresh token whose session may be ended, also beside a broken access token. Raises as `refresh_token` does."""
        ...

    def check(self) -> None:
        """Before a session is begun for cookies: raises Forbidden or ValidationFailed where none may be set."""
        ...

    def set_session(self, signed_in: SignedIn) -> None:
        """Send the session's tokens as cookies."""
        ...

    def clear(self) -> None:
        """Take the cookies back."""
        ...


@dataclass(slots=True)
class Context:
    """One operation, or one event of a subscription: never shared between two, or one would see the other's rows."""

    services: Services
    actor: Actor | None
    origin: Origin
    carrier: SessionCarrier
    at_least: LogCursor | None = None
    """The position that reads must show, wherever they are made; None for the newest."""
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
        """Go on as the user who has just signed in: the answer is theirs to read."""
        self.actor = Actor(signed_in.user.id, signed_in.user.role, signed_in.session.id, self.origin)
        self.loaders = Loaders(self.services, self.actor, self.at_least)

    def follow_writes(self) -> None:
        """From here on read the newest: what is being written may be read too."""
        self.at_least = None
        self.loaders = Loaders(self.services, self.actor, None)


Info = strawberry.Info[Context, None]
"""What a resolver is given beside its arguments."""
