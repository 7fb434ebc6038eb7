"""Reads of the directory, limited to what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain import policies
from domain.cursors import LogCursor
from domain.errors import Forbidden, NotFound, ValidationFailed
from domain.models.actor import Actor, Role
from domain.models.conditions import texts_of
from domain.models.directory import Count, CsvLines, UserFilter, UserQuery, UserSort
from domain.models.relevance import SLIPPED, Tier, parse_search, rank
from domain.models.text import address_of
from domain.models.user import Status, User
from domain.models.words import email_key, name_key
from domain.pagination import Page, Window
from domain.services.live import Presence
from domain.services.unit import Store


@dataclass(frozen=True, slots=True)
class DirectoryCounts:
    """How many visible users there are by role and status, how many users are online, and the log's head."""

    by: Mapping[tuple[Role, Status], int]
    online: int
    head: int


class DirectoryService:
    """The read-only use cases of the directory."""

    def __init__(self, store: Store, presence: Presence) -> None:
        self._store, self._presence = store, presence

    async def get(self, actor: Actor, user_id: UUID, at_least: LogCursor | None = None) -> User:
        """One user; raises NotFound if there is none or the actor may not see them."""
        user = (await self._store.users_by_id([user_id], at_least)).get(user_id)
        if user is None or not policies.can_see(actor, user):
            raise NotFound
        return user

    async def get_many(
        self, actor: Actor, user_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> dict[UUID, User]:
        """Those of these users that the actor may see."""
        found = await self._store.users_by_id(user_ids, at_least)
        return {i: u for i, u in found.items() if policies.can_see(actor, u)}

    async def as_stored(self, user_ids: Sequence[UUID]) -> dict[UUID, User]:
        """Those of these users that exist, unchecked: the caller applies `policies` for each viewer."""
        return await self._store.users_by_id(user_ids)

    def query(
        self,
        actor: Actor,
        window: Window = Window(),  # noqa: B008 - frozen
        search: str | None = None,
        filter_: UserFilter | None = None,
        sort: UserSort | None = None,
        *,
        descending: bool = False,
    ) -> UserQuery:
        """Build a query within the actor's rights: only statuses they may see, and e-mail only if they may see e-mails.

        Without `sort` a search is ordered by relevance, anything else by creation. With a private filter, members find
        only themselves. Raises ValidationFailed for a search that is too long, and for relevance without a search.
        """
        filter_ = filter_ or UserFilter()
        parsed = parse_search(search) if search else None
        if sort is UserSort.RELEVANCE and parsed is None:
            raise ValidationFailed.one("order_by", "Only a search can be ordered by relevance")
        if sort is None:
            sort = UserSort.CREATED_AT if parsed is None else UserSort.RELEVANCE
        visible = policies.visible_statuses(actor)
        statuses = visible if filter_.status is None else filter_.status & visible
        by_email = actor.sees_all
        if filter_.email is not None:
            filter_ = replace(filter_, email=address_of(filter_.email))
        if not actor.sees_all and filter_.is_private:
            filter_ = replace(filter_, id=actor.user_id)
        return UserQuery(
            window=window,
            search=parsed,
            filter=replace(filter_, status=None if statuses == frozenset(Status) else statuses),
            sort=UserSort.DISPLAY_NAME if sort is UserSort.EMAIL and not by_email else sort,
            descending=descending,
            by_email=by_email,
            requester=actor.session_id or actor.user_id,
            online_ids=self._presence.online_ids() if filter_.online is not None else None,
        )

    async def matching(self, query: UserQuery, users: Sequence[User]) -> list[bool]:
        """Whether each of these users, as given, matches the query; the window is ignored."""
        online = query.online_ids or frozenset()
        fits = [query.filter.matches(u, online) for u in users]
        if query.search is None or not any(fits):
            return fits
        ranks = [self._rank(query, u) if fit else None for u, fit in zip(users, fits, strict=True)]
        counting = set(Tier)
        if not SLIPPED.isdisjoint(ranks):
            async with self._store.read() as unit:
                counting -= set() if await unit.users.finds_little(query) else SLIPPED
        return [rank in counting for rank in ranks]

    @staticmethod
    def _rank(query: UserQuery, user: User) -> Tier | None:
        key = name_key(user.display_name)
        texts = texts_of(user.id, key, email_key(user.email, key), user.email)
        return None if query.search is None else rank(query.search, texts, by_email=query.by_email)

    async def page(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        """A page of the matching users; raises ValidationFailed for a cursor of another list."""
        return await self._store.page_of_users(query, at_least)

    async def csv_lines(self, actor: Actor, query: UserQuery) -> CsvLines | None:
        """A page of the matching users as lines of CSV, which the database writes: for actors who may see all of a user.

        None if it cannot; then the caller reads a page and writes it. Raises ValidationFailed for a cursor of another list.
        """
        return await self._store.csv_of_users(query) if actor.sees_all else None

    async def password_hashes(self, actor: Actor, user_ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """The password hashes of those who have one, for an export by an operator. Raises Forbidden for other actors."""
        if actor.user_id is not None or not actor.is_admin:
            raise Forbidden("Password hashes are exported by the operator only")
        async with self._store.read() as unit:
            return await unit.users.password_hashes(user_ids)

    async def have_password(
        self, actor: Actor, user_ids: Sequence[UUID], at_least: LogCursor | None = None
    ) -> Mapping[UUID, bool | None]:
        """Whether each user has a password; None where the actor may not know it."""
        allowed = [u for u in user_ids if policies.can_see_second_factors(actor, u)]
        found: Mapping[UUID, str] = {}
        if allowed:
            async with self._store.read(at_least) as unit:
                found = await unit.users.password_hashes(allowed)
        return {u: u in found if u in allowed else None for u in user_ids}

    async def count(self, query: UserQuery, at_least: LogCursor | None = None) -> Count:
        """How many users match; the window is ignored. An estimate where counting costs much."""
        async with self._store.read(at_least, query.searcher) as unit:
            return await unit.users.count(query)

    async def counts(self, actor: Actor, at_least: LogCursor | None = None) -> DirectoryCounts:
        """Counts of the users this actor sees, for a dashboard, with the log's head as it was before counting."""
        async with self._store.read(at_least) as unit:
            head = (await unit.events.state()).head
            found = await unit.users.counts()
        visible = policies.visible_statuses(actor)
        by = {key: n for key, n in found.items() if key[1] in visible}
        return DirectoryCounts(by, len(self._presence.online_ids()), head)
