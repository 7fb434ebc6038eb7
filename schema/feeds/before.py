"""The users of a batch of log entries as they were before each entry.

A row is read once per batch and includes the changes of all later entries. The state before an entry is derived by
undoing the changes of the batch from its end. If the row is newer than the batch, that state is uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.models.actor import Role
from domain.models.directory import UserFilter
from domain.models.event import Audience, Event
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status, User
from schema.live.rows import Rows

SIBLINGS = frozenset({EventType.USER_UPDATED, EventType.USER_ROLE_CHANGED})
"""The types after which the same write may append further entries with the same version."""


@dataclass(frozen=True, slots=True)
class Before:
    """A user as they were before an entry.

    `certain` does not cover the e-mail's verification and whether they could sign in, which have flags of their own.
    """

    user: User
    certain: bool
    verification_certain: bool
    sign_in_certain: bool

    def certain_for(self, wanted: UserFilter) -> bool:
        """Whether everything that the filter asks is certain."""
        verified = self.verification_certain or wanted.email_verified is None
        return self.certain and verified and (self.sign_in_certain or wanted.can_sign_in is None)


def user_before(rows: Rows, event: Event) -> Before | None:
    """The user concerned as they were before an entry of the batch; None if there is no row to derive that from."""
    undone: dict[int, Before] | None = rows.derived.get(Before)
    if undone is None:
        undone = rows.derived[Before] = _undone(rows)
    return undone.get(event.seq)


def _undone(rows: Rows) -> dict[int, Before]:
    latest: dict[UUID, Before] = {}
    found: dict[int, Before] = {}
    for event in reversed(rows.events):
        after = None if event.user_id is None else latest.get(event.user_id) or _now(rows, event)
        if after is not None:
            found[event.seq] = latest[after.user.id] = _undo(event, after)
    return found


def _now(rows: Rows, last: Event) -> Before | None:
    """The current row, taken as the state after the last entry about it in this batch."""
    row = rows.concerned(last)
    if row is None:
        return None
    complete = rows.is_newest or last.type not in SIBLINGS
    certain = complete and last.user_version == row.version
    return Before(row, certain, verification_certain=True, sign_in_certain=True)


def _undo(event: Event, after: Before) -> Before:
    if event.subject.kind is not SubjectKind.USER:
        return after
    if not event.type.is_known:  # it may have changed anything
        return Before(after.user, certain=False, verification_certain=False, sign_in_certain=False)
    back: dict[str, Any] = {c.field: c.before for c in event.changes if c.before is not None}
    fields: dict[str, Any] = {k: back[k] for k in ("email", "display_name") if k in back}
    if "role" in back:
        fields["role"] = Role(back["role"])
    if event.audience_before is not None:
        fields["status"] = Status(back["status"]) if "status" in back else _status(event.audience_before, after.user)
    if event.type is EventType.EMAIL_VERIFIED:
        fields["email_verified_at"] = None
    certain = after.verification_certain and "email" not in back  # whether the old address was verified is unknown
    certain = certain or event.type is EventType.EMAIL_VERIFIED
    sign_in_certain = after.sign_in_certain and event.type is not EventType.PASSWORD_CHANGED  # it may be the first
    return Before(replace(after.user, **fields), after.certain, certain, sign_in_certain)


def _status(audience: Audience, user: User) -> Status:
    """A status with this audience: the user's own if it fits, otherwise (the row is newer) the first one that does."""
    statuses: list[Status] = [user.status, *Status]
    return next(status for status in statuses if status.audience is audience)
