"""Users: creating, changing, disabling, deleting and erasing them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from domain import policies
from domain.errors import (
    Forbidden,
    IdempotencyMismatch,
    Taken,
    ValidationFailed,
)
from domain.models.actor import Actor, Role
from domain.models.event import NewEvent
from domain.models.session import EndReason, session_ended
from domain.models.user import STATUS_EVENTS, Status, User, password_changed, user_changed, user_created, user_erased
from domain.services.amending import amended, guard_last_admin, seen
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher, TokenCodec
from domain.services.directory import DirectoryService
from domain.services.email_change import forget_address, request_change
from domain.services.live import LiveSessions, Presence
from domain.services.passwords import notify_user
from domain.services.unit import Clock, KeptResult, Store, WriteUnit, Written
from domain.services.user_fields import checked, refuse_own_words

KEY_MAX = 200
"""The longest idempotency key, in characters."""
HELD_BY_DELETED = "This e-mail address belongs to a deleted user; restore or erase them first"


def new_user(email: str, display_name: str, role: Role, now: datetime, can_sign_in: bool = False) -> User:
    """A new active user at version 1; the fields are not checked."""
    return User(uuid4(), email, display_name, role, Status.ACTIVE, 1, now, now, can_sign_in=can_sign_in)


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Create a user; without a password nobody can sign in to the account until one is set."""

    email: str
    display_name: str
    role: Role = Role.MEMBER
    password: str | None = field(default=None, repr=False)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Set the fields that are not None; with `expected_version`, an unseen change is not overwritten."""

    id: UUID
    email: str | None = None
    display_name: str | None = None
    role: Role | None = None
    status: Status | None = None
    password: str | None = field(default=None, repr=False)
    expected_version: int | None = None
    deleted_too: bool = True
    """Whether a deleted user may be changed; otherwise it is not found."""


class UserService(DirectoryService):
    """The use cases of the directory, including the read-only ones.

    With `confirms_email`, an address that users give themselves waits until they have confirmed it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        tokens: TokenCodec,
        presence: Presence,
        live: LiveSessions,
        attempts: Attempts,
        *,
        confirms_email: bool = False,
    ) -> None:
        super().__init__(store, presence)
        self._confirms_email = confirms_email
        self._clock, self._hasher, self._tokens = clock, hasher, tokens
        self._live, self._attempts = live, attempts

    async def create(self, actor: Actor, command: CreateUser) -> Written[User]:
        """Create a user; a repeated call with the same idempotency key returns the first result.

        Raises Forbidden, ValidationFailed, Taken, and IdempotencyMismatch for a key that was used with different input.
        """
        policies.require_admin(actor)
        clean = checked(email=command.email, display_name=command.display_name, password=command.password)
        key = command.idempotency_key
        if key is not None and not (0 < len(key) <= KEY_MAX and key.isprintable()):
            raise ValidationFailed.one("idempotency_key", f"The key must have 1 to {KEY_MAX} printable characters", key)
        data = _as_bytes(clean, command.role)
        hashed = await self._hasher.hash(clean["password"]) if "password" in clean else None
        async with self._naming_holder(actor, clean["email"]), self._store.write() as unit:
            if key is not None and (kept := await unit.keys.find(actor.user_id, key)):
                return await self._repeat(unit, kept, data)
            user = new_user(clean["email"], clean["display_name"], command.role, self._clock.now(), hashed is not None)
            await unit.users.add(user, hashed)
            position = await unit.events.append(user_created(actor, user))
            if key is not None:
                await unit.keys.keep(actor.user_id, key, KeptResult(self._tokens.fingerprint(data), user.id, position))
            await unit.commit()
        return Written(user, position)

    async def _repeat(self, unit: WriteUnit, kept: KeptResult, data: bytes) -> Written[User]:
        if not self._tokens.has_fingerprint(data, kept.fingerprint):
            raise IdempotencyMismatch
        return Written(await unit.users.get(kept.user_id), kept.position)

    async def update(self, actor: Actor, command: UpdateUser) -> Written[User]:
        """Set fields of a user: admins may set any, users their own e-mail and display name.

        Where mails can be sent, one's own new address waits: it gets a link that confirms it. Raises NotFound, Forbidden,
        ValidationFailed, Taken, VersionConflict and LastAdmin, and RateLimited if users change their own e-mail too
        often, because the result reveals whether an address is known.
        """
        wanted = {
            name: value
            for name in ("email", "display_name", "role", "status", "password")
            if (value := getattr(command, name)) is not None
        }
        if not policies.can_edit(actor, command.id, list(wanted)):
            raise Forbidden
        clean = checked(**{k: v for k, v in wanted.items() if k in ("email", "display_name", "password")})
        amends = wanted.keys().isdisjoint(("email", "status", "password"))
        written = await self._amended(actor, command, clean) if amends else None
        written = written or await self._updated(actor, command, clean)
        if written.position is not None:
            await self._live.settle(command.id)
        return written

    async def _amended(self, actor: Actor, command: UpdateUser, clean: Mapping[str, str]) -> Written[User] | None:
        """A new name or role alone, in one statement; None if that takes a transaction."""
        found = (await self._store.users_by_id([command.id])).get(command.id)
        before = seen(actor, found, command.expected_version, deleted_too=command.deleted_too)
        return await amended(self._store, actor, before, self._clock.now(), clean.get("display_name"), command.role)

    async def _updated(self, actor: Actor, command: UpdateUser, clean: Mapping[str, str]) -> Written[User]:
        hashed = await self._hasher.hash(clean["password"]) if "password" in clean else None
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._naming_holder(actor, clean.get("email")))
            claimed = await self._claimed_email(actor, command.id, clean.get("email"))
            if claimed is not None:
                await stack.enter_async_context(self._attempts.claiming_email(actor.origin, actor.user_id))
            waits = claimed is not None and self._confirms_email
            if claimed is not None and waits:
                await self._attempts.requesting_mail(actor.origin, claimed)
            unit = await stack.enter_async_context(self._store.write())
            before = await self._locked(
                unit, actor, command.id, command.expected_version, deleted_too=command.deleted_too
            )
            refuse_own_words(clean, before)
            written = await self._write(
                unit,
                actor,
                before,
                email=None if waits else clean.get("email"),
                display_name=clean.get("display_name"),
                role=command.role,
                status=command.status,
                hashed=hashed,
            )
            if claimed is not None and waits:
                position = await request_change(unit, actor, before, claimed, self._clock.now())
                written = Written(written.value, position, waits=True)
            await unit.commit()
        return written

    @asynccontextmanager
    async def _naming_holder(self, actor: Actor, email: str | None) -> AsyncIterator[None]:
        """If the block raises Taken, tell those who may see e-mail addresses who has this one, and if they are deleted."""
        try:
            yield
        except Taken as error:
            async with self._store.read() as unit:
                holder = None if email is None else await unit.users.find_by_email(email)
            if holder is None or not policies.can_see_email(actor, holder.id):
                raise
            message = HELD_BY_DELETED if holder.status is Status.DELETED else None
            raise Taken(error.field, holder, message) from None

    async def _claimed_email(self, actor: Actor, user_id: UUID, email: str | None) -> str | None:
        """The address, if users change their own."""
        if email is None or actor.user_id != user_id:
            return None
        async with self._store.read() as unit:
            user = await unit.users.find(user_id)
        return None if user is None or user.email == email else email

    async def set_status(
        self,
        actor: Actor,
        user_id: UUID,
        status: Status,
        expected_version: int | None = None,
        *,
        restore: bool = False,
        deleted_too: bool = True,
    ) -> Written[User]:
        """Disable, enable, delete or (with `restore`) restore a user; the sessions of an inactive user end.

        Raises Forbidden, NotFound, VersionConflict, LastAdmin, and ValidationFailed for a change that is not allowed.
        """
        policies.require_admin(actor)
        async with self._store.write() as unit:
            before = await self._locked(unit, actor, user_id, expected_version, deleted_too=deleted_too)
            if before.status is Status.DELETED and status is not Status.DELETED and not restore:
                raise ValidationFailed.one("status", "This user is deleted; restore it first")
            if restore and before.status is Status.DISABLED:
                raise ValidationFailed.one("status", "This user is disabled, not deleted; enable it instead")
            written = await self._write(unit, actor, before, status=status)
            await unit.commit()
        if written.position is not None:
            await self._live.settle(user_id)
        return written

    async def erase(self, actor: Actor, user_id: UUID) -> Written[None]:
        """Permanently remove a user's personal data from the directory and the log, which keeps the id and the facts.

        Raises Forbidden, NotFound and LastAdmin.
        """
        policies.require_admin(actor)
        async with self._store.write() as unit:
            user = await unit.users.get_for_update(user_id)
            await guard_last_admin(unit, user, None)
            await unit.users.remove(user_id)  # and, by their foreign key, the sessions, links and mails
            await forget_address(unit, user.email)
            await unit.personal_data.remove_named(user)
            await unit.events.scrub(user_id)
            position = await unit.events.append(user_erased(actor, user, self._clock.now()))
            await unit.commit()
        await self._live.settle(user_id)
        return Written(None, position)

    async def _locked(
        self, unit: WriteUnit, actor: Actor, user_id: UUID, expected: int | None, *, deleted_too: bool
    ) -> User:
        return seen(actor, await unit.users.get_for_update(user_id), expected, deleted_too=deleted_too)

    async def _write(
        self,
        unit: WriteUnit,
        actor: Actor,
        before: User,
        *,
        email: str | None = None,
        display_name: str | None = None,
        role: Role | None = None,
        status: Status | None = None,
        hashed: str | None = None,
    ) -> Written[User]:
        """Write the row, end sessions if necessary, then append the events; does nothing if nothing changes."""
        now = self._clock.now()
        after, changes = before.changed(now, email=email, display_name=display_name, role=role, status=status)
        if (before.status, after.status) not in STATUS_EVENTS and before.status is not after.status:
            raise ValidationFailed.one("status", f"A {before.status} user cannot become {after.status}")
        if hashed is not None:
            after = replace(before.touched(now) if after is before else after, can_sign_in=True)
        if after is before:
            return Written(before, None)
        await guard_last_admin(unit, before, after)
        await unit.users.save(after)
        if hashed is not None or after.email != before.email:
            await unit.links.end_all(after.id)
        entries: list[NewEvent] = user_changed(actor, before, after, changes)
        if hashed is not None:
            await unit.users.set_password_hash(after.id, hashed)
            await notify_user(unit, after)
            entries.append(password_changed(actor, after, now))
        entries += await self._end_sessions(unit, actor, after, now, password=hashed is not None)
        return Written(after, await unit.events.append_many(entries))

    async def _end_sessions(
        self, unit: WriteUnit, actor: Actor, user: User, now: datetime, *, password: bool
    ) -> Sequence[NewEvent]:
        if user.status is not Status.ACTIVE:
            reason = EndReason.DISABLED if user.status is Status.DISABLED else EndReason.DELETED
            await unit.sessions.end_all(user.id, reason, now)
            return ()
        if not password:
            return ()
        keep = actor.session_id if actor.user_id == user.id else None
        ended = await unit.sessions.end_all(user.id, EndReason.PASSWORD_CHANGED, now, keep)
        return [session_ended(actor, user, s, EndReason.PASSWORD_CHANGED, now) for s in ended]


def _as_bytes(clean: Mapping[str, str], role: Role) -> bytes:
    return json.dumps([dict(clean), role], sort_keys=True).encode()
