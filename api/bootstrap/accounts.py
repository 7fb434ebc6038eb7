"""The use cases that end with the link of a mail, and the rules of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from api.settings import Settings
from domain.services.attempts import Attempts
from domain.services.credentials import PasswordHasher
from domain.services.email_change import EmailChangeService
from domain.services.invitation import InvitationService
from domain.services.live import LiveSessions
from domain.services.mail import MailService
from domain.services.reset import ResetService
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules
from domain.services.unit import Clock, Store
from domain.services.verification import VerificationService


def session_rules(settings: Settings) -> SessionRules:
    """How long sessions last, who may sign up, who has to have a second factor, and whether mails are sent."""
    longest = timedelta(days=settings.session_days) if settings.session_days else None
    lifetime = timedelta(days=settings.refresh_token_days)
    return SessionRules(
        lifetime, longest, settings.sign_up_mode, settings.require_second_factor, settings.smtp_url is not None
    )


@dataclass(frozen=True, slots=True)
class Accounts:
    """One of each per process."""

    resets: ResetService
    verifications: VerificationService
    email_changes: EmailChangeService
    invitations: InvitationService

    @classmethod
    def over(
        cls,
        store: Store,
        clock: Clock,
        hasher: PasswordHasher,
        attempts: Attempts,
        live: LiveSessions,
        sessions: SessionService,
        mails: MailService,
    ) -> Self:
        """Make them. Requests wake the jobs that send mails."""
        return cls(
            ResetService(store, clock, hasher, attempts, live, mails.wake),
            VerificationService(store, clock, attempts, sessions.sign_up_mode, mails.wake),
            EmailChangeService(store, clock, hasher, attempts),
            InvitationService(store, clock, hasher, attempts, sessions),
        )
