"""Invitations in the schema: for admins, and accepting one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.models import invitation as domain
from domain.pagination import Window
from domain.services.invitation import AcceptInvitation, InviteUser
from schema.connection import Connection
from schema.context import Info
from schema.errors import (
    AsData,
    ConflictProblem,
    CredentialsProblem,
    ForbiddenProblem,
    RateLimitProblem,
    ValidationProblem,
)
from schema.marks import LOADED_ROW_COST, WRITE_COST, price
from schema.node import Node, Role, given, shows
from schema.payloads import DoneResult, cursor_of, done, known
from schema.scalars import Cursor
from schema.session import SESSION_COOKIE, SessionPayload, signed_in_payload
from schema.user import User


@strawberry.type
class Invitation(Node):
    """An invitation to make an account, which was neither accepted nor withdrawn."""

    entity: strawberry.Private[domain.Invitation]

    @strawberry.field
    def email(self) -> str:
        """The address that it was sent to."""
        return self.entity.email

    @strawberry.field
    def display_name(self) -> str | None:
        """The name that the account gets unless another is chosen; null if none was stated."""
        return self.entity.display_name

    @strawberry.field
    def role(self) -> Role:
        """The role that the account gets."""
        return self.entity.role

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was sent, or sent again."""
        return self.entity.created_at

    @strawberry.field
    def expires_at(self) -> datetime:
        """Until when it can be accepted."""
        return self.entity.expires_at

    @strawberry.field(metadata=price(LOADED_ROW_COST))
    async def invited_by(self, info: Info) -> User | None:
        """Who sent it; null if it was sent from the command line."""
        inviter = self.entity.invited_by
        found = None if inviter is None else await info.context.loaders.user_by_id.load(inviter)
        return None if found is None else User(entity=found)


@shows(domain.Invitation)
def _node(_: Info, invitation: domain.Invitation) -> Invitation:
    return Invitation(entity=invitation)


@strawberry.type
class InvitationQueries:
    """Reading invitations."""

    @strawberry.field
    async def invitations(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Connection[Invitation]:
        """Invitations that were neither accepted nor withdrawn, newest first; admins only."""
        window = Window.of(given(first), given(after), given(last), given(before))
        service = info.context.services.invitations
        return Connection(page=await service.page(info.context.viewer, window, info.context.at_least))


@strawberry.input
class InviteUserInput:
    """Who is invited."""

    email: str = strawberry.field(description="The address that the invitation is sent to.")
    display_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="The name that the account gets unless another is chosen."
    )
    role: Role = strawberry.field(default=Role.MEMBER, description="The role that the account gets.")


@strawberry.input(description=SESSION_COOKIE)
class AcceptInvitationInput:
    """The account of somebody who was invited."""

    token: str = strawberry.field(description="The token of the link in the mail; it works once, for seven days.")
    display_name: str | None = strawberry.field(
        default=strawberry.UNSET, description="How others see the user; without it, the name of the invitation."
    )
    password: str
    cookie: bool = False


@strawberry.type
class InvitationPayload:
    """The invitation as sent, and the log position of the write."""

    invitation: Invitation
    cursor: Cursor


InvitationResult = Annotated[
    InvitationPayload | ValidationProblem | ConflictProblem | ForbiddenProblem | RateLimitProblem,
    strawberry.union("InvitationResult"),
]
AcceptInvitationResult = Annotated[
    SessionPayload | ValidationProblem | ConflictProblem | CredentialsProblem | RateLimitProblem,
    strawberry.union("AcceptInvitationResult"),
]


@strawberry.type
class InvitationMutations:
    """Sending, withdrawing and accepting invitations."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def invite_user(self, info: Info, input: InviteUserInput) -> InvitationResult:
        """Send an invitation, in place of an earlier one to the same address; admins only."""
        command = InviteUser(input.email, given(input.display_name), input.role)
        written = await info.context.services.invitations.invite(info.context.viewer, command)
        cursor = await cursor_of(info, written.position)
        return InvitationPayload(invitation=Invitation(entity=written.value), cursor=cursor)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def withdraw_invitation(self, info: Info, id: strawberry.ID) -> DoneResult:
        """Delete an invitation, whose link no longer works; admins only."""
        viewer = info.context.viewer
        return await done(info, (await info.context.services.invitations.withdraw(viewer, known(id))).position)

    @strawberry.mutation(extensions=[AsData()])
    async def accept_invitation(self, info: Info, input: AcceptInvitationInput) -> AcceptInvitationResult:
        """Make the account that somebody was invited to, and sign in."""
        if input.cookie:
            info.context.carrier.check()
        command = AcceptInvitation(input.token, input.password, given(input.display_name))
        signed_in = await info.context.services.invitations.accept(info.context.origin, command)
        return signed_in_payload(info, signed_in, cookie=input.cookie)
