"""What mutations answer with: payloads, and the unions with their problems."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.commands import SignedIn
from schema.errors import (
    ConflictProblem,
    CredentialsProblem,
    ForbiddenProblem,
    NotFoundProblem,
    RateLimitProblem,
    ValidationProblem,
)
from schema.scalars import Cursor
from schema.session import Session
from schema.user import User


@strawberry.type(
    description="The user as written, and the log position of the write: "
    "send it as the header Rollcall-Read-After to read it back from any replica."
)
class UserPayload:
    """See the description."""

    user: User
    cursor: Cursor


@strawberry.type
class SessionPayload:
    """A session with its tokens."""

    user: User
    session: Session
    access_token: str | None = strawberry.field(
        description="Null where the session travels in httpOnly cookies, which no script can read."
    )
    refresh_token: str | None
    access_token_expires_at: datetime

    @classmethod
    def of(cls, signed_in: SignedIn, *, cookie: bool) -> SessionPayload:
        """A session as shown; with `cookie` the tokens stay out of it."""
        return cls(
            user=User(entity=signed_in.user),
            session=Session(entity=signed_in.session),
            access_token=None if cookie else signed_in.access_token,
            refresh_token=None if cookie else signed_in.refresh_token,
            access_token_expires_at=signed_in.access_expires_at,
        )


@strawberry.type
class Done:
    """It is done."""

    ok: bool
    cursor: Cursor | None


SIGN_UP = (ValidationProblem, ConflictProblem, RateLimitProblem, ForbiddenProblem)
SIGN_IN = (CredentialsProblem, RateLimitProblem, ValidationProblem)
REFRESH = (CredentialsProblem,)
USER = (ValidationProblem, ConflictProblem, NotFoundProblem, ForbiddenProblem)
DONE = (ValidationProblem, NotFoundProblem, ForbiddenProblem, CredentialsProblem, RateLimitProblem)

SignUpResult = Annotated[
    SessionPayload | ValidationProblem | ConflictProblem | RateLimitProblem | ForbiddenProblem,
    strawberry.union("SignUpResult"),
]
SignInResult = Annotated[
    SessionPayload | CredentialsProblem | RateLimitProblem | ValidationProblem, strawberry.union("SignInResult")
]
RefreshResult = Annotated[SessionPayload | CredentialsProblem, strawberry.union("RefreshResult")]
UserResult = Annotated[
    UserPayload | ValidationProblem | ConflictProblem | NotFoundProblem | ForbiddenProblem,
    strawberry.union("UserResult"),
]
DoneResult = Annotated[
    Done | ValidationProblem | NotFoundProblem | ForbiddenProblem | CredentialsProblem | RateLimitProblem,
    strawberry.union("DoneResult"),
]
