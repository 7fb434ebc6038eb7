"""The sender of mails, as MAIL_FROM names it."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from urllib.parse import urlsplit

from api.mails.addresses import header_address
from domain.errors import ValidationFailed
from domain.models.text import canonical_email


def check_sender(text: str | None) -> str | None:
    """`Name <address>` or an address alone. Raises ValueError."""
    if text is not None:
        _parsed(text)
    return text


def sender_of(text: str | None, public_url: str) -> Address:
    """The sender; without one, rollcall@ and the host of the public address."""
    return _parsed(text or f"Rollcall <rollcall@{_domain(public_url)}>")


def _parsed(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        return header_address(canonical_email(address), name)
    except ValidationFailed:
        raise ValueError("must be an address such as Rollcall <rollcall@example.com>") from None


def _domain(public_url: str) -> str:
    """The host, if mails can be sent from it: not an IP address."""
    host = urlsplit(public_url).hostname or ""
    return host if any(c.isalpha() for c in host) and ":" not in host else "localhost"
