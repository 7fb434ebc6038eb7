"""The resolver context: actor, origin, services, and loaders for one operation or one event."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import strawberry

from domain.cursors import LogCursor
from domain.errors import EnrolmentRequired, Unauthenticated
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
    """The context of one operation or one event of a subscription; never shared, because its loaders cache rows.

    A session that has to set up a second factor first is like none: `actor` is None, and only what asks for `person` is
    open to it.
    """

    services: Services
    actor: Actor | None
    origin: Origin
    carrier: SessionCarrier
    at_least: LogCursor | None = None
    """The position that reads, including those on replicas, must have reached; None reads from the primary."""
    enrolling: Actor | None = field(init=False, default=None)
    """Who has to set up a second factor before anything else."""
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self._act_as(self.actor)

    def _act_as(self, actor: Actor | None) -> None:
        enrolling = actor is not None and actor.enrolling
        self.actor, self.enrolling = (None, actor) if enrolling else (actor, None)
        self.loaders = Loaders(self.services, actor, self.at_least)

    @property
    def viewer(self) -> Actor:
        """The actor; raises Unauthenticated without a session, and EnrolmentRequired before a required enrolment."""
        if self.actor is None:
            raise Unauthenticated if self.enrolling is None else EnrolmentRequired
        return self.actor

    @property
    def person(self) -> Actor:
        """The actor, also one who has to set up a second factor first; raises Unauthenticated without a session."""
        actor = self.actor or self.enrolling
        if actor is None:
            raise Unauthenticated
        return actor

    def become(self, signed_in: SignedIn) -> None:
        """Continue as the user who has just signed in, so that they can read the response."""
        given = signed_in.user.id, signed_in.user.role, signed_in.session.id, self.origin
        self._act_as(Actor(*given, enrolling=signed_in.session.enrolling))

    def follow_writes(self) -> None:
        """Read from the primary from now on, so that the result of this write can be read."""
        self.at_least = None
        self.loaders = Loaders(self.services, self.actor or self.enrolling, None)


Info = strawberry.Info[Context, None]
"""The `info` argument of a resolver."""
