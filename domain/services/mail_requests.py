"""Requests for a mail to an address, answered in the background: only here it is read whether somebody has the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID, uuid4, uuid5

from domain.models.actor import Actor, Role
from domain.models.link import Link, LinkKind
from domain.models.mail import Mail, MailKind, MailRequest
from domain.models.user import Status, User, password_reset_requested
from domain.services.unit import WriteUnit

ADDRESSES = UUID("6e2f0d5c-6c0a-4b55-9e0b-6f3a3c9b9f51")
"""The namespace of `address_id`."""


async def answer_requests(unit: WriteUnit, requests: Sequence[MailRequest]) -> None:
    """Store the link that each request asks for, and its event or its mail."""
    found = await unit.users.find_by_emails([r.email for r in requests])
    locked = await unit.users.get_many_for_update([u.id for u in found.values()])
    users = {u.email: u for u in locked.values()}
    for request in requests:
        await _ANSWERS[request.kind](unit, users.get(request.email), request)


async def _reset(unit: WriteUnit, user: User | None, request: MailRequest) -> None:
    if user is not None and user.status is Status.ACTIVE:
        await unit.links.request(_link(user, request))
        actor = Actor(None, Role.MEMBER, None, request.origin)
        await unit.events.append(password_reset_requested(actor, user, request.requested_at))


async def _verification(unit: WriteUnit, user: User | None, request: MailRequest) -> None:
    """Nothing in the directory changes and nobody else is concerned, so that the log has no entry of it."""
    if user is not None and user.status is Status.ACTIVE and user.email_verified_at is None:
        await unit.links.request(_link(user, request))
        await unit.mails.add([Mail(uuid4(), request.kind, user.id, user.id, request.requested_at)])


async def _sign_up(unit: WriteUnit, user: User | None, request: MailRequest) -> None:
    """A link that makes the account, or a mail to the user who has the address already.

    The log has an entry once there is an account: before, nobody in the directory is concerned.
    """
    if user is None:
        owner = address_id(request.email)
        await unit.links.request(_ownerless_link(owner, request))
        await unit.mails.add([Mail(uuid4(), request.kind, owner, None, request.requested_at)])
    elif user.status is Status.ACTIVE:
        await unit.mails.add([Mail(uuid4(), MailKind.SIGN_UP_KNOWN, user.id, user.id, request.requested_at)])


def address_id(email: str) -> UUID:
    """The owner of links to an address that nobody has, so that a newer one ends an earlier one (RFC 9562 section 5.5)."""
    return uuid5(ADDRESSES, email)


def _ownerless_link(owner: UUID, request: MailRequest) -> Link:
    return Link(
        LinkKind.EMAIL_VERIFICATION,
        owner,
        None,
        request.email,
        request.requested_at,
        request.language,
        display_name=request.display_name,
        password_hash=request.password_hash,
    )


def _link(user: User, request: MailRequest) -> Link:
    kind = request.kind.link
    assert kind is not None, request.kind
    return Link(kind, user.id, user.id, user.email, request.requested_at, request.language)


Answer = Callable[[WriteUnit, User | None, MailRequest], Awaitable[None]]
_ANSWERS: Mapping[MailKind, Answer] = {
    MailKind.PASSWORD_RESET: _reset,
    MailKind.EMAIL_VERIFICATION: _verification,
    MailKind.SIGN_UP: _sign_up,
}
"""What becomes of a request; the user is the one who has the address, locked, or None."""
