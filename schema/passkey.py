"""Passkeys in the schema: registering, listing and removing them, and signing in with one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.models import passkey as domain
from schema.context import Info
from schema.errors import AsData, CredentialsProblem, ForbiddenProblem, RateLimitProblem, ValidationProblem
from schema.marks import LOADED_ROW_COST, WRITE_COST, price
from schema.node import Node, given, shows
from schema.payloads import DoneResult, done, known
from schema.scalars import JSON
from schema.session import SignInResult, signed_in_payload
from schema.user import User


@strawberry.type
class Passkey(Node):
    """A WebAuthn credential of a user; each is two factors, because the authenticator verifies the user."""

    entity: strawberry.Private[domain.Passkey]

    @strawberry.field
    def name(self) -> str:
        """What its owner calls it."""
        return self.entity.name

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was registered."""
        return self.entity.created_at

    @strawberry.field
    def last_used_at(self) -> datetime | None:
        """When it last signed in; null if never."""
        return self.entity.last_used_at


@shows(domain.Passkey)
def _node(_: Info, passkey: domain.Passkey) -> Passkey:
    return Passkey(entity=passkey)


@strawberry.field(metadata=price(cost=LOADED_ROW_COST, items=domain.PASSKEYS_MAX))
async def passkeys_of_user(root: strawberry.Parent[User], info: Info) -> list[Passkey] | None:
    """The user's passkeys, oldest first; the user's own, and for admins, otherwise null."""
    found = await info.context.loaders.by_user(info.context.services.passkeys.of_users).load(root.entity.id)
    return None if found is None else [Passkey(entity=passkey) for passkey in found]


@strawberry.type
class PasskeyOptions:
    """What a browser needs for a passkey, with a challenge that is valid once and for five minutes."""

    options: JSON = strawberry.field(
        description="For PublicKeyCredential.parseCreationOptionsFromJSON or parseRequestOptionsFromJSON (WebAuthn Level 3)."
    )


PasskeyOptionsResult = Annotated[
    PasskeyOptions | CredentialsProblem | ForbiddenProblem | RateLimitProblem, strawberry.union("PasskeyOptionsResult")
]


@strawberry.type
class PasskeyPayload:
    """A passkey that was registered."""

    passkey: Passkey = strawberry.field(description="What is stored of it, and shown from now on.")


PasskeyResult = Annotated[
    PasskeyPayload | ValidationProblem | CredentialsProblem | ForbiddenProblem, strawberry.union("PasskeyResult")
]


CREDENTIAL = "The browser's PublicKeyCredential in its JSON form (WebAuthn Level 3, section 5.1.8)."


@strawberry.input
class PasskeySignInInput:
    """The answer of a browser."""

    credential: JSON = strawberry.field(description=CREDENTIAL)
    cookie: bool = False


@strawberry.type
class PasskeyMutations:
    """Registering, using and removing passkeys."""

    @strawberry.mutation(extensions=[AsData()])
    async def begin_passkey_registration(
        self, info: Info, current_password: str | None = strawberry.UNSET
    ) -> PasskeyOptionsResult:
        """Options to make a passkey with; a user without a password needs a session of the last ten minutes instead."""
        service = info.context.services.passkeys
        return PasskeyOptions(
            options=JSON(await service.begin_registration(info.context.person, given(current_password)))
        )

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def finish_passkey_registration(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="What to call it.")],
        credential: Annotated[JSON, strawberry.argument(description=CREDENTIAL)],
    ) -> PasskeyResult:
        """Register the passkey that the browser made; from now on the password alone does not sign in."""
        service = info.context.services.passkeys
        written = await service.finish_registration(info.context.person, name, credential)
        return PasskeyPayload(passkey=Passkey(entity=written.value))

    @strawberry.mutation(extensions=[AsData()])
    async def remove_passkey(
        self, info: Info, id: strawberry.ID, current_password: str | None = strawberry.UNSET
    ) -> DoneResult:
        """Remove one's own passkey, in a session of the last ten minutes or with the current password."""
        service = info.context.services.passkeys
        written = await service.remove(info.context.viewer, known(id), given(current_password))
        return await done(info, written.position)

    @strawberry.mutation(extensions=[AsData()], metadata=price(LOADED_ROW_COST))
    async def begin_passkey_sign_in(self, info: Info) -> PasskeyOptionsResult:
        """Options to sign in with; nobody needs to be named."""
        options = await info.context.services.passkeys.sign_in_options(info.context.origin)
        return PasskeyOptions(options=JSON(options))

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def sign_in_with_passkey(self, info: Info, input: PasskeySignInInput) -> SignInResult:
        """Start a session of the user whose passkey has signed; no password and no other factor is needed."""
        if input.cookie:
            info.context.carrier.check()
        signed_in = await info.context.services.sessions.sign_in_with_passkey(info.context.origin, input.credential)
        return signed_in_payload(info, signed_in, cookie=input.cookie)
