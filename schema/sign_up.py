"""Who may sign up, and the mutation that does."""

from __future__ import annotations

from typing import Annotated

import strawberry

from domain.models.sign_up import SignUpMode
from domain.services.sign_up import SignUp
from schema.context import Info
from schema.errors import AsData, ConflictProblem, ForbiddenProblem, RateLimitProblem, ValidationProblem
from schema.session import SESSION_COOKIE, SessionPayload, signed_in_payload

strawberry.enum(SignUpMode, name="SignUpMode", description="Who may make an account for themselves.")
PENDING = "If this address can have an account, a mail to it says how to go on"


@strawberry.input(description=SESSION_COOKIE)
class SignUpInput:
    """An account for oneself."""

    email: str
    password: str
    display_name: str
    cookie: bool = False


@strawberry.type
class SignUpPending:
    """There is an account once its address is proved; the answer is the same for every address, and the mail says the rest."""

    message: str = strawberry.field(description="What to do next.")


SignUpResult = Annotated[
    SessionPayload | SignUpPending | ValidationProblem | ConflictProblem | RateLimitProblem | ForbiddenProblem,
    strawberry.union("SignUpResult"),
]


@strawberry.type
class SignUpQueries:
    """What a page for signing up has to know."""

    @strawberry.field
    def sign_up_mode(self, info: Info) -> SignUpMode:
        """Who may make an account for themselves; no session is needed to ask."""
        return info.context.services.sessions.sign_up_mode


@strawberry.type
class SignUpMutations:
    """Signing up."""

    @strawberry.mutation(extensions=[AsData()])
    async def sign_up(self, info: Info, input: SignUpInput) -> SignUpResult:
        """Create an account and sign in or, where addresses are proved first, send a link that creates it."""
        if input.cookie:
            info.context.carrier.check()
        sessions, command = info.context.services.sessions, SignUp(input.email, input.password, input.display_name)
        if sessions.sign_up_mode is SignUpMode.VERIFIED:
            await sessions.request_sign_up(info.context.origin, command)
            return SignUpPending(message=PENDING)
        signed_in = await sessions.sign_up(info.context.origin, command)
        return signed_in_payload(info, signed_in, cookie=input.cookie)
