"""From a mail in the queue to a letter: whom it is written to, what it says, and the token of its link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.models.device import device_of
from domain.models.language import Language
from domain.models.link import Link, LinkKind, token_hash
from domain.models.mail import Letter, Mail, MailKind
from domain.models.session import Session
from domain.models.user import Status, User
from domain.services.unit import WriteUnit

SESSIONS = 50
"""How many of a user's newest sessions say which devices are known, and which language is theirs."""
FIRST_DAY = timedelta(days=1)
"""The first sign-in to an account that is no older is that of whom it was made for."""


async def letter_of(unit: WriteUnit, mail: Mail, now: datetime, token: Callable[[], str]) -> Letter | None:
    """The letter of a mail, its link with a valid token; None if it is superseded or its user is not active."""
    user = None if mail.user_id is None else await unit.users.find(mail.user_id)
    if mail.user_id is not None and (user is None or user.status is not Status.ACTIVE):
        return None
    if mail.kind.link is not None:
        return await _with_link(unit, mail, user, now, token)
    return None if user is None else await _notice(unit, mail, user)


async def _with_link(
    unit: WriteUnit, mail: Mail, user: User | None, now: datetime, token: Callable[[], str]
) -> Letter | None:
    assert mail.kind.link is not None
    link = await unit.links.find_requested(mail.kind.link, mail.owner_id)
    if link is None or link.requested_at != mail.occurred_at:
        return None
    if link.kind is LinkKind.EMAIL_CHANGE:
        if (holder := await unit.users.find_by_email(link.email)) is not None:
            return await _to_holder(unit, mail, holder)
    elif user is not None and link.email != user.email:
        return None
    letter = Letter(mail.id, mail.kind, link.email, link.language, user.display_name if user else "")
    if link.kind is LinkKind.INVITATION:
        return await _invitation(unit, letter, link, now, token())
    return await _sealed(unit, letter, link, now + link.kind.lifetime, token())


async def _sealed(unit: WriteUnit, letter: Letter, link: Link, expires_at: datetime, token: str) -> Letter:
    """The letter with its token, whose hash is stored."""
    hashed = token_hash(token)
    assert hashed is not None
    await unit.links.give_token(link, hashed, expires_at)
    return replace(letter, token=token, expires_at=expires_at)


async def _invitation(unit: WriteUnit, letter: Letter, link: Link, now: datetime, token: str) -> Letter | None:
    """Its lifetime begins when it is made, as the list of invitations shows it."""
    invitation = await unit.invitations.find(link.owner_id)
    if invitation is None or now >= invitation.expires_at:
        return None
    inviter = None if invitation.invited_by is None else await unit.users.find(invitation.invited_by)
    by = "Rollcall" if inviter is None else inviter.display_name
    letter = replace(letter, name=invitation.display_name or invitation.email, values={"by": by})
    return await _sealed(unit, letter, link, invitation.expires_at, token)


async def _to_holder(unit: WriteUnit, mail: Mail, holder: User) -> Letter | None:
    """To the user who has the address that another user wants, so that the answer to that user reveals nothing."""
    if holder.status is not Status.ACTIVE or holder.id == mail.owner_id:
        return None
    language = _language(await unit.sessions.newest(holder.id, SESSIONS))
    return Letter(mail.id, MailKind.ADDRESS_IN_USE, holder.email, language, holder.display_name)


async def _notice(unit: WriteUnit, mail: Mail, user: User) -> Letter | None:
    """A mail without a link, to the address that the user had when it was queued."""
    sessions = await unit.sessions.newest(user.id, SESSIONS)
    letter = Letter(mail.id, mail.kind, mail.email or user.email, _language(sessions), user.display_name)
    if mail.kind is not MailKind.NEW_DEVICE:
        return letter
    session = _found(sessions, mail.subject_id)
    if session is None:
        return None
    earlier = [s for s in sessions if s.created_at < session.created_at]
    if not is_new_device(session, earlier, user):
        return None
    values = {
        "device": str(device_of(session.user_agent)),
        "address": session.ip_address or "?",
        "time": f"{session.created_at:%Y-%m-%d %H:%M} UTC",
    }
    return replace(letter, language=_language(earlier) or session.language, values=values)


def is_new_device(session: Session, earlier: Sequence[Session], user: User) -> bool:
    """Whether no earlier session of the user that is still kept was of the same program and system, in the same network.

    The first session of a new account is of no new device.
    """
    if not earlier:
        return session.created_at - user.created_at >= FIRST_DAY
    place = (device_of(session.user_agent), session.network)
    return place not in {(device_of(s.user_agent), s.network) for s in earlier}


def _found(sessions: Sequence[Session], session_id: UUID | None) -> Session | None:
    return next((s for s in sessions if s.id == session_id), None)


def _language(sessions: Sequence[Session]) -> Language | None:
    """The language of the newest session whose client stated one."""
    return next((s.language for s in sessions if s.language is not None), None)
