"""Signing keys in the schema, for admins: which keys sign and verify access tokens, and rotation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.models import signing_key as domain
from domain.models.signing_key import KeyState
from schema.context import Info
from schema.errors import AsData, ForbiddenProblem, ValidationProblem
from schema.marks import LOADED_ROW_COST, WRITE_COST, price
from schema.payloads import cursor_of
from schema.scalars import Cursor

KEYS_MAX = 50
"""More than a deployment that rotates its keys every month has in four years."""

strawberry.enum(KeyState, name="SigningKeyState", description="What a key is used for now.")


@strawberry.type
class SigningKey:
    """A key pair that signs access tokens; its public half is in the JSON Web Key Set."""

    entity: strawberry.Private[domain.SigningKey]
    state: KeyState = strawberry.field(description="Tokens of a next, the current and a retired key are accepted.")

    @strawberry.field
    def kid(self) -> str:
        """The name in tokens, which is the key's thumbprint (RFC 7638)."""
        return self.entity.kid

    @strawberry.field
    def algorithm(self) -> str:
        """How it signs: EdDSA or ES256."""
        return self.entity.algorithm

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was made."""
        return self.entity.created_at

    @strawberry.field
    def signs_from(self) -> datetime:
        """From when it signs; it is published before that."""
        return self.entity.signs_from

    @strawberry.field
    def revoked_at(self) -> datetime | None:
        """Since when its tokens are refused; null if it was not revoked."""
        return self.entity.revoked_at


@strawberry.type
class SigningKeyQueries:
    """Reading signing keys."""

    @strawberry.field(metadata=price(LOADED_ROW_COST, items=KEYS_MAX))
    async def signing_keys(self, info: Info) -> list[SigningKey]:
        """The newest keys that sign access tokens, at most 50, newest first; for admins only."""
        states = await info.context.services.signing_keys.states(info.context.viewer)
        return [SigningKey(entity=key, state=state) for key, state in reversed(states[-KEYS_MAX:])]


@strawberry.type
class SigningKeyPayload:
    """The key as written."""

    signing_key: SigningKey = strawberry.field(description="It, as it is stored now.")
    cursor: Cursor = strawberry.field(description="The log position of the write.")


RotateSigningKeysResult = Annotated[
    SigningKeyPayload | ValidationProblem | ForbiddenProblem, strawberry.union("RotateSigningKeysResult")
]


@strawberry.type
class SigningKeyMutations:
    """Managing signing keys, for admins."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def rotate_signing_keys(self, info: Info) -> RotateSigningKeysResult:
        """Publish a new key, which signs after ten minutes; the present one verifies until its last token has expired."""
        written = await info.context.services.signing_keys.rotate(info.context.viewer)
        key = SigningKey(entity=written.value, state=KeyState.NEXT)
        return SigningKeyPayload(signing_key=key, cursor=await cursor_of(info, written.position))
