"""Sessions in the schema, and the mutations that start and end them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import strawberry

from domain.errors import DomainError, NotFound, TokenInvalid
from domain.models import session as domain
from domain.pagination import PAGE_DEFAULT
from domain.services.sign_in import SignedIn, SignIn
from schema.connection import Connection, window_of
from schema.context import Info
from schema.errors import (
    AsData,
    CredentialsProblem,
    RateLimitProblem,
    ValidationProblem,
)
from schema.loaders import PageKey
from schema.marks import LOADED_ROW_COST, MUTATION_COST, PER_VIEWER, WRITE_COST, price
from schema.node import Node, given, shows
from schema.payloads import DoneResult, done, known
from schema.scalars import JSON
from schema.user import User


@strawberry.type(description="One sign-in on one client.")
class Session(Node):
    """A session that the viewer may see."""

    entity: strawberry.Private[domain.Session]

    @strawberry.field(metadata=price(LOADED_ROW_COST))
    async def user(self, info: Info) -> User:
        """The user who signed in."""
        found = await info.context.loaders.user_by_id.load(self.entity.user_id)
        if found is None:
            raise NotFound("The user of this session no longer exists")
        return User(entity=found)

    @strawberry.field
    def user_agent(self) -> str | None:
        """The user agent of the client at sign-in."""
        return self.entity.user_agent

    @strawberry.field
    def ip_address(self) -> str | None:
        """The IP address from which the client last refreshed the session."""
        return self.entity.ip_address

    @strawberry.field(metadata=PER_VIEWER)
    def current(self, info: Info) -> bool:
        """Whether this request uses the session."""
        return info.context.person.session_id == self.entity.id

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was started."""
        return self.entity.created_at

    @strawberry.field
    def last_seen_at(self) -> datetime:
        """When the session last made a request, accurate to about a minute."""
        return self.entity.last_seen_at

    @strawberry.field
    def expires_at(self) -> datetime:
        """When it expires unless it is refreshed."""
        return self.entity.expires_at

    @strawberry.field
    def enrolment_required(self) -> bool:
        """Whether a second factor has to be set up in it before anything else; only `me` and what that needs is allowed."""
        return self.entity.enrolling


@shows(domain.Session)
def _node(_: Info, session: domain.Session) -> Session:
    return Session(entity=session)


async def sessions_of_user(
    root: strawberry.Parent[User],
    info: Info,
    first: int | None = PAGE_DEFAULT,
    after: str | None = strawberry.UNSET,
    last: int | None = strawberry.UNSET,
    before: str | None = strawberry.UNSET,
) -> Connection[Session]:
    """The user's live sessions. Admins see everyone's, others only their own and otherwise an empty list."""
    info.context.viewer  # noqa: B018 - raises before a required enrolment
    key = PageKey(root.entity.id, window_of(first, after, last, before))
    return Connection(page=await info.context.loaders.pages_by_user(info.context.services.sessions.pages).load(key))


@strawberry.type
class SessionQueries:
    """The viewer's own session."""

    @strawberry.field(description="Null without a session.")
    async def me(self, info: Info) -> User | None:
        """The viewer."""
        actor = info.context.actor or info.context.enrolling
        if actor is None or actor.user_id is None:
            return None
        found = await info.context.loaders.user_by_id.load(actor.user_id)
        return None if found is None else User(entity=found)

    @strawberry.field
    def enrolment_required(self, info: Info) -> bool:
        """Whether this session has to set up a second factor before anything else; false without a session."""
        return info.context.enrolling is not None


SESSION_COOKIE = "cookie: set the session as httpOnly cookies and leave the tokens out of the response."


@strawberry.input
class SignInInput:
    """Credentials."""

    email: str
    password: str
    totp_code: str | None = strawberry.UNSET
    passkey: JSON | None = strawberry.field(
        default=strawberry.UNSET,
        description="What a passkey of the user has signed, in place of totpCode: the PublicKeyCredential of the browser as JSON.",
    )
    cookie: bool = False


@strawberry.input
class ChangePasswordInput:
    """The current and the new password."""

    current_password: str
    new_password: str


@strawberry.type
class SessionPayload:
    """A session with its tokens."""

    user: User
    session: Session
    access_token: str | None = strawberry.field(
        description="Null if the session is in httpOnly cookies, which scripts cannot read."
    )
    refresh_token: str | None
    access_token_expires_at: datetime

    @classmethod
    def of(cls, signed_in: SignedIn, *, cookie: bool) -> SessionPayload:
        """Build it from a session; with `cookie` it has no tokens."""
        return cls(
            user=User(entity=signed_in.user),
            session=Session(entity=signed_in.session),
            access_token=None if cookie else signed_in.access_token,
            refresh_token=None if cookie else signed_in.refresh_token,
            access_token_expires_at=signed_in.access_expires_at,
        )


SignInResult = Annotated[
    SessionPayload | CredentialsProblem | RateLimitProblem | ValidationProblem, strawberry.union("SignInResult")
]
RefreshResult = Annotated[SessionPayload | CredentialsProblem, strawberry.union("RefreshResult")]


@strawberry.type
class SessionMutations:
    """Signing in and out."""

    @strawberry.mutation(extensions=[AsData()])
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        """Start a session."""
        if input.cookie:
            info.context.carrier.check()
        command = SignIn(input.email, input.password, given(input.totp_code), given(input.passkey))
        signed_in = await info.context.services.sessions.sign_in(info.context.origin, command)
        return signed_in_payload(info, signed_in, cookie=input.cookie)

    @strawberry.mutation(extensions=[AsData()])
    async def refresh_session(self, info: Info, refresh_token: str | None = strawberry.UNSET) -> RefreshResult:
        """Renew the session, with the refresh cookie (returns new cookies) or the given token (returns new tokens)."""
        given_token, carried = given(refresh_token), info.context.carrier.refresh_token
        token = given_token or carried
        with _clearing_cookies(info, wanted=given_token is None):
            if token is None:
                raise TokenInvalid("The request has no refresh token")
            signed_in = await info.context.services.sessions.refresh(info.context.origin, token)
        return signed_in_payload(info, signed_in, cookie=given_token is None)

    @strawberry.mutation(extensions=[AsData()])
    async def sign_out(self, info: Info) -> DoneResult:
        """End the current session."""
        context, sessions = info.context, info.context.services.sessions
        actor = context.actor or context.enrolling
        token = context.carrier.ending_token if actor is None else None
        with _clearing_cookies(info):
            if token is None:
                written = await sessions.sign_out(context.person)
            else:  # without a valid access token, the refresh token suffices
                written = await sessions.sign_out_by_token(context.origin, token)
        context.carrier.clear()
        return await done(info, written.position)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def revoke_session(self, info: Info, id: strawberry.ID) -> DoneResult:
        """End one session."""
        viewer = info.context.viewer
        return await done(info, (await info.context.services.sessions.revoke(viewer, known(id))).position)

    @strawberry.mutation(extensions=[AsData()])
    async def revoke_sessions(self, info: Info, user_id: strawberry.ID) -> DoneResult:
        """End all sessions of the user except the caller's current one; only admins may do this for other users."""
        viewer = info.context.viewer
        return await done(info, (await info.context.services.sessions.revoke_all(viewer, known(user_id))).position)

    @strawberry.mutation(extensions=[AsData()], metadata=price(2 * MUTATION_COST))
    async def change_password(self, info: Info, input: ChangePasswordInput) -> DoneResult:
        """Set one's own password and end one's other sessions."""
        service = info.context.services.sessions
        written = await service.change_password(info.context.viewer, input.current_password, input.new_password)
        return await done(info, written.position)


@contextmanager
def _clearing_cookies(info: Info, *, wanted: bool = True) -> Iterator[None]:
    """Delete the cookies of a session that is refused, so that the browser does not bring them again."""
    try:
        yield
    except DomainError as error:
        if wanted and error.status in (401, 403):
            info.context.carrier.clear()
        raise


def signed_in_payload(info: Info, signed_in: SignedIn, *, cookie: bool) -> SessionPayload:
    """The payload of a session that has begun or was renewed, which is the viewer's from now on."""
    if cookie:
        info.context.carrier.set_session(signed_in)
    info.context.become(signed_in)
    return SessionPayload.of(signed_in, cookie=cookie)
