"""The services over one set of fakes, for tests of the use cases."""

from __future__ import annotations

from typing import Any, Self, cast

from api.jobs.failures import FailureQueue
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event_types import EventType
from domain.models.second_factor import FactorRequirement
from domain.models.sign_up import SignUpMode
from domain.models.user import User
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.email_change import EmailChangeService
from domain.services.importing import ImportService
from domain.services.invitation import InvitationService
from domain.services.mail import MailService
from domain.services.passkey import PasskeyService
from domain.services.passkey_check import PasskeyCheck
from domain.services.reauthentication import Reauthentication
from domain.services.reset import ResetService
from domain.services.second_factor import SecondFactorService
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules, SignedIn, SignIn
from domain.services.sign_in_failure import SignInFailureService
from domain.services.user import CreateUser, UserService
from domain.services.verification import VerificationService
from tests.unit.fakes import FakeClock, FakeHasher, FakeLimiter, FakeLive, FakePresence, FakeStore, FakeTokens
from tests.unit.fakes.passkeys import FakeRelyingParty
from tests.unit.fakes.second_factors import FakeAuthenticator

PASSWORD = "correct horse battery"


class World:
    """An empty directory, and every service over it."""

    def __init__(
        self,
        limits: AttemptLimits,
        mode: SignUpMode,
        required: FactorRequirement | None,
        *,
        confirms: bool,
        new_devices: bool,
    ) -> None:
        self.store, self.clock, self.live = FakeStore(), FakeClock(), FakeLive()
        self.limiter, self.hasher, tokens = FakeLimiter(), FakeHasher(), FakeTokens()
        store: Any = cast("Any", self.store)
        clock, live, hasher = self.clock, self.live, self.hasher
        attempts = Attempts(self.limiter, limits)
        self.failures = FailureQueue(SignInFailureService(store).record)
        self.users = UserService(store, clock, hasher, tokens, FakePresence(), live, attempts, confirms_email=confirms)
        proof, party = Reauthentication(store, clock, hasher, attempts), FakeRelyingParty()
        check = PasskeyCheck(party, clock)
        self.factors = SecondFactorService(store, clock, FakeAuthenticator(), attempts, live, proof, check, required)
        self.passkeys = PasskeyService(store, clock, party, attempts, proof, required)
        rules = SessionRules(sign_up=mode, second_factor=required, sends_mails=confirms)
        self.sessions = SessionService(store, clock, hasher, tokens, attempts, self.failures, rules, live, self.factors)
        self.imports = ImportService(store, clock, hasher)
        self.mails = MailService(store, clock, new_devices=new_devices)
        self.resets = ResetService(store, clock, hasher, attempts, live, self.mails.wake)
        self.verifications = VerificationService(store, clock, attempts, mode, self.mails.wake)
        self.email_changes = EmailChangeService(store, clock, hasher, attempts)
        self.invitations = InvitationService(store, clock, hasher, attempts, self.sessions)

    @classmethod
    def over(
        cls,
        limits: AttemptLimits,
        mode: SignUpMode = SignUpMode.OPEN,
        *,
        confirms: bool = False,
        new_devices: bool = False,
        required: FactorRequirement | None = None,
    ) -> Self:
        """An empty world with these limits and settings."""
        return cls(limits, mode, required, confirms=confirms, new_devices=new_devices)

    @property
    def logged(self) -> list[EventType]:
        """The types of the events in the log."""
        return [e.type for e in self.store.state.events]

    async def user(self, email: str = "ada@example.com", role: Role = Role.MEMBER) -> User:
        """A user with a password."""
        return (await self.users.create(system(), CreateUser(email, "Ada", role, PASSWORD))).value

    async def signed_in(self, user: User) -> SignedIn:
        return await self.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))


def actor(user: User, signed_in: SignedIn | None = None) -> Actor:
    """A user as an actor."""
    return Actor(user.id, user.role, signed_in.session.id if signed_in else None)
