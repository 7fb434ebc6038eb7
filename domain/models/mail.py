"""Mails: which events are announced by one, the queue of those that are not sent yet, and what a sender is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.models.actor import Origin
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.link import LinkKind

GIVE_UP_AFTER = timedelta(days=4)
"""The age at which a mail is no longer retried (RFC 5321 section 4.5.4.1 asks for at least 4 to 5 days)."""
LEASE = timedelta(minutes=2)
"""How long a process may take to send a mail before another process may send it."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)


class MailKind(StrEnum):
    """What a mail says; its templates are named after the value."""

    PASSWORD_RESET = "password-reset"
    EMAIL_VERIFICATION = "email-verification"
    EMAIL_CHANGE = "email-change"
    """To the new address, with the link that confirms it."""
    EMAIL_CHANGE_NOTICE = "email-change-notice"
    """To the address of before."""
    ADDRESS_IN_USE = "address-in-use"
    """To the user of an address, in place of the link that somebody else asked for."""
    SIGN_UP = "sign-up"
    SIGN_UP_KNOWN = "sign-up-known"
    """To a user whose address somebody signs up with."""
    INVITATION = "invitation"
    PASSWORD_CHANGED = "password-changed"
    NEW_DEVICE = "new-device"

    @property
    def link(self) -> LinkKind | None:
        """The link in it, if it has one."""
        return LINKS.get(self)


LINKS: Mapping[MailKind, LinkKind] = {
    MailKind.PASSWORD_RESET: LinkKind.PASSWORD_RESET,
    MailKind.EMAIL_VERIFICATION: LinkKind.EMAIL_VERIFICATION,
    MailKind.EMAIL_CHANGE: LinkKind.EMAIL_CHANGE,
    MailKind.SIGN_UP: LinkKind.EMAIL_VERIFICATION,
    MailKind.INVITATION: LinkKind.INVITATION,
}
ANNOUNCED: Mapping[EventType, Sequence[MailKind]] = {
    EventType.PASSWORD_RESET_REQUESTED: (MailKind.PASSWORD_RESET,),
    EventType.EMAIL_CHANGE_REQUESTED: (MailKind.EMAIL_CHANGE, MailKind.EMAIL_CHANGE_NOTICE),
    EventType.INVITATION_SENT: (MailKind.INVITATION,),
}
"""The mails that an event causes, in this order."""
QUEUED = frozenset({EventType.PASSWORD_CHANGED})
"""Events whose mails the use case queues itself, because not all of them have one: not those of an import."""
NEW_DEVICES: Mapping[EventType, Sequence[MailKind]] = {EventType.SESSION_STARTED: (MailKind.NEW_DEVICE,)}
"""Those that it causes if users are told of sign-ins from new devices."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the queue. Those of one `owner_id` are sent in the order in which they were added.

    The owner is the user or, without a `user_id`, the owner of the link. A mail has no token: the link is completed when
    it is composed. `attempts` counts how often sending began. `email` is the address that the user had when the mail was
    added: who has just lost their address to somebody else is told. `subject_id` is what it is about, if not the user.
    """

    id: UUID
    kind: MailKind
    owner_id: UUID
    user_id: UUID | None
    occurred_at: datetime
    """When the event happened that the mail announces."""
    attempts: int = 0
    email: str | None = None
    subject_id: UUID | None = None


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts: doubled each time, up to LAST_RETRY."""
    return min(FIRST_RETRY * float(2 ** min(attempts - 1, 20)), LAST_RETRY)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a sender is given: whom to write to, and the values of the templates. `token` is the secret of the link."""

    mail_id: UUID
    kind: MailKind
    email: str
    language: Language | None
    name: str
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    """What only this kind of mail says, by its name in the templates."""


class LetterRefused(Exception):
    """The recipient's server will never accept this mail for this address."""


class LetterNotSent(Exception):
    """The mail may be accepted later; the text says why without naming the recipient."""


class MailTransport(Protocol):
    """Delivers letters."""

    async def send(self, letter: Letter) -> None:
        """Return once the letter was accepted. Raises LetterRefused and LetterNotSent."""
        ...


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A request for a mail to an address of which it is not known yet whether anybody has it."""

    id: UUID
    kind: MailKind
    email: str
    language: Language | None
    requested_at: datetime
    origin: Origin
    display_name: str | None = None
    password_hash: str | None = field(default=None, repr=False)


class MailQueue(Protocol):
    """The queue of mails, and of requests for them, within one transaction."""

    async def request(self, request: MailRequest) -> None:
        """Store a request."""
        ...

    async def take_requests(self, limit: int) -> Sequence[MailRequest]:
        """Remove the oldest requests that no other transaction is taking."""
        ...

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """The next events of these and of unknown types after the position of the queue, which moves behind them.

        Fewer than `limit` if the log has no more; None while another transaction reads.
        """
        ...

    async def add(self, mails: Sequence[Mail]) -> None:
        """Append mails to the queue, each with the address that its user has now."""
        ...

    async def claim(self, limit: int, lease: timedelta) -> Sequence[Mail]:
        """Mails that are due, at most one of each owner, oldest first; they are not due again before the lease ends.

        Each counts as attempted.
        """
        ...

    async def postpone(self, mail: Mail, delay: timedelta) -> None:
        """Make a mail due after this time."""
        ...

    async def forget(self, email: str) -> None:
        """Delete requests for mails to an address, and mails with links to it that belong to no user."""
        ...

    async def remove(self, mail: Mail) -> None:
        """Delete a mail that is done."""
        ...
