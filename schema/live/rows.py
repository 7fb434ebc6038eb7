"""The people of a batch of log entries: as they are now, and as each entry found them.

A row is read once for a batch and shows what later entries made of it. An entry's own subject, before the entry, is had
by undoing the changes of the batch from its end. Where the row is newer than the batch, that is not certain.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.models.actor import Role
from domain.models.event import Audience, Event
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status, User

SIBLINGS = frozenset({EventType.USER_UPDATED, EventType.USER_ROLE_CHANGED})
"""One write may add further entries, of the same version, after an entry of these types."""


@dataclass(frozen=True, slots=True)
class Before:
    """A user as an entry found them. `certain` but for the e-mail's verification, which has a flag of its own."""

    user: User
    certain: bool
    verification_certain: bool


class Rows(dict[UUID, User | None]):
    """The users that were asked for, by id; None for those that do not exist (any more).

    `is_newest`: the batch ends at the head of the log, as far as this process knows.
    """

    __slots__ = ("_before", "_events", "_is_newest", "matches")

    def __init__(
        self, found: Mapping[UUID, User | None], events: Sequence[Event] = (), *, is_newest: bool = True
    ) -> None:
        super().__init__(found)
        self._events, self._is_newest = events, is_newest
        self._before: dict[int, Before] | None = None
        self.matches: dict[Hashable, tuple[bool, bool]] = {}
        """By question and sequence: whether the subject matched before the entry, and matches now."""

    def concerned(self, event: Event) -> User | None:
        """The user whom an entry concerns; None where it concerns none, and once they were erased."""
        return None if event.user_id is None else self.get(event.user_id)

    def before(self, event: Event) -> Before | None:
        """The subject of an entry of the batch as it was before it; None where there is no row to undo changes of."""
        if self._before is None:
            self._before = self._undone()
        return self._before.get(event.seq)

    def _undone(self) -> dict[int, Before]:
        latest: dict[UUID, Before] = {}
        found: dict[int, Before] = {}
        for event in reversed(self._events):
            after = None if event.user_id is None else latest.get(event.user_id) or self._now(event)
            if after is not None:
                found[event.seq] = latest[after.user.id] = _undo(event, after)
        return found

    def _now(self, last: Event) -> Before | None:
        """The row itself, as the last entry about it in this batch left it."""
        row = self.concerned(last)
        if row is None:
            return None
        complete = self._is_newest or last.type not in SIBLINGS
        return Before(row, certain=complete and last.user_version == row.version, verification_certain=True)


def _undo(event: Event, after: Before) -> Before:
    if event.subject.kind is not SubjectKind.USER:
        return after
    back: dict[str, Any] = {c.field: c.before for c in event.changes if c.before is not None}
    fields: dict[str, Any] = {k: back[k] for k in ("email", "display_name") if k in back}
    if "role" in back:
        fields["role"] = Role(back["role"])
    if event.audience_before is not None:
        fields["status"] = Status(back["status"]) if "status" in back else _status(event.audience_before, after.user)
    if event.type is EventType.EMAIL_VERIFIED:
        fields["email_verified_at"] = None
    certain = (
        after.verification_certain and "email" not in back
    )  # a new address is unverified, whatever the old one was
    certain = certain or event.type is EventType.EMAIL_VERIFIED
    return Before(replace(after.user, **fields), after.certain, certain)


def _status(audience: Audience, user: User) -> Status:
    """The status of a user whom this audience saw: the one they have, where that fits; one that does where it is newer."""
    statuses: list[Status] = [user.status, *Status]
    return next(status for status in statuses if status.audience is audience)
