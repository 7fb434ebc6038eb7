"""API keys: making, listing and revoking them, and finding the one that a request brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, NotFound, ValidationFailed
from domain.models.actor import Actor, ApiKeyScope, Role, lesser_role
from domain.models.api_key import KEYS_MAX, ApiKey, api_key_created, api_key_revoked, new_secret
from domain.models.text import clean_name
from domain.models.user import Status, User
from domain.services.live import LiveSessions
from domain.services.unit import Clock, Store, WriteUnit, Written


@dataclass(frozen=True, slots=True)
class CreateApiKey:
    """Make a key for oneself; without `expires_at` (UTC) it has no end."""

    name: str
    role: Role
    scopes: frozenset[ApiKeyScope] = frozenset()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key with its text, which is shown once and stored nowhere."""

    key: ApiKey
    secret: str = field(repr=False)


class ApiKeyService:
    """The use cases of API keys."""

    def __init__(self, store: Store, clock: Clock, live: LiveSessions) -> None:
        self._store, self._clock, self._live = store, clock, live

    async def create(self, actor: Actor, command: CreateApiKey) -> Written[NewApiKey]:
        """Make a key for the actor.

        Raises Forbidden for a role above the actor's own, for a scope that their role does not allow, and for an actor
        without a session; ValidationFailed.
        """
        user_id = policies.require_session(actor, "Sign in to make an API key; a key cannot make another")
        return await self._create(actor, user_id, command)

    async def create_for(self, actor: Actor, user_id: UUID, command: CreateApiKey) -> Written[NewApiKey]:
        """Make a key for another user, on the machine itself only. Raises as `create` does, and NotFound."""
        policies.require_system(actor)
        return await self._create(actor, user_id, command)

    async def _create(self, actor: Actor, user_id: UUID, command: CreateApiKey) -> Written[NewApiKey]:
        now = self._clock.now()
        name = clean_name(command.name, "name")
        if command.expires_at is not None and command.expires_at <= now:
            raise ValidationFailed.one("expires_at", "The end must be in the future")
        async with self._store.write() as unit:
            owner = await unit.users.get_for_update(user_id)
            await self._check(unit, owner, command)
            secret = new_secret()
            key = ApiKey(
                uuid4(), owner.id, name, command.role, command.scopes, secret.public_id, secret.secret_hash, now,
                command.expires_at,
            )  # fmt: skip
            await unit.api_keys.add(key)
            position = await unit.events.append(api_key_created(actor, key))
            await unit.commit()
        return Written(NewApiKey(key, secret.text), position)

    async def _check(self, unit: WriteUnit, owner: User, command: CreateApiKey) -> None:
        if owner.status is not Status.ACTIVE:
            raise Forbidden("The owner of a key must be active")
        if lesser_role(owner.role, command.role) is not command.role:
            raise Forbidden("A key's role may not be higher than its owner's")
        if command.scopes and owner.role is Role.MEMBER:
            raise Forbidden("Only auditors and admins may make keys that ask for other users' tokens")
        if len(await unit.api_keys.of_user(owner.id)) >= KEYS_MAX:
            raise ValidationFailed.one("name", f"There are {KEYS_MAX} keys already; revoke one first")

    async def revoke(self, actor: Actor, key_id: UUID) -> Written[None]:
        """End a key of the actor's own or, for admins, any key; its sockets are closed. Raises NotFound."""
        now = self._clock.now()
        async with self._store.write() as unit:
            key = await unit.api_keys.get_for_update(key_id)
            if not policies.can_see_api_keys(actor, key.user_id):
                raise NotFound
            if key.revoked_at is not None:
                return Written(None, None)
            await unit.api_keys.save(replace(key, revoked_at=now))
            position = await unit.events.append(api_key_revoked(actor, key, now))
            await unit.commit()
        await self._live.settle(key.user_id)
        return Written(None, position)

    async def of_user(self, actor: Actor, user_id: UUID | None = None) -> Sequence[ApiKey]:
        """The actor's keys or, for admins, those of any user, without revoked ones. Raises Forbidden."""
        owner = user_id or actor.user_id
        if owner is None or not policies.can_see_api_keys(actor, owner):
            raise Forbidden
        async with self._store.read() as unit:
            return await unit.api_keys.of_user(owner)

    async def get_many(
        self, actor: Actor, key_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, ApiKey]:
        """Those of these keys that the actor may see and that are not revoked."""
        async with self._store.read(at_least) as unit:
            found = await unit.api_keys.get_many(key_ids)
        return {i: k for i, k in found.items() if k.revoked_at is None and policies.can_see_api_keys(actor, k.user_id)}

    async def find(self, public_id: str) -> ApiKey | None:
        """The key of this name, in any state. Raises Unavailable."""
        async with self._store.read() as unit:
            return await unit.api_keys.find_by_public_id(public_id)

    async def touch_used(self, used: Mapping[UUID, datetime]) -> None:
        """Move the `last_used_at` of several keys forward."""
        async with self._store.write() as unit:
            await unit.api_keys.touch_used(used)
            await unit.commit()
