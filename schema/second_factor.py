"""Second factors in the schema: enrolment, recovery codes, and what a user has."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.models.second_factor import SecondFactor
from schema.context import Info
from schema.errors import (
    AsData,
    CredentialsProblem,
    ForbiddenProblem,
    RateLimitProblem,
    ValidationProblem,
)
from schema.marks import LOADED_ROW_COST, SHORT_LIST, WRITE_COST, price
from schema.payloads import DoneResult, done, known
from schema.user import User

strawberry.enum(SecondFactor, name="SecondFactor", description="What a user has set up besides a password.")


@strawberry.field(metadata=price(cost=LOADED_ROW_COST, items=SHORT_LIST))
async def second_factors_of_user(root: strawberry.Parent[User], info: Info) -> list[SecondFactor] | None:
    """The second factors that are set up; the user's own, and for admins, otherwise null."""
    loader = info.context.loaders.by_user(info.context.services.second_factors.kinds)
    found = await loader.load(root.entity.id)
    return None if found is None else list(found)


@strawberry.type
class TotpEnrolment:
    """A new secret for an authenticator app (RFC 6238), which counts once it is confirmed with a code."""

    secret: str = strawberry.field(description="The secret in base32, to be typed.")
    uri: str = strawberry.field(description="The secret as an otpauth URI.")
    qr_svg: str = strawberry.field(description="The URI as a QR code, an SVG image.")


@strawberry.type
class RecoveryCodes:
    """Codes to sign in with if the authenticator app is lost; each can be used once."""

    codes: list[str] = strawberry.field(
        description="Ten codes, which are not shown again.", metadata=price(items=SHORT_LIST)
    )


TotpEnrolmentResult = Annotated[
    TotpEnrolment | CredentialsProblem | ForbiddenProblem | RateLimitProblem, strawberry.union("TotpEnrolmentResult")
]
RecoveryCodesResult = Annotated[
    RecoveryCodes | ValidationProblem | CredentialsProblem | ForbiddenProblem | RateLimitProblem,
    strawberry.union("RecoveryCodesResult"),
]


@strawberry.type
class SecondFactorMutations:
    """Setting up and removing second factors."""

    @strawberry.mutation(extensions=[AsData()])
    async def begin_totp(self, info: Info, current_password: str) -> TotpEnrolmentResult:
        """A new secret for an authenticator app; `confirmTotp` turns it on. One that waits to be confirmed is replaced."""
        begun = await info.context.services.second_factors.begin(info.context.person, current_password)
        return TotpEnrolment(secret=begun.secret, uri=begun.uri, qr_svg=begun.qr_svg)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def confirm_totp(self, info: Info, code: str) -> RecoveryCodesResult:
        """Turn the authenticator app on with a first code; the recovery codes come with it."""
        written = await info.context.services.second_factors.confirm(info.context.person, code)
        return RecoveryCodes(codes=list(written.value))

    @strawberry.mutation(extensions=[AsData()])
    async def disable_totp(self, info: Info, current_password: str, code: str) -> DoneResult:
        """Turn one's own authenticator app off, with a code of it or a recovery code."""
        written = await info.context.services.second_factors.disable(info.context.viewer, current_password, code)
        return await done(info, written.position)

    @strawberry.mutation(extensions=[AsData()])
    async def renew_recovery_codes(self, info: Info, current_password: str) -> RecoveryCodesResult:
        """Replace one's own recovery codes."""
        service = info.context.services.second_factors
        return RecoveryCodes(codes=list(await service.renew_recovery_codes(info.context.viewer, current_password)))

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def reset_second_factor(self, info: Info, user_id: strawberry.ID) -> DoneResult:
        """Remove another user's second factors and passkeys, and end all their sessions; admins only."""
        written = await info.context.services.second_factors.reset(info.context.viewer, known(user_id))
        return await done(info, written.position)
