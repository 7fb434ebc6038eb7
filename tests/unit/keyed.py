"""A user with a passkey, for the tests of passkeys."""

from __future__ import annotations

from typing import Any

from domain.models.actor import Actor, Origin, Role
from domain.models.event_types import EventType
from domain.models.passkey import Passkey
from domain.models.user import User
from domain.services.attempts import AttemptLimits
from domain.services.sign_in import SignedIn, SignIn
from tests.unit.world import PASSWORD, World, actor


class Keyed:
    """A user with a passkey."""

    def __init__(self, world: World, user: User, by: Actor) -> None:
        self.world, self.user, self.by = world, user, by
        self.passkey: Passkey | None = None
        self.counter = 1

    @classmethod
    async def made(cls, world: World | None = None, email: str = "ada@example.com", role: Role = Role.MEMBER) -> Keyed:
        world = world or World.over(AttemptLimits())
        user = await world.user(email, role)
        keyed = cls(world, user, actor(user, await world.signed_in(user)))
        keyed.passkey = await keyed.register(f"key of {email}")
        return keyed

    async def register(self, credential: str, name: str = "Phone", password: str | None = PASSWORD) -> Passkey:
        options = await self.world.passkeys.begin_registration(self.by, password)
        answer = {"challenge": options["challenge"], "credential": credential, "counter": self.counter}
        return (await self.world.passkeys.finish_registration(self.by, name, answer)).value

    async def answer(self, **changed: Any) -> dict[str, Any]:
        """What the authenticator signs next."""
        assert self.passkey is not None
        self.counter += 1
        options = await self.world.passkeys.sign_in_options(Origin())
        named = self.passkey.credential_id.decode()
        return {"challenge": options["challenge"], "credential": named, "counter": self.counter, **changed}

    async def sign_in(self, **changed: Any) -> SignedIn:
        return await self.world.sessions.sign_in_with_passkey(Origin(), await self.answer(**changed))

    async def with_password(self, passkey: object = None, code: str | None = None) -> SignedIn:
        return await self.world.sessions.sign_in(Origin(), SignIn(self.user.email, PASSWORD, code, passkey))

    def forget_password(self) -> None:
        """As one who never had one."""
        self.world.store.state.hashes[self.user.id] = None

    async def failures(self) -> list[Any]:
        """The reasons of the failed sign-ins in the log."""
        await self.world.failures.flush()
        failed = [e for e in self.world.store.state.events if e.type is EventType.SIGN_IN_FAILED]
        return [[c.after for c in e.changes] for e in failed]
