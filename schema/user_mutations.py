"""The mutations of users: input to command, command to service, result to payload."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.models import user as domain
from domain.services.session import SetPassword
from domain.services.unit import Written
from domain.services.user import CreateUser, UpdateUser
from schema.context import Info
from schema.errors import (
    AsData,
    ConflictProblem,
    CredentialsProblem,
    ForbiddenProblem,
    NotFoundProblem,
    RateLimitProblem,
    ValidationProblem,
)
from schema.marks import WRITE_COST, price
from schema.node import Role, given
from schema.payloads import DoneResult, cursor_of, done, known
from schema.scalars import Cursor
from schema.user import User


@strawberry.input
class CreateUserInput:
    """A new user."""

    email: str
    display_name: str
    role: Role = Role.MEMBER
    password: str | None = strawberry.UNSET
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description="Repeats with the same key return the first result."
    )


@strawberry.input
class UpdateUserInput:
    """The fields to set; omitted fields stay as they are."""

    id: strawberry.ID
    email: str | None = strawberry.UNSET
    display_name: str | None = strawberry.UNSET
    role: Role | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class SetPasswordInput:
    """A new password for another user."""

    user_id: strawberry.ID = strawberry.field(description="Whose password it is: anyone's but one's own.")
    password: str = strawberry.field(
        description="8 to 128 characters; not a common one, nor one made of the name or address."
    )
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class UserPayload:
    """The user as written, and the log position of the write.

    Send the position as the header Rollcall-Read-After to read the write back from any replica.
    """

    user: User
    cursor: Cursor


UserResult = Annotated[
    UserPayload
    | ValidationProblem
    | ConflictProblem
    | NotFoundProblem
    | ForbiddenProblem
    | CredentialsProblem
    | RateLimitProblem,
    strawberry.union("UserResult"),
]


@strawberry.type
class UserMutations:
    """Writes of the directory."""

    @strawberry.mutation(extensions=[AsData()])
    async def create_user(self, info: Info, input: CreateUserInput) -> UserResult:
        """Create a user, who is active at once; admins only."""
        command = CreateUser(
            email=input.email,
            display_name=input.display_name,
            role=input.role,
            password=given(input.password),
            idempotency_key=given(input.idempotency_key),
        )
        return await user_payload(info, await info.context.services.users.create(info.context.viewer, command))

    @strawberry.mutation(extensions=[AsData(raised=(RateLimitProblem,))], metadata=price(WRITE_COST))
    async def update_user(self, info: Info, input: UpdateUserInput) -> UserResult:
        """Set fields of a user."""
        viewer = info.context.viewer
        command = UpdateUser(
            id=known(input.id),
            email=given(input.email),
            display_name=given(input.display_name),
            role=given(input.role),
            expected_version=given(input.expected_version),
        )
        return await user_payload(info, await info.context.services.users.update(viewer, command))

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def disable_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Disable a user; their sessions and live sockets are closed before the mutation returns."""
        return await _set_status(info, id, domain.Status.DISABLED, expected_version)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def enable_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Let a disabled user sign in again."""
        return await _set_status(info, id, domain.Status.ACTIVE, expected_version)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def delete_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Delete a user; `restoreUser` can restore them."""
        return await _set_status(info, id, domain.Status.DELETED, expected_version)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def restore_user(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> UserResult:
        """Restore a deleted user as active."""
        return await _set_status(info, id, domain.Status.ACTIVE, expected_version, restore=True)

    @strawberry.mutation(extensions=[AsData()])
    async def set_password(self, info: Info, input: SetPasswordInput) -> UserResult:
        """Set another user's password and end all their sessions; admins only. For one's own, see `changePassword`."""
        command = SetPassword(known(input.user_id), input.password, given(input.expected_version))
        return await user_payload(info, await info.context.services.sessions.set_password(info.context.viewer, command))

    @strawberry.mutation(extensions=[AsData()])
    async def erase_user(self, info: Info, id: strawberry.ID) -> DoneResult:
        """Permanently remove a user's personal data; the log keeps the id and the facts."""
        viewer = info.context.viewer
        return await done(info, (await info.context.services.users.erase(viewer, known(id))).position)


async def user_payload(info: Info, written: Written[domain.User]) -> UserPayload:
    """The user as written, with the position of the write."""
    return UserPayload(user=User(entity=written.value), cursor=await cursor_of(info, written.position))


async def _set_status(
    info: Info, id_: str, status: domain.Status, expected: int | None, *, restore: bool = False
) -> UserPayload:
    viewer = info.context.viewer
    written = await info.context.services.users.set_status(viewer, known(id_), status, given(expected), restore=restore)
    return await user_payload(info, written)
