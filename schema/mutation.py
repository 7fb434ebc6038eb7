"""The Mutation root: input to command, command to service, result to payload."""

from __future__ import annotations

from uuid import UUID

import strawberry

from domain.commands import CreateUser, SignedIn, SignIn, SignUp, UpdateUser, Written
from domain.cursors import sequence_cursor, written_cursor
from domain.errors import NotFound, TokenInvalid
from domain.models import user as domain
from schema import payloads
from schema.errors import AsData
from schema.node import Role, given, uuid_of
from schema.payloads import (
    Done,
    DoneResult,
    RefreshResult,
    SessionPayload,
    SignInResult,
    SignUpResult,
    UserPayload,
    UserResult,
)
from schema.scalars import Cursor
from schema.user import Info, User

SESSION_COOKIE = "cookie: set the session as httpOnly cookies and leave the tokens out of the answer."


@strawberry.input(description=SESSION_COOKIE)
class SignUpInput:
    """An account for oneself."""

    email: str
    password: str
    display_name: str
    cookie: bool = False


@strawberry.input
class SignInInput:
    """Credentials."""

    email: str
    password: str
    totp_code: str | None = strawberry.UNSET
    cookie: bool = False


@strawberry.input
class CreateUserInput:
    """A new user."""

    email: str
    display_name: str
    role: Role = domain.Role.MEMBER
    password: str | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Repeats with the same key answer with the first result."
    )


@strawberry.input
class UpdateUserInput:
    """The fields to set; what is left out stays."""

    id: strawberry.ID
    email: str | None = strawberry.UNSET
    display_name: str | None = strawberry.UNSET
    role: Role | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class ChangePasswordInput:
    """The old and the new."""

    current_password: str
    new_password: str


def _known(text: str) -> UUID:
    """The id; raises NotFound for a text that is none."""
    found = uuid_of(text)
    if found is None:
        raise NotFound
    return found


async def _cursor(info: Info, position: int | None) -> Cursor:
    """The place of a write; where nothing had to be written, the log's newest."""
    services = info.context.services
    if position is not None:
        return Cursor(written_cursor(services.epoch, position))
    state = await services.events.state()
    return Cursor(sequence_cursor(state.epoch, state.head))


async def _user(info: Info, written: Written[domain.User]) -> UserPayload:
    return UserPayload(user=User(entity=written.value), cursor=await _cursor(info, written.position))


async def _done(info: Info, position: int | None) -> Done:
    return Done(ok=True, cursor=await _cursor(info, position))


def _signed_in(info: Info, signed_in: SignedIn, *, cookie: bool) -> SessionPayload:
    if cookie:
        info.context.carrier.set_session(signed_in)
    info.context.become(signed_in)
    return SessionPayload.of(signed_in, cookie=cookie)


@strawberry.type
class Mutation:
    """Writes. Every expected failure is data."""

    @strawberry.mutation(extensions=[AsData(*payloads.SIGN_UP)])
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:
        """Make an account and sign in."""
        if input.cookie:
            info.context.carrier.check()
        command = SignUp(input.email, input.password, input.display_name)
        signed_in = await info.context.services.sessions.sign_up(info.context.origin, command)
        return _signed_in(info, signed_in, cookie=input.cookie)

    @strawberry.mutation(extensions=[AsData(*payloads.SIGN_IN)])
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        """Start a session."""
        if input.cookie:
            info.context.carrier.check()
        command = SignIn(input.email, input.password, given(input.totp_code))
        signed_in = await info.context.services.sessions.sign_in(info.context.origin, command)
        return _signed_in(info, signed_in, cookie=input.cookie)

    @strawberry.mutation(
        extensions=[AsData(*payloads.REFRESH)],
        description="With the refresh cookie (new cookies come back) or the token given (new tokens come back).",
    )
    async def refresh_session(self, info: Info, refresh_token: str | None = strawberry.UNSET) -> RefreshResult:
        """See the description."""
        given_token, carried = given(refresh_token), info.context.carrier.refresh_token
        token = given_token or carried
        if token is None:
            raise TokenInvalid("There is no refresh token")
        signed_in = await info.context.services.sessions.refresh(info.context.origin, token)
        return _signed_in(info, signed_in, cookie=given_token is None)

    @strawberry.mutation(extensions=[AsData(*payloads.DONE)])
    async def sign_out(self, info: Info) -> DoneResult:
        """End the current session."""
        context, sessions = info.context, info.context.services.sessions
        token = context.carrier.refresh_token if context.actor is None else None
        if token is None:
            written = await sessions.sign_out(context.viewer)
        else:  # the access token has expired or is broken: the refresh token is proof enough
            written = await sessions.sign_out_by_token(context.origin, token)
        context.carrier.clear()
        return await _done(info, written.position)

    @strawberry.mutation(extensions=[AsData(*payloads.DONE)])
    async def revoke_session(self, info: Info, id: strawberry.ID) -> DoneResult:
        """End one session."""
        viewer = info.context.viewer
        return await _done(info, (await info.context.services.sessions.revoke(viewer, _known(id))).position)

    @strawberry.mutation(
        extensions=[AsData(*payloads.DONE)],
        description="Every session of the user but the caller's own current one; for another user, admins only.",
    )
    async def revoke_sessions(self, info: Info, user_id: strawberry.ID) -> DoneResult:
        """See the description."""
        viewer = info.context.viewer
        return await _done(info, (await info.context.services.sessions.revoke_all(viewer, _known(user_id))).position)

    @strawberry.mutation(extensions=[AsData(*payloads.DONE)])
    async def change_password(self, info: Info, input: ChangePasswordInput) -> DoneResult:
        """Set one's own password; one's other sessions end."""
        service = info.context.services.sessions
        written = await service.change_password(info.context.viewer, input.current_password, input.new_password)
        return await _done(info, written.position)

    @strawberry.mutation(extensions=[AsData(*payloads.USER)])
    async def create_user(self, info: Info, input: CreateUserInput) -> UserResult:
        """Make a user."""
        command = CreateUser(
            email=input.email,
            display_name=input.display_name,
            role=input.role,
            password=given(input.password),
            idempotency_key=given(input.idempotency_key),
        )
        return await _user(info, await info.context.services.users.create(info.context.viewer, command))

    @strawberry.mutation(extensions=[AsData(*payloads.USER)])
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserResult:
        """Set fields of a user."""
        viewer = info.context.viewer
        command = UpdateUser(
            id=_known(input.id),
            email=given(input.email),
            display_name=given(input.display_name),
            role=given(input.role),
            expected_version=given(input.expected_version),
        )
        return await _user(info, await info.context.services.users.update(viewer, command))

    @strawberry.mutation(
        extensions=[AsData(*payloads.USER)],
        description="Ends the user's sessions and live sockets before it answers.",
    )
    async def disable_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """See the description."""
        return await _set_status(info, id, domain.Status.DISABLED, expected_version)

    @strawberry.mutation(extensions=[AsData(*payloads.USER)])
    async def enable_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Let a disabled user sign in again."""
        return await _set_status(info, id, domain.Status.ACTIVE, expected_version)

    @strawberry.mutation(extensions=[AsData(*payloads.USER)])
    async def delete_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Take a user out of the directory; `restoreUser` brings them back."""
        return await _set_status(info, id, domain.Status.DELETED, expected_version)

    @strawberry.mutation(extensions=[AsData(*payloads.USER)])
    async def restore_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Bring a deleted user back as active."""
        return await _set_status(info, id, domain.Status.ACTIVE, expected_version, restore=True)

    @strawberry.mutation(
        extensions=[AsData(*payloads.DONE)],
        description="Removes the personal data for good; the log keeps the id and the fact.",
    )
    async def erase_user(self, info: Info, id: strawberry.ID) -> DoneResult:
        """See the description."""
        viewer = info.context.viewer
        return await _done(info, (await info.context.services.users.erase(viewer, _known(id))).position)


async def _set_status(
    info: Info, id_: str, status: domain.Status, expected: int | None, *, restore: bool = False
) -> UserPayload:
    viewer = info.context.viewer
    written = await info.context.services.users.set_status(
        viewer, _known(id_), status, given(expected), restore=restore
    )
    return await _user(info, written)
