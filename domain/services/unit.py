"""The unit of work: one short stay in the store, to read or to write; and what every service needs beside it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from domain.cursors import LogCursor
from domain.models.directory import UserReader, UserRepository
from domain.models.log import EventAppender, EventReader, LogTrimmer
from domain.models.session import SessionReader, SessionRepository

T = TypeVar("T")


class Clock(Protocol):
    """The time, in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What a write made, and the insertion number of its last event; None where nothing had to change."""

    value: T
    position: int | None


@dataclass(frozen=True, slots=True)
class KeptResult:
    """The first result under an idempotency key: what was asked, which user came of it, which event told it."""

    fingerprint: bytes
    user_id: UUID
    position: int


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
