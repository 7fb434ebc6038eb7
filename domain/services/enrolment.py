"""Required second factors: setting the first one up makes a session whole, and the last one cannot be removed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.errors import Forbidden, SessionRevoked
from domain.models.actor import Actor
from domain.models.event import NewEvent
from domain.models.second_factor import FactorRequirement
from domain.models.session import EndReason, session_ended
from domain.models.user import User
from domain.services.unit import WriteUnit

LAST_FACTOR = "A second factor is required here, and this is your only one; add another before you remove it"


async def end_enrolment(unit: WriteUnit, actor: Actor, user: User, now: datetime) -> list[NewEvent]:
    """After a factor was added: the actor's session may do everything, and others that wait for a factor end.

    Those were started with the password alone, so they may not share in what this one has proved. Returns the events of
    those that ended. The user is locked; raises SessionRevoked if the actor's own session has ended meanwhile.
    """
    if actor.session_id is None:
        raise SessionRevoked
    session = await unit.sessions.get_for_update(actor.session_id)
    if session.ended_at is not None:
        raise SessionRevoked
    if session.enrolling:
        await unit.sessions.save(replace(session, enrolling=False))
    ended = await unit.sessions.end_enrolling(user.id, now, keep=session.id)
    return [session_ended(actor, user, session_id, EndReason.REVOKED, now) for session_id in ended]


async def settle_removed(unit: WriteUnit, user: User, required: FactorRequirement | None) -> None:
    """After a factor was removed: without any, the recovery codes go too. Raises Forbidden if one is required."""
    if (await unit.second_factors.kinds([user.id])).get(user.id):
        return
    if required is not None and required.applies_to(user.role):
        raise Forbidden(LAST_FACTOR)
    await unit.second_factors.replace_recovery_codes(user.id, ())
