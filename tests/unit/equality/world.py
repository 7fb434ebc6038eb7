"""A directory in memory with unusual rows, with methods that fail if a test names them, and its viewers."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast
from uuid import UUID

from api.auth.cookies import NoCookies
from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.actor import Actor, Origin, Role
from domain.models.event import Audience, Change, NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.service_info import Check, Setting
from domain.models.session import Session
from domain.models.sign_up import SignUpMode
from domain.models.user import Status, User
from domain.services.api_key import ApiKeyService
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.email_change import EmailChangeService
from domain.services.event import EventService
from domain.services.invitation import InvitationService
from domain.services.passkey import PasskeyService
from domain.services.passkey_check import PasskeyCheck
from domain.services.personal_data import PersonalDataService
from domain.services.reauthentication import Reauthentication
from domain.services.reset import ResetService
from domain.services.second_factor import SecondFactorService
from domain.services.service_info import ServiceInfoService
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules
from domain.services.signing_key import SigningKeyService
from domain.services.user import UserService
from domain.services.verification import VerificationService
from domain.services.webhook import WebhookService
from schema.context import Context
from schema.services import Services
from tests.unit.fakes import (
    FakeClock,
    FakeHasher,
    FakeLimiter,
    FakeLive,
    FakePresence,
    FakeStore,
    FakeTokens,
)
from tests.unit.fakes.log import FIRST_EPOCH
from tests.unit.fakes.passkeys import FakeRelyingParty
from tests.unit.fakes.second_factors import FakeAuthenticator
from tests.unit.fakes.signing_keys import FakeKeyMaker
from tests.unit.fakes.state import State
from tests.unit.fakes.webhooks import FakeWebhookSecrets

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ODD = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=2)))
PASSWORD = "correct horse battery"
ADMIN = User(UUID(int=1), "ada@example.com", "Ada \N{SNOWMAN}", Role.ADMIN, Status.ACTIVE, 1, NOW, ODD, ODD, NOW)
AUDITOR = User(UUID(int=2), "bo@example.com", 'a "quoted" \\ name', Role.AUDITOR, Status.ACTIVE, 2, ODD, NOW)
MEMBER = User(
    UUID(int=3), "cy@example.com", "\u2028<b>&\x7f", Role.MEMBER, Status.ACTIVE, 3, NOW, NOW, can_sign_in=True
)
DISABLED = User(UUID(int=4), "di@example.com", "Di", Role.MEMBER, Status.DISABLED, 4, NOW, NOW, last_seen_at=ODD)
DELETED = User(UUID(int=5), "ed@example.com", "Ed", Role.MEMBER, Status.DELETED, 2**31 - 1, NOW, NOW)
USERS = [ADMIN, AUDITOR, MEMBER, DISABLED, DELETED]
BROKEN: list[User] = [
    replace(MEMBER, id=UUID(int=6), email="f1@example.com", version=2**31),
    replace(MEMBER, id=UUID(int=7), email="f2@example.com", display_name=cast("Any", None)),
    replace(MEMBER, id=UUID(int=8), email="f3@example.com", role=cast("Any", "not a role")),
    replace(MEMBER, id=UUID(int=9), email="f4@example.com", created_at=cast("Any", "yesterday")),
    replace(MEMBER, id=UUID(int=10), email=cast("Any", 7), last_seen_at=cast("Any", 7)),
]
"""Rows that break their types, each in another way."""
SESSIONS = [
    Session(UUID(int=100 + n), user.id, NOW, ODD, NOW + timedelta(days=n + 1), "agent" if n % 2 else None, None)
    for n, user in enumerate([ADMIN, ADMIN, MEMBER, AUDITOR, MEMBER])
]
VIEWERS: Mapping[str, Actor | None] = {
    "admin": Actor(ADMIN.id, Role.ADMIN, SESSIONS[0].id),
    "auditor": Actor(AUDITOR.id, Role.AUDITOR, SESSIONS[3].id),
    "member": Actor(MEMBER.id, Role.MEMBER, SESSIONS[2].id),
    "system": Actor(None, Role.ADMIN),
    "stranger": None,
}
FAULTS = [
    *("users.get_many", "users.page", "users.count", "users.counts", "sessions.get_many", "sessions.pages_for_users"),
    *("events.get_many", "events.page", "events.pages_for_users", "events.counts", "events.state"),
    *("users.save", "users.add", "users.get_for_update", "events.append_many", "sessions.end_all"),
]
"""The methods of repositories that may fail."""


def _event(number: int, type_: EventType, user: User | None, actor: User | None, *changes: Change) -> NewEvent:
    subject = Subject(SubjectKind.USER, UUID(int=77) if user is None else user.id)
    if type_ is EventType.SESSION_STARTED:
        subject = Subject(SubjectKind.SESSION, SESSIONS[number % 5].id)
    return NewEvent(
        type=type_,
        subject=subject,
        user_id=None if user is None else user.id,
        occurred_at=ODD if number % 2 else NOW,
        actor_id=None if actor is None else actor.id,
        changes=changes,
        audience_before=Audience.EVERYONE,
        audience_after=Audience.EVERYONE,
        request_id=None if number % 3 else "r",
        ip_address=None if number % 2 else "192.0.2.1",
    )


EVENTS = [
    _event(0, EventType.USER_CREATED, ADMIN, None, Change("email", None, "a"), Change("role", None, "member")),
    _event(1, EventType.USER_UPDATED, MEMBER, ADMIN, Change("display_name", {"a": [1, None, "é"]}, 2.5)),
    _event(2, EventType.SESSION_STARTED, MEMBER, MEMBER),
    _event(3, EventType.USER_ROLE_CHANGED, DISABLED, AUDITOR, Change("role", "member", "admin")),
    _event(4, EventType.USER_UPDATED, DELETED, DELETED, Change("status", True, False)),
    _event(5, EventType.SIGN_IN_FAILED, None, None),
]


class Faulty:
    """A repository, or a unit of several, some of whose methods fail; counts its calls."""

    def __init__(self, inner: object, faults: Mapping[str, str], calls: Counter[str], name: str = "") -> None:
        self._inner, self._faults, self._calls, self._name = inner, faults, calls, name

    def __getattr__(self, name: str) -> Any:
        full = f"{self._name}.{name}".strip(".")
        if self._name:
            self._calls[full] += 1
        if full in self._faults:
            return _failing(self._faults[full], full)
        found = getattr(self._inner, name)
        return Faulty(found, self._faults, self._calls, name) if name in ("users", "sessions", "events") else found


def _failing(kind: str, name: str) -> Any:
    async def fail(*_: object, **__: object) -> None:
        raise Unavailable(name) if kind == "expected" else RuntimeError(name)

    return fail


class FaultyStore(FakeStore):
    """Units over memory with faults."""

    def __init__(self, state: State, faults: Mapping[str, str], calls: Counter[str]) -> None:
        super().__init__()
        self.state, self._faults, self._calls = state, faults, calls

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Any]:
        async with super().write() as unit:
            yield Faulty(unit, self._faults, self._calls)

    @asynccontextmanager
    async def read(self, at_least: LogCursor | None = None, searcher: UUID | None = None) -> AsyncIterator[Any]:
        async with super().read(at_least, searcher) as unit:
            yield Faulty(unit, self._faults, self._calls)


@dataclass
class Hub:
    """The log's position; nothing listens to it."""

    epoch: UUID = FIRST_EPOCH
    position: LogCursor | None = None


def state(*, broken: int | None = None) -> State:
    """The rows; with the number of one that breaks its type."""
    users = USERS if broken is None else [*USERS, BROKEN[broken]]
    found = State({u.id: u for u in users}, {u.id: f"hash1:{PASSWORD}" for u in USERS}, {s.id: s for s in SESSIONS})
    found.log.entries = list(EVENTS)
    return found


def context(
    viewer: str, faults: Mapping[str, str], *, broken: int | None = None, calls: Counter[str] | None = None
) -> Context:
    """The context of one operation over rows of its own."""
    store = cast("Any", FaultyStore(state(broken=broken), faults, Counter() if calls is None else calls))
    clock, live, hasher, tokens, presence = FakeClock(), FakeLive(), FakeHasher(), FakeTokens(), FakePresence()
    presence.online = frozenset({ADMIN.id, MEMBER.id})
    attempts = Attempts(FakeLimiter(), AttemptLimits())
    proof, party = Reauthentication(store, clock, hasher, attempts), FakeRelyingParty()
    factors = SecondFactorService(store, clock, FakeAuthenticator(), attempts, live, proof, PasskeyCheck(party, clock))
    ignored = cast("Any", _Ignored())
    sessions = SessionService(store, clock, hasher, tokens, attempts, ignored, SessionRules(), live, factors)
    services = Services(
        users=UserService(store, clock, hasher, tokens, presence, live, attempts),
        sessions=sessions,
        second_factors=factors,
        passkeys=PasskeyService(store, clock, party, attempts, proof),
        resets=ResetService(store, clock, hasher, attempts, live, lambda: None),
        verifications=VerificationService(store, clock, attempts, SignUpMode.OPEN, lambda: None),
        email_changes=EmailChangeService(store, clock, hasher, attempts),
        invitations=InvitationService(store, clock, hasher, attempts, sessions),
        events=EventService(store, clock),
        api_keys=ApiKeyService(store, clock, live),
        personal_data=PersonalDataService(store, clock),
        webhooks=WebhookService(store, clock, FakeWebhookSecrets()),
        presence=presence,
        log=cast("Any", Hub()),
        signing_keys=SigningKeyService(store, clock, FakeKeyMaker(), timedelta(minutes=10)),
        service_info=ServiceInfoService("1.0", [Setting("PORT", "8000", True), Setting("KEY", None, True)], _checks),
    )
    return Context(services, VIEWERS[viewer], Origin("r1", "192.0.2.1", "test"), NoCookies())


async def _checks() -> list[Check]:
    return [Check("database", None), Check("redis", "It does not answer")]


class _Ignored:
    """Failed sign-ins are not recorded."""

    def put(self, *_: object) -> None:
        """Ignore it."""
