"""The unit of work, for reading or writing, and the other ports and types that every service needs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from domain.cursors import LogCursor
from domain.models.api_key import ApiKeyReader, ApiKeyRepository
from domain.models.directory import CsvLines, UserQuery, UserReader, UserRepository
from domain.models.event import NewEvent
from domain.models.invitation import InvitationReader, InvitationRepository
from domain.models.link import LinkReader, LinkRepository
from domain.models.log import EventAppender, EventReader, LogRestorer, LogTrimmer
from domain.models.mail import MailQueue
from domain.models.passkey import PasskeyReader, PasskeyRepository
from domain.models.personal_data import PersonalDataReader, PersonalDataRepository
from domain.models.second_factor import SecondFactorReader, SecondFactorRepository
from domain.models.session import SessionReader, SessionRepository
from domain.models.signing_key import SigningKeyReader, SigningKeyRepository
from domain.models.user import User
from domain.models.webhook import WebhookEndpointReader, WebhookEndpointRepository
from domain.models.webhook_delivery import WebhookQueue, WebhookQueueReader
from domain.pagination import Page

T = TypeVar("T")


class Clock(Protocol):
    """The current time, in UTC."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """The result of a write and the insertion number of its last event, None if nothing changed.

    It `waits` if a part of it does nothing before a link that was sent is used.
    """

    value: T
    position: int | None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class KeptResult:
    """The first result of an idempotency key: the fingerprint of the input, the user created, and its event's number."""

    fingerprint: bytes
    user_id: UUID
    position: int


class IdempotencyKeys(Protocol):
    """First results by actor and key, stored for a day."""

    async def find(self, actor_id: UUID | None, key: str) -> KeptResult | None:
        """The first result, serialised: no other transaction can use the same key until this one ends."""
        ...

    async def keep(self, actor_id: UUID | None, key: str, result: KeptResult) -> None: ...
    async def prune(self, limit: int) -> int:
        """Delete at most `limit` expired results that no other transaction is using; returns their number."""
        ...


class ReadUnit(Protocol):
    """A unit of work that can only read."""

    @property
    def users(self) -> UserReader: ...
    @property
    def sessions(self) -> SessionReader: ...
    @property
    def second_factors(self) -> SecondFactorReader: ...
    @property
    def passkeys(self) -> PasskeyReader: ...
    @property
    def links(self) -> LinkReader: ...
    @property
    def invitations(self) -> InvitationReader: ...
    @property
    def events(self) -> EventReader: ...
    @property
    def signing_keys(self) -> SigningKeyReader: ...
    @property
    def api_keys(self) -> ApiKeyReader: ...
    @property
    def personal_data(self) -> PersonalDataReader: ...
    @property
    def webhooks(self) -> WebhookEndpointReader: ...
    @property
    def webhook_queue(self) -> WebhookQueueReader: ...


class NewUsers(Protocol):
    """Users to be created, with their events, in the form in which they are written: made before the transaction."""

    def add(self, user: User, password_hash: str | None, event: NewEvent) -> None: ...


class WriteUnit(Protocol):
    """One transaction on the primary; it is rolled back unless `commit` is called."""

    @property
    def users(self) -> UserRepository: ...
    @property
    def sessions(self) -> SessionRepository: ...
    @property
    def second_factors(self) -> SecondFactorRepository: ...
    @property
    def passkeys(self) -> PasskeyRepository: ...
    @property
    def links(self) -> LinkRepository: ...
    @property
    def invitations(self) -> InvitationRepository: ...
    @property
    def mails(self) -> MailQueue: ...
    @property
    def events(self) -> EventAppender: ...
    @property
    def log(self) -> LogTrimmer: ...
    @property
    def restorer(self) -> LogRestorer: ...
    @property
    def keys(self) -> IdempotencyKeys: ...
    @property
    def signing_keys(self) -> SigningKeyRepository: ...
    @property
    def api_keys(self) -> ApiKeyRepository: ...
    @property
    def personal_data(self) -> PersonalDataRepository: ...
    @property
    def webhooks(self) -> WebhookEndpointRepository: ...
    @property
    def webhook_queue(self) -> WebhookQueue: ...

    async def add_new(self, new: NewUsers) -> set[UUID]:
        """Insert users of `new_users` and append their events, in order, except for those whose e-mail is taken.

        Returns the ids of those.
        """
        ...

    async def commit(self) -> None:
        """Commit durably; raises Unavailable if it is not certain that the transaction was committed."""
        ...


class Store(Protocol):
    """Opens units of work. Both methods raise Unavailable if the database cannot be reached."""

    def read(
        self, at_least: LogCursor | None = None, searcher: UUID | None = None
    ) -> AbstractAsyncContextManager[ReadUnit]:
        """A read unit on the primary or, with `at_least`, possibly on a replica that has reached this position.

        Each `searcher` has one unit at a time and waits for it without holding a connection. Raises RateLimited if
        the wait is too long.
        """
        ...

    def write(self) -> AbstractAsyncContextManager[WriteUnit]: ...
    def new_users(self) -> NewUsers: ...

    async def amend(self, user: User, event: NewEvent) -> int | None:
        """Write a user over the version before, with its event, in a transaction of their own; never waits for others.

        Returns the event's insertion number, or None if nothing was written, because the row has another version now or
        another writer holds it. The address stays. Raises Unavailable if it is not certain that it was committed.
        """
        ...

    async def users_by_id(self, user_ids: Sequence[UUID], at_least: LogCursor | None = None) -> dict[UUID, User]:
        """Those of these users that exist, as `get_many` of a read unit; callers at the same time may share a statement.

        Each gets what was committed when it called. Raises Unavailable.
        """
        ...

    async def page_of_users(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        """As `page` of a read unit. Raises Unavailable, RateLimited, and ValidationFailed for a cursor of another list."""
        ...

    async def csv_of_users(self, query: UserQuery) -> CsvLines | None:
        """A page of users as lines of CSV with all of their exported fields; None if the database cannot write it so.

        Raises Unavailable, and ValidationFailed for a cursor of another list.
        """
        ...
