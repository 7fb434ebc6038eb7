"""What the fakes of the store hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.models.api_key import ApiKey
from domain.models.event import NewEvent
from domain.models.invitation import Invitation
from domain.models.link import Link, LinkKind
from domain.models.mail import Mail, MailRequest
from domain.models.passkey import Passkey
from domain.models.personal_data import Records
from domain.models.second_factor import Totp
from domain.models.session import Session
from domain.models.signing_key import SigningKey
from domain.models.user import User
from domain.models.webhook import WebhookEndpoint
from domain.models.webhook_delivery import WebhookDelivery
from domain.services.unit import KeptResult
from tests.unit.fakes.log import StoredLog


@dataclass(frozen=True)
class QueuedMail:
    """A mail in the queue, and when it is due."""

    mail: Mail
    due_at: datetime


@dataclass
class State:
    """All stored data."""

    users: dict[UUID, User] = field(default_factory=dict)
    hashes: dict[UUID, str | None] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    totp: dict[UUID, Totp] = field(default_factory=dict)
    recovery: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    passkeys: dict[UUID, Passkey] = field(default_factory=dict)
    challenges: frozenset[bytes] = frozenset()
    log: StoredLog = field(default_factory=StoredLog)
    links: dict[tuple[LinkKind, UUID], Link] = field(default_factory=dict)
    invitations: dict[UUID, Invitation] = field(default_factory=dict)
    mail_requests: list[MailRequest] = field(default_factory=list)
    mails: dict[UUID, QueuedMail] = field(default_factory=dict)
    mail_position: int = 0
    keys: dict[tuple[UUID | None, str], KeptResult] = field(default_factory=dict)
    signing_keys: dict[UUID, SigningKey] = field(default_factory=dict)
    api_keys: dict[UUID, ApiKey] = field(default_factory=dict)
    records: Records = field(default_factory=dict)
    """What else is held about a user."""
    webhooks: dict[UUID, WebhookEndpoint] = field(default_factory=dict)
    deliveries: dict[UUID, WebhookDelivery] = field(default_factory=dict)
    webhook_position: int = 0

    def copied(self) -> State:
        """A copy with the same rows, which do not change."""
        return replace(
            self,
            users=dict(self.users),
            hashes=dict(self.hashes),
            sessions=dict(self.sessions),
            totp=dict(self.totp),
            recovery=dict(self.recovery),
            passkeys=dict(self.passkeys),
            log=replace(self.log, entries=list(self.log.entries)),
            links=dict(self.links),
            invitations=dict(self.invitations),
            mail_requests=list(self.mail_requests),
            mails=dict(self.mails),
            keys=dict(self.keys),
            signing_keys=dict(self.signing_keys),
            api_keys=dict(self.api_keys),
            webhooks=dict(self.webhooks),
            deliveries=dict(self.deliveries),
        )

    @property
    def events(self) -> list[NewEvent]:
        """The events in the log, oldest first."""
        return self.log.entries
