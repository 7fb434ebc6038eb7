"""From a letter to a message (RFC 5322, MIME) with a text and an HTML part."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from api.mails.addresses import header_address
from api.mails.templates import Templates
from domain.models.language import Language
from domain.models.mail import Letter


class Composer:
    """Composes messages. `site` is the public address, to which links lead; `language` is for those who stated none."""

    def __init__(self, templates: Templates, sender: Address, site: str, language: Language) -> None:
        self._templates, self._sender, self._site, self._language = templates, sender, site, language

    def __call__(self, letter: Letter, now: datetime) -> EmailMessage:
        """The message. Its id is the same each time that the letter is sent."""
        language = letter.language or self._language
        page = letter.kind.link
        link = None if page is None else f"{self._site}/{page.value}?token={letter.token}"
        rendered = self._templates.render(letter, language, self._site, link)
        message = EmailMessage(SMTP)
        message["From"] = self._sender
        message["To"] = header_address(letter.email)
        message["Subject"] = rendered.subject
        message["Date"] = now
        message["Message-ID"] = f"<{letter.mail_id}@{self._sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: nothing is to answer it
        message.set_content(rendered.text, cte="8bit")
        message.add_alternative(rendered.html, subtype="html", cte="8bit")
        message["Content-Language"] = str(language)
        return message
