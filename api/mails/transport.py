"""Which transport delivers mails."""

from __future__ import annotations

from api.mails.composing import Composer
from api.mails.folder import MailFolder
from api.mails.sender import sender_of
from api.mails.smtp import SmtpTransport
from api.mails.templates import Templates
from api.settings import Settings
from domain.models.mail import MailTransport
from domain.services.unit import Clock


def transport_of(settings: Settings, clock: Clock) -> MailTransport:
    """SMTP, or files without SMTP_URL."""
    templates = Templates(settings.mail_templates)
    sender = sender_of(settings.mail_from, settings.public_url)
    compose = Composer(templates, sender, settings.public_url, settings.mail_language)
    if settings.smtp_url is None:
        return MailFolder(settings.data_dir / "mail", compose, clock)
    return SmtpTransport(settings.smtp_url.get_secret_value(), compose, clock)
