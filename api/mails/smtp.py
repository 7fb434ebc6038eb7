"""Sending mails by SMTP (RFC 5321), over TLS or with STARTTLS (RFC 8314, RFC 3207)."""

from __future__ import annotations

import asyncio
import io
from email import policy
from email.generator import BytesGenerator
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPRecipientsRefused

from api.mails.composing import Composer
from domain.models.mail import Letter, LetterNotSent, LetterRefused
from domain.services.unit import Clock

STEP_SECONDS, SEND_SECONDS = 20.0, 60.0
"""The longest wait for one answer of the server, and for a whole mail; less than the lease of a mail."""
PORTS = {"smtp": 587, "smtps": 465}
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class SmtpTransport:
    """Sends each letter over a connection of its own."""

    def __init__(self, url: str, compose: Composer, clock: Clock, *, seconds: float = SEND_SECONDS) -> None:
        self._parts, self._compose, self._clock, self._seconds = urlsplit(url), compose, clock, seconds

    async def send(self, letter: Letter) -> None:
        """Return once the server has accepted it. Raises LetterRefused for an unusable address, and LetterNotSent."""
        message = self._compose(letter, self._clock.now())
        try:
            async with asyncio.timeout(self._seconds):
                await self._deliver(message)
        except SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from None
        except (SMTPException, OSError, TimeoutError) as error:
            code = getattr(error, "code", None)
            raise LetterNotSent(type(error).__name__ if code is None else f"{type(error).__name__} {code}") from None

    async def _deliver(self, message: EmailMessage) -> None:
        client = _client(self._parts, min(self._seconds, STEP_SECONDS))
        try:
            await client.connect()
            sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
            wide, foreign = client.supports_extension("8bitmime"), not recipient.isascii()
            options = [*(["BODY=8BITMIME"] if wide else []), *(["SMTPUTF8"] if foreign else [])]
            await client.sendmail(
                sender, [recipient], _bytes(message, wide=wide, foreign=foreign), mail_options=options
            )
        finally:
            client.close()


def _bytes(message: EmailMessage, *, wide: bool, foreign: bool) -> bytes:
    """The message as it is transferred: in 7 bits unless the server takes 8 (RFC 6152), in UTF-8 for a foreign address."""
    made = io.BytesIO()
    rules = policy.SMTP.clone(cte_type="8bit" if wide or foreign else "7bit", utf8=foreign)
    BytesGenerator(made, policy=rules).flatten(message)
    return made.getvalue()


def _client(parts: SplitResult, seconds: float) -> SMTP:
    """A client that is not connected.

    With a user name, TLS and a valid certificate are required unless the server is on this machine. Otherwise STARTTLS
    is used where the server offers it, with any certificate: an attacker who can forge one can also remove the offer.
    """
    host, secure = parts.hostname or "", parts.scheme == "smtps"
    user, password = (None if v is None else unquote(v) for v in (parts.username, parts.password))
    protected = secure or (user is not None and host not in LOCAL)
    return SMTP(
        hostname=host,
        port=parts.port or PORTS[parts.scheme],
        username=user,
        password=password,
        use_tls=secure,
        start_tls=False if secure else True if protected else None,
        validate_certs=protected,
        timeout=seconds,
    )


def _refused(error: SMTPRecipientRefused) -> LetterRefused | LetterNotSent:
    """Refused for good only because of the address itself (5.1.x of RFC 3463): other refusals may be a wrong setting."""
    permanent = error.code >= 500 and error.message.startswith("5.1.")
    return LetterRefused() if permanent else LetterNotSent(f"{type(error).__name__} {error.code}")
