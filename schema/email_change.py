"""Changing one's own e-mail address, and the address that waits to be confirmed."""

from __future__ import annotations

import strawberry

from domain.services.email_change import ChangeEmail
from schema.context import Info
from schema.errors import AsData
from schema.marks import LOADED_ROW_COST, WRITE_COST, price
from schema.payloads import DoneResult, done
from schema.user import User
from schema.user_mutations import UserResult, user_payload


@strawberry.field(metadata=price(cost=LOADED_ROW_COST))
async def pending_email_of_user(root: strawberry.Parent[User], info: Info) -> str | None:
    """An address that waits to be confirmed; the user's own, and for admins, otherwise null."""
    return await info.context.loaders.by_user(info.context.services.email_changes.pending).load(root.entity.id)


@strawberry.input
class ChangeEmailInput:
    """The new address, and the current password as proof."""

    new_email: str = strawberry.field(description="The address that the link is sent to.")
    current_password: str


@strawberry.type
class EmailChangeMutations:
    """Changing one's own e-mail address."""

    @strawberry.mutation(extensions=[AsData()])
    async def request_email_change(self, info: Info, input: ChangeEmailInput) -> DoneResult:
        """Send a link to the new address and tell the present one; nothing changes before the link is used.

        The answer is the same whether or not the new address belongs to another user.
        """
        command = ChangeEmail(input.new_email, input.current_password)
        written = await info.context.services.email_changes.request(info.context.viewer, command)
        return await done(info, written.position)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def confirm_email_change(self, info: Info, token: str) -> UserResult:
        """Set the address that a link was sent to, with the token of the link."""
        return await user_payload(info, await info.context.services.email_changes.confirm(info.context.origin, token))
