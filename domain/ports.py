"""What the services need of the outside: repositories, units of work, clocks, hashers, limits. Adapters implement them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.cursors import LogCursor
from domain.models.actor import Origin
from domain.models.event import Event, EventCount, NewEvent
from domain.models.session import EndReason, Principal, Session
from domain.models.user import Role, Status, User
from domain.pagination import EventFilter, Page, UserQuery, Window


@dataclass(frozen=True, slots=True)
class Ancestor:
    """An earlier epoch of a log: both have the same entries up to and with the sequence `head`, and differ behind it."""

    epoch: str
    """Its first 8 hexadecimal digits, as cursors have them."""
    head: int


@dataclass(frozen=True, slots=True)
class LogState:
    """The log as a whole: `head` is its newest sequence, `horizon` the newest pruned one.

    `epoch` names one history of it. A database that was restored or promoted has another, and remembers those before,
    oldest first, in `ancestors`.
    """

    epoch: UUID
    head: int
    horizon: int
    ancestors: tuple[Ancestor, ...] = ()

    def shared_head(self, epoch: str) -> int | None:
        """The newest sequence that means the same here as in the log of an epoch; None where nothing is known of it."""
        if epoch == self.epoch.hex[:8]:
            return self.head
        known = [a.epoch for a in self.ancestors]
        if epoch not in known:
            return None
        return min(a.head for a in self.ancestors[known.index(epoch) :])


@dataclass(frozen=True, slots=True)
class Stretch:
    """The oldest part of the log that may go: the entries behind `horizon`, up to and with the sequence `last`."""

    horizon: int
    last: int

    @property
    def count(self) -> int:
        """How many entries it has."""
        return self.last - self.horizon


@dataclass(frozen=True, slots=True)
class KeptResult:
    """The first result under an idempotency key: what was asked, which user came of it, which event told it."""

    fingerprint: bytes
    user_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is decided on: the user, their password's hash, and the addresses of their newest sessions."""

    user: User
    password_hash: str | None = field(repr=False)
    addresses: Sequence[str]


@dataclass(frozen=True, slots=True)
class FailedSignIn:
    """An attempt that was refused; `user_id` is None where the address is nobody's."""

    user_id: UUID | None
    origin: Origin
    at: datetime


class UserReader(Protocol):
    """Reads of the directory. Ids that are not there are simply absent from `get_many`."""

    async def find(self, user_id: UUID) -> User | None: ...
    async def get(self, user_id: UUID) -> User:
        """The user; raises NotFound."""
        ...

    async def get_many(self, user_ids: Sequence[UUID]) -> dict[UUID, User]: ...
    async def find_by_email(self, email: str) -> User | None: ...
    async def find_credentials(self, email: str) -> Credentials | None:
        """Everything that a sign-in needs, in one statement: the same for addresses that are known and unknown."""
        ...

    async def find_by_emails(self, emails: Sequence[str]) -> dict[str, User]: ...
    async def page(self, query: UserQuery) -> Page[User]: ...
    async def count(self, query: UserQuery) -> int:
        """How many users match the search and filter, whatever the window."""
        ...

    async def found_by(self, search: str, texts: Sequence[tuple[str, str | None]]) -> Sequence[bool]:
        """Whether each of these (display name, e-mail or None) would be found by a folded search, as `page` finds."""
        ...

    async def counts(self) -> Mapping[tuple[Role, Status], int]:
        """How many users have each role and status."""
        ...


class UserRepository(UserReader, Protocol):
    """Reads and writes of the directory within one transaction."""

    async def get_for_update(self, user_id: UUID) -> User:
        """The user, locked until the transaction ends; raises NotFound."""
        ...

    async def get_many_for_update(self, user_ids: Sequence[UUID]) -> dict[UUID, User]: ...
    async def add(self, user: User, password_hash: str | None) -> None:
        """Insert the user; raises EmailTaken."""
        ...

    async def add_many(self, users: Sequence[User]) -> set[UUID]:
        """Insert users without passwords; returns the ids that were inserted, skipping e-mails that are taken."""
        ...

    async def save(self, user: User) -> None:
        """Write a changed user over the version before it; raises VersionConflict and EmailTaken."""
        ...

    async def save_many(self, users: Sequence[User]) -> None: ...
    async def remove(self, user_id: UUID) -> None: ...
    async def password_hash(self, user_id: UUID) -> str | None: ...
    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None: ...
    async def count_other_active_admins(self, user_id: UUID) -> int:
        """Active admins besides this one, serialised: until this transaction ends no other can count."""
        ...

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None:
        """Move `last_seen_at` forward; neither a version nor an event comes of it."""
        ...


class SessionReader(Protocol):
    """Reads of sessions."""

    async def find(self, session_id: UUID) -> Session | None: ...
    async def get_many(self, session_ids: Sequence[UUID]) -> dict[UUID, Session]: ...
    async def pages_for_users(
        self, user_ids: Sequence[UUID], window: Window, now: datetime
    ) -> dict[UUID, Page[Session]]:
        """The live sessions of each of these users, newest first, in one statement."""
        ...

    async def principals(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """What the directory says now of these sessions and their users, in one statement."""
        ...


class SessionRepository(SessionReader, Protocol):
    """Reads and writes of sessions within one transaction."""

    async def get_for_update(self, session_id: UUID) -> Session:
        """The session, locked until the transaction ends; raises NotFound."""
        ...

    async def add(self, session: Session) -> None: ...
    async def save(self, session: Session) -> None: ...
    async def end_all(
        self, user_id: UUID, reason: EndReason, now: datetime, keep: UUID | None = None
    ) -> Sequence[UUID]:
        """End the user's live sessions but the one kept; returns the ids of those that ended."""
        ...

    async def touch_seen(self, seen: Mapping[UUID, datetime]) -> None: ...


class EventReader(Protocol):
    """Reads of the log; only events that have their place in the order are seen."""

    async def get_many(self, event_ids: Sequence[UUID]) -> dict[UUID, Event]: ...
    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        """The events that follow a sequence, in order."""
        ...

    async def page(self, window: Window, filter_: EventFilter, log: LogState) -> Page[Event]:
        """Newest first; the cursors are those of the log."""
        ...

    async def pages_for_users(self, user_ids: Sequence[UUID], window: Window, log: LogState) -> dict[UUID, Page[Event]]:
        """The newest events of several users in one statement."""
        ...

    async def counts(self, since: datetime, step: timedelta, at_most: int) -> Sequence[EventCount]:
        """How often each thing happened in each step since then, of the newest `at_most` events."""
        ...

    async def state(self) -> LogState: ...
    async def seq_of(self, ord_: int) -> int | None:
        """The sequence of an event named by its insertion number; None while the relay has not been there."""
        ...

    async def is_written(self, ord_: int) -> bool:
        """Whether there is an event with this insertion number, in its place or not."""
        ...

    async def last_shared(self, events: Sequence[Event]) -> int:
        """The newest sequence under which the log still has the same entry as these; 0 where it has none of them."""
        ...


class EventAppender(Protocol):
    """Appends to the log, in the transaction of the row it tells of."""

    async def append(self, event: NewEvent) -> int:
        """Append after the row was written; returns the insertion number that names the event until it has a sequence."""
        ...

    async def append_many(self, events: Sequence[NewEvent]) -> int:
        """Append in order; returns the insertion number of the last."""
        ...

    async def scrub(self, user_id: UUID) -> None:
        """Take the personal data of an erased user out of every entry, keeping the ids and the facts."""
        ...


class LogTrimmer(Protocol):
    """The log's old end, within one transaction on the primary. What has no place in the order yet is never touched."""

    async def old(self, age: timedelta, limit: int, after: int = 0) -> Stretch | None:
        """The first entries of at least this age, at most `limit` of them, behind the horizon and behind `after`.

        The age is counted from the entry's insertion, by the database's clock. It ends where an entry is younger,
        whatever comes behind that; None where there is nothing to take.
        """
        ...

    async def read(self, stretch: Stretch) -> Sequence[Event]:
        """The entries of a stretch, in order."""
        ...

    async def prune(self, stretch: Stretch) -> bool:
        """Delete a stretch and move the horizon behind it; False where another process has moved it meanwhile.

        Raises Unavailable where somebody holds one of its rows for long: to be tried again.
        """
        ...

    async def renew(self, epoch: UUID, shared_head: int) -> bool:
        """Begin another epoch that has the entries up to `shared_head` in common with `epoch`.

        False where `epoch` is no longer the present one: then somebody else was first.
        """
        ...


class IdempotencyKeys(Protocol):
    """First results by actor and key, kept for a day."""

    async def find(self, actor_id: UUID | None, key: str) -> KeptResult | None:
        """The first result, serialised: until this transaction ends no other can use the same key."""
        ...

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None: ...


class ReadUnit(Protocol):
    """A short stay in the store that cannot write."""

    @property
    def users(self) -> UserReader: ...
    @property
    def sessions(self) -> SessionReader: ...
    @property
    def events(self) -> EventReader: ...


class WriteUnit(Protocol):
    """One transaction on the primary. Leaving it without `commit` changes nothing."""

    @property
    def users(self) -> UserRepository: ...
    @property
    def sessions(self) -> SessionRepository: ...
    @property
    def events(self) -> EventAppender: ...
    @property
    def log(self) -> LogTrimmer: ...
    @property
    def keys(self) -> IdempotencyKeys: ...

    async def commit(self) -> None:
        """Make it durable; raises Unavailable where the outcome is not known to be written."""
        ...


class Store(Protocol):
    """Where units of work come from. Both raise Unavailable when the database cannot be reached."""

    def read(
        self, at_least: LogCursor | None = None, searcher: UUID | None = None
    ) -> AbstractAsyncContextManager[ReadUnit]:
        """A reading unit on the primary; with `at_least` perhaps on a replica, but on one that shows this position.

        One `searcher` has one unit at a time, and waits for it without holding a connection. Raises RateLimited where
        that takes too long.
        """
        ...

    def write(self) -> AbstractAsyncContextManager[WriteUnit]: ...


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime: ...


class PasswordHasher(Protocol):
    """Argon2id (RFC 9106) off the event loop; raises RateLimited when too many hashes wait."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it fits; None takes the same time and never fits."""
        ...

    def is_dated(self, password_hash: str) -> bool:
        """Whether the parameters have been raised since, so that it wants hashing again."""
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: which session of which user, until when. Never a role."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshClaims:
    """What a refresh token of ours says: its session and its place in the family."""

    session_id: UUID
    generation: int


class TokenCodec(Protocol):
    """Access tokens (JWT, RFC 7519) and opaque refresh tokens."""

    def issue_access(self, session_id: UUID, user_id: UUID, now: datetime) -> tuple[str, datetime]:
        """The token and when it expires."""
        ...

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """Raises TokenInvalid or TokenExpired."""
        ...

    def session_of_access(self, token: str) -> UUID:
        """The session that an access token names, also an expired one. Raises TokenInvalid."""
        ...

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The token, and the hash of it that may be stored."""
        ...

    def read_refresh(self, token: str) -> RefreshClaims:
        """Raises TokenInvalid for what we never issued."""
        ...

    def refresh_hash(self, token: str) -> bytes: ...
    def fingerprint(self, data: bytes) -> bytes:
        """A keyed digest, for telling whether two inputs were the same without keeping them."""
        ...


class RateLimiter(Protocol):
    """Counts tries by key over all instances; with Redis away each instance counts for itself."""

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        """Count one try of at most `limit` in `window` seconds; the seconds to wait, or None while it is allowed."""
        ...

    async def forgive(self, bucket: str, key: str) -> None:
        """Forget the tries of a key that has proved itself."""
        ...


class FailedSignIns(Protocol):
    """Failed sign-ins on their way to the log: written after the answer, and lost by nothing but the process's death."""

    def check_room(self) -> None:
        """Raises RateLimited where too many wait to be written, before a password is checked that could not be told of."""
        ...

    def report(self, failure: FailedSignIn) -> None:
        """Have it written soon; for an unknown address the same steps are taken, and nothing is written."""
        ...


class Presence(Protocol):
    """Who holds a live socket on any instance."""

    def online_ids(self) -> frozenset[UUID]:
        """As known here now; at most some seconds old."""
        ...

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Call with each user that came or went; the result ends it."""
        ...


class LivePresence(Presence, Protocol):
    """Presence as the live edge feeds it."""

    def hold(self, user_id: UUID) -> None:
        """A socket of this user opened here."""
        ...

    def release(self, user_id: UUID) -> None:
        """A socket of this user closed here."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """The log has another epoch now. Where it has not `kept` all that this process was told of, that counts no more."""

    epoch: UUID
    kept: bool


class LogHub(Protocol):
    """The log as this process sees it: ordered, without gap or duplicate. See persistence/log/hub.py."""

    @property
    def epoch(self) -> UUID: ...
    @property
    def position(self) -> LogCursor:
        """The newest position that listeners have been told of."""
        ...

    @property
    def head(self) -> int:
        """The newest sequence that listeners have been told of."""
        ...

    def listen(self, listener: Callable[[Sequence[Event]], None]) -> None:
        """Call with every new stretch of the log; the call must not block."""
        ...

    def on_renewal(self, listener: Callable[[Renewal], None]) -> None:
        """Call when the epoch has changed, before any entry of it is told; the call must not block."""
        ...

    async def known_position(self, asked: LogCursor | None) -> LogCursor:
        """A position as the present epoch has it; `position` where the log does not have that place.

        Raises Unavailable.
        """
        ...

    async def after(self, seq: int, limit: int = 500) -> Sequence[Event]:
        """The entries that follow a sequence, the very next one first.

        Raises Unavailable, and PositionPruned where the next one is no longer in the log.
        """
        ...

    async def resolve(self, ord_: int) -> int | None:
        """The sequence of a write named by its insertion number, waiting a bounded time for the relay."""
        ...

    async def state(self) -> LogState:
        """Read from the table; `epoch` is that of this process too when it returns. Raises Unavailable."""
        ...


class LiveSessions(Protocol):
    """The live sockets of this process."""

    async def settle(self, user_id: UUID) -> None:
        """Return when no socket here outlives its right: at once where the user has none, within a second at most."""
        ...
