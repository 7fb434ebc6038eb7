"""Fakes match their ports: every member, with the same parameters, so that no service is tested against another port.

mypy compares the types where a fake is passed for a port; what it accepts (another default, a member that exists and
is not async) is compared here. A fake that is not listed fails.
"""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from domain.models.api_key import ApiKeyReader, ApiKeyRepository
from domain.models.directory import UserReader, UserRepository
from domain.models.invitation import InvitationReader, InvitationRepository
from domain.models.link import LinkReader, LinkRepository
from domain.models.log import EventAppender, EventReader, LogRestorer, LogTrimmer
from domain.models.mail import MailQueue
from domain.models.passkey import PasskeyReader, PasskeyRepository
from domain.models.personal_data import PersonalDataReader, PersonalDataRepository
from domain.models.second_factor import SecondFactorReader, SecondFactorRepository
from domain.models.session import SessionReader, SessionRepository
from domain.models.signing_key import SigningKeyReader, SigningKeyRepository
from domain.models.webhook import WebhookEndpointReader, WebhookEndpointRepository, WebhookSecrets
from domain.models.webhook_delivery import WebhookQueue, WebhookQueueReader
from domain.services.attempts import RateLimiter
from domain.services.credentials import PasswordHasher, TokenCodec
from domain.services.live import LiveSessions, Presence
from domain.services.passkey_check import RelyingParty
from domain.services.results import ResultStore
from domain.services.second_factor import Authenticator
from domain.services.signing_key import KeyMaker
from domain.services.unit import Clock, IdempotencyKeys, NewUsers, ReadUnit, Store, WriteUnit
from tests.unit.fakes import (
    api_keys,
    idempotency,
    invitations,
    log,
    mail,
    outside,
    passkeys,
    personal_data,
    second_factors,
    sessions,
    signing_keys,
    store,
    webhooks,
)

PORTS: dict[type, tuple[type, ...]] = {
    outside.FakeClock: (Clock,),
    outside.FakeHasher: (PasswordHasher,),
    outside.FakeTokens: (TokenCodec,),
    outside.FakeLimiter: (RateLimiter,),
    outside.FakePresence: (Presence,),
    outside.FakeLive: (LiveSessions,),
    outside.FakeResultStore: (ResultStore,),
    store.FakeNewUsers: (NewUsers,),
    store.FakeUsers: (UserReader, UserRepository),
    sessions.FakeSessions: (SessionReader, SessionRepository),
    idempotency.FakeKeys: (IdempotencyKeys,),
    second_factors.FakeSecondFactors: (SecondFactorReader, SecondFactorRepository),
    second_factors.FakeAuthenticator: (Authenticator,),
    passkeys.FakePasskeys: (PasskeyReader, PasskeyRepository),
    passkeys.FakeRelyingParty: (RelyingParty,),
    invitations.FakeInvitations: (InvitationReader, InvitationRepository),
    mail.FakeLinks: (LinkReader, LinkRepository),
    mail.FakeMails: (MailQueue,),
    api_keys.FakeApiKeys: (ApiKeyReader, ApiKeyRepository),
    personal_data.FakePersonalData: (PersonalDataReader, PersonalDataRepository),
    signing_keys.FakeSigningKeys: (SigningKeyReader, SigningKeyRepository),
    signing_keys.FakeKeyMaker: (KeyMaker,),
    webhooks.FakeWebhookSecrets: (WebhookSecrets,),
    webhooks.FakeWebhookEndpoints: (WebhookEndpointReader, WebhookEndpointRepository),
    webhooks.FakeWebhookQueue: (WebhookQueueReader, WebhookQueue),
    log.FakeEvents: (EventReader, EventAppender),
    log.FakeLog: (LogTrimmer,),
    log.FakeRestorer: (LogRestorer,),
}
UNITS: dict[type, tuple[type, ...]] = {
    store.FakeUnit: (ReadUnit, WriteUnit),
    store.FakeStore: (Store,),
}
"""Their members are repositories and units: attributes here and contexts of another type, so only names are compared."""


def members(port: type) -> dict[str, Any]:
    """The members of a port, with the inherited ones."""
    named: dict[str, Any] = {}
    for base in reversed(port.__mro__[:-1]):
        named |= {n: m for n, m in vars(base).items() if not n.startswith("_") and (callable(m) or is_property(m))}
    return named


def is_property(member: object) -> bool:
    """Whether the member is read without a call."""
    return isinstance(member, property)


def shape(function: Any) -> tuple[bool, list[tuple[str, Any, Any]]]:
    """Whether the function is async, and its parameters: name, kind, default."""
    parameters = inspect.signature(function).parameters.values()
    return inspect.iscoroutinefunction(function), [(p.name, p.kind, p.default) for p in parameters]


PAIRS = [(fake, port, name) for fake, known in PORTS.items() for port in known for name in members(port)]


@pytest.mark.parametrize(("fake", "port", "name"), PAIRS, ids=lambda v: getattr(v, "__name__", v))
def test_a_fake_has_every_member_of_its_port_with_the_same_parameters(fake: type, port: type, name: str) -> None:
    assert hasattr(fake, name), f"{fake.__name__} lacks {name}"
    assert shape(getattr(fake, name)) == shape(members(port)[name])


@pytest.mark.parametrize("fake", UNITS)
def test_a_unit_has_every_member_of_its_port(fake: type) -> None:
    made = store.FakeStore()
    found: object = made if fake is store.FakeStore else store.FakeUnit(made)
    for port in UNITS[fake]:
        for name, member in members(port).items():
            assert hasattr(found, name), name
            if not is_property(member) and inspect.iscoroutinefunction(member):
                assert shape(getattr(fake, name)) == shape(member)
            elif not is_property(member):
                assert shape(getattr(fake, name))[1] == shape(member)[1]


def test_every_fake_is_compared_with_its_port() -> None:
    modules = (
        api_keys,
        idempotency,
        log,
        mail,
        outside,
        passkeys,
        personal_data,
        second_factors,
        sessions,
        signing_keys,
        store,
        webhooks,
    )
    fakes = {c for m in modules for n, c in vars(m).items() if n.startswith("Fake")}
    assert fakes == set(PORTS) | set(UNITS)


def are_ports(
    unit: store.FakeUnit, users: store.FakeUsers, kept: sessions.FakeSessions, events: log.FakeEvents
) -> None:
    """For mypy alone: each assignment checks a fake against the type of its port."""
    reading: ReadUnit = unit
    writing: WriteUnit = unit
    repository: UserRepository = users
    families: SessionRepository = kept
    appender: EventAppender = events
    reader: EventReader = events
    stored: Store = store.FakeStore()
    del reading, writing, repository, families, appender, reader, stored
