"""Checking and replacing a user's password, for every use case that does."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.models.actor import Actor
from domain.models.mail import Mail, MailKind
from domain.models.passwords import PASSWORD_SENT_MAX, normal_password
from domain.models.session import EndReason, session_ended
from domain.models.user import User, password_changed
from domain.services.credentials import PasswordHasher
from domain.services.unit import WriteUnit, Written


async def is_current(hasher: PasswordHasher, typed: str, known: str | None) -> bool:
    """Whether a typed password is the one with this hash. Text that is too long for one is not hashed. Raises RateLimited."""
    return len(typed) <= PASSWORD_SENT_MAX and await hasher.verify(normal_password(typed), known)


async def notify_user(unit: WriteUnit, user: User) -> None:
    """Have a mail sent to the user that their password was changed."""
    await unit.mails.add([Mail(uuid4(), MailKind.PASSWORD_CHANGED, user.id, user.id, user.updated_at)])


async def replace_password(
    unit: WriteUnit, actor: Actor, user: User, hashed: str, *, keep: UUID | None
) -> Written[int]:
    """Write the user with the new hash, end the sessions but the one to keep, and all links, and tell the user by mail.

    Returns how many sessions ended.
    """
    now = user.updated_at
    await unit.users.save(user)
    await unit.users.set_password_hash(user.id, hashed)
    await unit.links.end_all(user.id)
    await notify_user(unit, user)
    ended = await unit.sessions.end_all(user.id, EndReason.PASSWORD_CHANGED, now, keep)
    entries = [password_changed(actor, user, now)]
    entries += [session_ended(actor, user, s, EndReason.PASSWORD_CHANGED, now) for s in ended]
    return Written(len(ended), await unit.events.append_many(entries))
