"""Using the token of a link: which link it is, and whether it can still be used."""

from __future__ import annotations

from datetime import datetime

from domain.errors import AccountDisabled, NotFound, TokenExpired, TokenInvalid
from domain.models.link import Link, LinkKind, token_hash
from domain.models.user import Status, User
from domain.services.unit import ReadUnit, WriteUnit

USED = "This link is not valid: it was used, or a newer one was sent"


async def link_of(unit: ReadUnit | WriteUnit, kind: LinkKind, token: str, now: datetime) -> Link:
    """The link of a token. Raises TokenInvalid for a token that is unknown or was used, and TokenExpired."""
    hashed = token_hash(token)
    link = None if hashed is None else await unit.links.find(kind, hashed)
    if link is None:
        raise TokenInvalid(USED)
    if not link.is_valid(now):
        raise TokenExpired("This link has expired; ask for a new one")
    return link


async def user_of(unit: WriteUnit, link: Link, token: str, now: datetime) -> User:
    """The user of a link, locked; the link is checked again, because it may have been used meanwhile.

    Raises TokenInvalid, TokenExpired and AccountDisabled.
    """
    try:
        user = await unit.users.get_for_update(link.owner_id)
    except NotFound:
        raise TokenInvalid(USED) from None
    await link_of(unit, link.kind, token, now)
    if user.status is Status.DISABLED:
        raise AccountDisabled
    if user.status is not Status.ACTIVE or (link.kind is not LinkKind.EMAIL_CHANGE and link.email != user.email):
        raise TokenInvalid(USED)
    return user
