"""API keys in the schema: one's own, and for admins those of others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.models import api_key as domain
from domain.models.actor import ApiKeyScope
from domain.services.api_key import CreateApiKey
from schema.context import Info
from schema.errors import AsData, ForbiddenProblem, ValidationProblem
from schema.marks import LOADED_ROW_COST, PER_VIEWER, WRITE_COST, price
from schema.node import Node, Role, given, shows
from schema.payloads import DoneResult, done, known

strawberry.enum(ApiKeyScope, name="ApiKeyScope", description="What a key may be used for besides its role.")


@strawberry.type
class ApiKey(Node):
    """A key with which a service acts as its owner, with the lesser of the key's role and the owner's."""

    entity: strawberry.Private[domain.ApiKey]

    @strawberry.field
    def name(self) -> str:
        """What its owner calls it."""
        return self.entity.name

    @strawberry.field
    def role(self) -> Role:
        """The highest role with which it acts."""
        return self.entity.role

    @strawberry.field(metadata=price(items=len(ApiKeyScope)))
    def scopes(self) -> list[ApiKeyScope]:
        """What it may be used for besides its role."""
        return sorted(self.entity.scopes)

    @strawberry.field
    def hint(self) -> str:
        """The first characters of the key, to tell keys apart."""
        return self.entity.hint

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was made."""
        return self.entity.created_at

    @strawberry.field
    def last_used_at(self) -> datetime | None:
        """When it was last used, accurate to about a minute; null if never."""
        return self.entity.last_used_at

    @strawberry.field
    def expires_at(self) -> datetime | None:
        """When it expires; null if never."""
        return self.entity.expires_at


@shows(domain.ApiKey)
def _node(_: Info, key: domain.ApiKey) -> ApiKey:
    return ApiKey(entity=key)


@strawberry.type
class ApiKeyQueries:
    """Reading API keys."""

    @strawberry.field(metadata={**price(LOADED_ROW_COST, items=domain.KEYS_MAX), **PER_VIEWER})
    async def api_keys(self, info: Info, user_id: strawberry.ID | None = strawberry.UNSET) -> list[ApiKey]:
        """The caller's API keys, newest first; with `userId`, those of another user, for admins."""
        owner = given(user_id)
        service = info.context.services.api_keys
        found = await service.of_user(info.context.viewer, None if owner is None else known(owner))
        return [ApiKey(entity=key) for key in found]


@strawberry.input
class CreateApiKeyInput:
    """A new key of one's own."""

    name: str = strawberry.field(description="What to call it.")
    role: Role = strawberry.field(description="The highest role with which it acts; not above one's own.")
    scopes: list[ApiKeyScope] = strawberry.field(
        default_factory=list, description="INTROSPECT lets it ask for other users' tokens (RFC 7662)."
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it expires; without one, never."
    )


@strawberry.type
class ApiKeyPayload:
    """A new key; its secret is shown once."""

    api_key: ApiKey = strawberry.field(description="What is stored of it, and shown from now on.")
    secret: str = strawberry.field(description="What a client sends as a bearer token; it cannot be shown again.")


ApiKeyResult = Annotated[
    ApiKeyPayload | ValidationProblem | ForbiddenProblem,
    strawberry.union("ApiKeyResult"),
]


@strawberry.type
class ApiKeyMutations:
    """Making and revoking API keys."""

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> ApiKeyResult:
        """Make a key for oneself; needs a session, because a key cannot make another."""
        command = CreateApiKey(input.name, input.role, frozenset(input.scopes), given(input.expires_at))
        made = (await info.context.services.api_keys.create(info.context.viewer, command)).value
        return ApiKeyPayload(api_key=ApiKey(entity=made.key), secret=made.secret)

    @strawberry.mutation(extensions=[AsData()], metadata=price(WRITE_COST))
    async def revoke_api_key(self, info: Info, id: strawberry.ID) -> DoneResult:
        """End a key and close its sockets: one's own, for admins anyone's."""
        written = await info.context.services.api_keys.revoke(info.context.viewer, known(id))
        return await done(info, written.position)
