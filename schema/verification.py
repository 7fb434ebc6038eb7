"""The mutations by which users verify their e-mail addresses."""

from __future__ import annotations

import strawberry

from schema.context import Info
from schema.errors import AsData
from schema.marks import WRITE_COST, price
from schema.payloads import Done, DoneResult
from schema.user_mutations import UserResult, user_payload


@strawberry.type
class VerificationMutations:
    """Verifying an e-mail address."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def request_email_verification(self, info: Info) -> DoneResult:
        """Send a link to one's own address, with which it is verified; nothing happens if it is."""
        await info.context.services.verifications.request(info.context.viewer)
        return Done(ok=True, cursor=None)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def verify_email(self, info: Info, token: str) -> UserResult:
        """Verify the address that a link was sent to, with the token of the link."""
        written = await info.context.services.verifications.verify(info.context.origin, token)
        return await user_payload(info, written)
