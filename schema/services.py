"""The use cases that resolvers call, as one frozen bundle, created once per process by the composition root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Protocol, runtime_checkable
from uuid import UUID

from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.services.api_key import ApiKeyService
from domain.services.email_change import EmailChangeService
from domain.services.event import EventService, LogHub
from domain.services.invitation import InvitationService
from domain.services.live import Presence
from domain.services.passkey import PasskeyService
from domain.services.personal_data import PersonalDataService
from domain.services.reset import ResetService
from domain.services.second_factor import SecondFactorService
from domain.services.service_info import ServiceInfoService
from domain.services.session import SessionService
from domain.services.signing_key import SigningKeyService
from domain.services.user import UserService
from domain.services.verification import VerificationService
from domain.services.webhook import WebhookService


@runtime_checkable
class Source(Protocol):
    """A service whose objects have ids."""

    async def get_many(
        self, actor: Actor, ids: Sequence[UUID], at_least: LogCursor | None = None, /
    ) -> Mapping[UUID, object]:
        """Those of these objects that the actor may see."""
        ...


@dataclass(frozen=True)
class Services:
    """The use cases a resolver may call, one instance per process."""

    users: UserService
    sessions: SessionService
    second_factors: SecondFactorService
    passkeys: PasskeyService
    resets: ResetService
    verifications: VerificationService
    email_changes: EmailChangeService
    invitations: InvitationService
    events: EventService
    api_keys: ApiKeyService
    personal_data: PersonalDataService
    webhooks: WebhookService
    presence: Presence
    log: LogHub
    service_info: ServiceInfoService
    signing_keys: SigningKeyService

    @property
    def epoch(self) -> UUID:
        """The log's current epoch, which new cursors contain."""
        return self.log.epoch

    @cached_property
    def sources(self) -> Sequence[Source]:
        """The services in which `node` looks for an id, in the order in which they stand here."""
        return [service for f in fields(self) if isinstance(service := getattr(self, f.name), Source)]
