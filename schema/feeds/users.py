"""`userFeed`: the users that match, then the changes of that set, without a gap in between.

No state is kept for a subscriber: each log entry alone decides whether a user entered, changed or left, by matching the
user as they were before the entry and as they are now. If the row is newer than the entry, the earlier state is
uncertain; then "entered" and "left" are sent in case of doubt, because both are idempotent. The snapshot is read after
the position is taken, so that an entry may repeat a change that the snapshot already shows, but none is missed.

A cursor contains the role it was read with: a viewer whose role has changed sees different users and searches different
fields, so that the stream cannot express the difference and they must read again. Presence is not in the log: a feed
that filters by it gets changes from the presence service, and cannot be resumed, only started again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry

from domain import policies
from domain.cursors import FRESH, LogCursor, fresh_cursor, sequence_cursor, unfinished_cursor
from domain.models.actor import Actor
from domain.models.directory import UserFilter, UserQuery
from domain.models.event import Event as LogEvent
from domain.models.event_types import EventType
from domain.models.user import Status, User
from domain.pagination import PAGE_MAX, Window
from domain.services.user import UserService
from schema.event import changes_as_seen
from schema.feeds.before import user_before
from schema.feeds.messages import FeedReady, Heartbeat, ResyncRequired, UserChanged, UserEntered, UserLeft
from schema.live.ports import Message, PresenceUpdate
from schema.live.rows import Rows
from schema.scalars import Cursor
from schema.user import User as UserType


@dataclass(frozen=True, slots=True)
class FeedProjection:
    """One query of the directory as a stream. See the module's docstring."""

    users: UserService
    epoch: UUID
    search: str | None
    filter: UserFilter
    start: str | None
    private: bool = False

    @property
    def key(self) -> Hashable:
        """The query, without the position."""
        return "feed", self.search, self.filter

    @property
    def follows_presence(self) -> bool:
        """Whether presence decides which users match."""
        return self.filter.online is not None

    @property
    def is_quick(self) -> bool:
        """Whether an entry is projected without the database, which is needed to match a search."""
        return self.search is None

    async def prefetch(self, events: Sequence[LogEvent], actor: Actor, rows: Rows) -> None:
        """Match the search against the subjects of all these entries in one statement."""
        if self.search is None:
            return
        pairs: list[User] = []
        keys: list[Hashable] = []
        query = self._query(actor)
        for event in events:
            now, before, key = rows.concerned(event), user_before(rows, event), self._match_key(query, actor, event)
            if (
                now is not None
                and before is not None
                and key not in rows.derived
                and event.type.traits.changes_directory
            ):
                pairs += [before.user, now]
                keys.append(key)
        if keys:
            found = await self._matching(query, pairs)
            rows.derived.update(zip(keys, zip(found[::2], found[1::2], strict=True), strict=True))

    async def project(self, event: LogEvent, actor: Actor, rows: Rows) -> Sequence[Message]:
        """Entered, changed or left, or nothing."""
        changes_version = event.type is EventType.PASSWORD_CHANGED and policies.can_see_history(actor, event.user_id)
        if not (event.type.traits.changes_directory or changes_version):
            return ()
        cursor = self._cursor(event.seq, actor)
        now, before = rows.concerned(event), user_before(rows, event)
        left = UserLeft(user_id=strawberry.ID(str(event.subject.id)), cursor=cursor)
        if now is None or before is None:
            return (left,) if policies.leaves_view(actor, event) else ()
        query = self._query(actor)
        known = rows.derived.get(self._match_key(query, actor, event))
        was, fits = known or await self._matching(query, [before.user, now])
        created = event.type is EventType.USER_CREATED
        certain = before.certain_for(self.filter)
        if fits and self._matches_presence(query, now):
            if created or not (was and certain and event.type.is_known):
                return (UserEntered(user=UserType(entity=now), cursor=cursor),)
            seen = policies.event_as_seen(actor, event, now)
            return (UserChanged(user=UserType(entity=now), cursor=cursor, changes=changes_as_seen(seen)),)
        return (left,) if not created and (was if certain else _may_have_matched(event, query)) else ()

    async def presence_changed(self, user: User, seq: int, actor: Actor) -> Message | None:
        """The message for a change of a user's presence; None if the user does not match anyway."""
        query = self._query(actor)
        (fits,) = await self._matching(query, [user])
        if not fits:
            return None
        cursor = self._cursor(seq, actor)
        if self._matches_presence(query, user):
            return UserEntered(user=UserType(entity=user), cursor=cursor)
        return UserLeft(user_id=strawberry.ID(str(user.id)), cursor=cursor)

    def _match_key(self, query: UserQuery, actor: Actor, event: LogEvent) -> Hashable:
        """What one result of matching is kept under; a private filter matches for each member someone else."""
        return self.key, actor.role, query.filter.id, event.seq

    async def _matching(self, query: UserQuery, users: Sequence[User]) -> list[bool]:
        """Whether each of these users matches the query, ignoring presence."""
        return await self.users.matching(replace(query, filter=replace(query.filter, online=None)), users)

    def _matches_presence(self, query: UserQuery, user: User) -> bool:
        return self.filter.online in (None, user.id in (query.online_ids or ()))

    def presence_message(self, update: PresenceUpdate) -> Message | None:
        """None: `presence_changed` sends it instead."""
        return None

    def wants_snapshot(self, cursor: LogCursor) -> bool:
        """Whether the cursor asks for a new snapshot."""
        return cursor.role == FRESH

    def cannot_resume(self, cursor: LogCursor, actor: Actor) -> str | None:
        """Reading with another role is the reason. A cursor without a role counts as read with the current one."""
        if cursor.role == FRESH:
            return None
        if self.follows_presence:
            return "A feed that filters by presence cannot be resumed; start with a new snapshot"
        if cursor.role in (None, actor.role):
            return None
        return "Your role has changed since you read this position"

    async def snapshot(self, actor: Actor) -> AsyncIterator[Sequence[Message]]:
        """All matching users, a page at a time."""
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
        """The snapshot or the replay is complete."""
        return FeedReady(cursor=self._cursor(seq, actor))

    def heartbeat(self, seq: int, actor: Actor) -> Message | None:
        """The position on a quiet stream."""
        return Heartbeat(cursor=self._cursor(seq, actor), at=datetime.now(UTC))

    def resync(self, reason: str, seq: int, actor: Actor) -> Message:
        """Read again, then subscribe from here."""
        cursor = Cursor(fresh_cursor(self.epoch, seq)) if self.follows_presence else self._cursor(seq, actor)
        return ResyncRequired(reason=reason, cursor=cursor)

    def of_epoch(self, epoch: UUID) -> FeedProjection:
        """The same projection with positions of another epoch."""
        return replace(self, epoch=epoch)


def _may_have_matched(event: LogEvent, query: UserQuery) -> bool:
    """Whether the subject may have matched before an entry, if their earlier state is uncertain.

    Of all entries since a user last matched, at least one changed a filtered field from a matching value.
    """
    wanted, before = query.filter, {c.field: c.before for c in event.changes}
    if wanted.status is not None and wanted.status.isdisjoint(_statuses_before(event, before)):
        return False
    if wanted.role is not None and "role" in before and before["role"] not in wanted.role:
        return False
    searched = {"display_name", "email"} if query.by_email else {"display_name"}
    verification = "email" in before or event.type is EventType.EMAIL_VERIFIED
    return (
        ("status" in before and wanted.status is not None)
        or ("role" in before and wanted.role is not None)
        or (query.search is not None and not searched.isdisjoint(before))
        or (wanted.email_verified is not None and verification)
        or (wanted.can_sign_in is not None and event.type is EventType.PASSWORD_CHANGED)
    )


def _statuses_before(event: LogEvent, before: Mapping[str, Any]) -> set[Status]:
    """The statuses that the subject may have had before an entry."""
    if "status" in before:
        return {before["status"]}
    return {s for s in Status if s.audience is event.audience_before}
