"""`userFeed`: the users that match, then how that set changes, without a gap in between.

Nothing is remembered about a subscriber: whether a user came into view, changed or left is decided from each log entry
alone, by putting the question to the user as they were before it and as they are. The snapshot is read after the
position was taken, so that an entry may tell of a change the snapshot already shows (the client sets the same values
again), and none is missed. A cursor carries the role it was read with: a viewer whose role is another now sees other
people and finds them by other fields, so that the stream cannot tell the difference, and they have to read again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from domain import policies
from domain.cursors import FRESH, LogCursor, sequence_cursor, unfinished_cursor
from domain.models.actor import Actor
from domain.models.event import Event as LogEvent
from domain.models.event import EventType
from domain.models.user import Role, Status, User
from domain.pagination import PAGE_MAX, UserFilter, UserQuery, Window
from domain.services.user import UserService
from schema.groups import Message
from schema.live_types import FeedReady, Heartbeat, ResyncRequired, UserChanged, UserEntered, UserLeft
from schema.scalars import Cursor
from schema.user import User as UserType
from schema.user import changes_as_seen

ABOUT_USERS = policies.PUBLIC_EVENTS | {EventType.EMAIL_VERIFIED}
"""Entries that can change who matches, or what is shown of them."""


@dataclass(frozen=True, slots=True)
class FeedProjection:
    """One question to the directory, as a stream. See the module's docstring."""

    users: UserService
    epoch: UUID
    search: str | None
    filter: UserFilter
    start: str | None
    private: bool = False

    @property
    def key(self) -> Hashable:
        """The question, without the position."""
        return "feed", self.search, self.filter

    async def project(self, event: LogEvent, actor: Actor, users: Mapping[UUID, User]) -> Sequence[Message]:
        """Entered, changed or left, or nothing."""
        changes_version = event.type is EventType.PASSWORD_CHANGED and policies.can_see_history(actor, event.user_id)
        if event.type not in ABOUT_USERS and not changes_version:
            return ()
        cursor = self._cursor(event.seq, actor)
        now = users.get(event.user_id)
        if now is None:
            return (
                (UserLeft(user_id=strawberry.ID(str(event.user_id)), cursor=cursor),)
                if policies.can_see_event(actor, event)
                else ()
            )
        created = event.type is EventType.USER_CREATED
        was, fits = await self.users.matching(self._query(actor), [_before(event, now), now])
        if fits and (created or not was):
            return (UserEntered(user=UserType(entity=now), cursor=cursor),)
        if fits:
            seen = policies.event_as_seen(actor, event)
            return (UserChanged(user=UserType(entity=now), cursor=cursor, changes=changes_as_seen(seen)),)
        return (UserLeft(user_id=strawberry.ID(str(now.id)), cursor=cursor),) if was and not created else ()

    def begins_anew(self, cursor: LogCursor) -> bool:
        """Whether it stands for no position but for a new snapshot."""
        return cursor.role == FRESH

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Why not: what was read before was seen with another role. Without a role it counts as the present one's."""
        if cursor.role in (None, FRESH, actor.role):
            return None
        return "Your role has changed since this position was read"

    async def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]]:
        """Everybody who matches, a page at a time."""
        cursor = Cursor(unfinished_cursor(self.epoch))
        query = self._query(actor)
        after: str | None = None
        while True:
            page = await self.users.page(replace(query, window=Window(PAGE_MAX, after=after)))
            yield [UserEntered(user=UserType(entity=u), cursor=cursor) for u in page.items]
            if not page.has_next:
                return
            after = page.cursors[-1]

    def _query(self, actor: Actor) -> UserQuery:
        return self.users.query(actor, search=self.search, filter_=self.filter)

    def _cursor(self, seq: int, actor: Actor) -> Cursor:
        return Cursor(sequence_cursor(self.epoch, seq, actor.role))

    def ready(self, seq: int, actor: Actor) -> Message | None:
        """The snapshot, or what was missed, is complete."""
        return FeedReady(cursor=self._cursor(seq, actor))

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The position on a quiet stream."""
        return Heartbeat(cursor=self._cursor(seq, actor), at=datetime.now(UTC))

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Read again, then subscribe from here."""
        return ResyncRequired(reason=reason, cursor=self._cursor(seq, actor))

    def of_epoch(self, epoch: UUID) -> FeedProjection:
        """The same, with the positions of another epoch."""
        return replace(self, epoch=epoch)


def _before(event: LogEvent, now: User) -> User:
    """The user with the fields of an entry set back to what they were."""
    back = {c.field: c.before for c in event.changes if c.before is not None}
    fields: dict[str, object] = {k: back[k] for k in ("email", "display_name") if k in back}
    if "role" in back:
        fields["role"] = Role(back["role"])
    if "status" in back:
        fields["status"] = Status(back["status"])
    if event.type is EventType.EMAIL_VERIFIED:
        fields["email_verified_at"] = None
    return replace(now, **fields)  # type: ignore[arg-type]
