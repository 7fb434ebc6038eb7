"""The mutations by which a forgotten password is reset."""

from __future__ import annotations

import strawberry

from domain.services.reset import ResetPassword
from schema.context import Info
from schema.errors import AsData
from schema.marks import WRITE_COST, price
from schema.payloads import Done, DoneResult, done


@strawberry.input
class ResetPasswordInput:
    """The token of a link that was sent, and the new password."""

    token: str
    new_password: str


@strawberry.type
class ResetMutations:
    """Resetting a forgotten password."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def request_password_reset(self, info: Info, email: str) -> DoneResult:
        """Send a link to an address with which its user can set a password. The answer is the same for unknown addresses."""
        await info.context.services.resets.request(info.context.origin, email)
        return Done(ok=True, cursor=None)

    @strawberry.mutation(extensions=[AsData()])
    async def reset_password(self, info: Info, input: ResetPasswordInput) -> DoneResult:
        """Set a password with the token of a link, and end all sessions of its user."""
        command = ResetPassword(input.token, input.new_password)
        written = await info.context.services.resets.reset(info.context.origin, command)
        return await done(info, written.position)
