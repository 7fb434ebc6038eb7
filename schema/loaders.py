"""Batched reads for nested fields: one statement for all keys of one step, with new loaders for every operation and event.

A loader is created on first use: most events need none, because their users were prefetched.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.models.directory import Count, UserQuery
from domain.models.user import User
from domain.pagination import Page, Window
from schema.services import Services

T = TypeVar("T")
ReadPages = Callable[[Actor, Sequence[UUID], Window, LogCursor | None], Awaitable[Mapping[UUID, Page[T]]]]
"""A method of a service that reads a page of the list of each of these users, in one statement."""


ReadByUser = Callable[[Actor, Sequence[UUID], LogCursor | None], Awaitable[Mapping[UUID, T]]]
"""A method of a service that reads one thing of each of these users, in one statement."""


class PageKey(NamedTuple):
    """Which page of a user's own list."""

    user_id: UUID
    window: Window


class Loaders:
    """The objects that one viewer may see, by key; nothing without a viewer."""

    def __init__(self, services: Services, actor: Actor | None, at_least: LogCursor | None) -> None:
        self._services, self._actor, self._at_least = services, actor, at_least
        self._pages: dict[ReadPages[Any], DataLoader[PageKey, Page[Any]]] = {}
        self._by_user: dict[ReadByUser[Any], DataLoader[UUID, Any]] = {}
        self.known: Mapping[UUID, User | None] = {}
        """Prefetched users (None if there is no such user), not yet checked for what the viewer may see."""

    @cached_property
    def user_by_id(self) -> DataLoader[UUID, User | None]:
        """Users, including those already known."""
        loader: DataLoader[UUID, User | None] = DataLoader(self._users)
        loader.prime_many(dict(self.known))
        return loader

    @cached_property
    def count_by_query(self) -> DataLoader[UserQuery, Count]:
        """How many users match a query."""
        return DataLoader(self._counts)

    @cached_property
    def node_by_id(self) -> DataLoader[UUID, object | None]:
        """Anything that has an id."""
        return DataLoader(self._nodes)

    def pages_by_user(self, read: ReadPages[T]) -> DataLoader[PageKey, Page[T]]:
        """Pages of users' own lists, as a service reads them: one loader for each of these methods."""
        loader = self._pages.get(read)
        if loader is None:
            loader = self._pages[read] = DataLoader(partial(self._read_pages, read))
        return loader

    def by_user(self, read: ReadByUser[T]) -> DataLoader[UUID, T]:
        """What a service knows of each user: one loader for each of these methods."""
        loader = self._by_user.get(read)
        if loader is None:
            loader = self._by_user[read] = DataLoader(partial(self._read_by_user, read))
        return loader

    async def _users(self, ids: list[UUID]) -> list[User | None]:
        if self._actor is None:
            return [None] * len(ids)
        found = await self._services.users.get_many(self._actor, ids, self._at_least)
        return [found.get(i) for i in ids]

    async def _counts(self, queries: list[UserQuery]) -> list[Count | BaseException]:
        counting = (self._services.users.count(q, self._at_least) for q in queries)
        return await asyncio.gather(*counting, return_exceptions=True)

    async def _nodes(self, ids: list[UUID]) -> list[object | None]:
        found: dict[UUID, object] = {}
        for source in self._services.sources if self._actor is not None else ():
            if left := [i for i in ids if i not in found]:
                found |= await source.get_many(self._viewer, left, self._at_least)
        return [found.get(i) for i in ids]

    async def _read_pages(self, read: ReadPages[T], keys: list[PageKey]) -> list[Page[T]]:
        pages: dict[PageKey, Page[T]] = {}
        for window in {k.window for k in keys}:
            users = [k.user_id for k in keys if k.window == window]
            found = await read(self._viewer, users, window, self._at_least)
            pages |= {PageKey(u, window): page for u, page in found.items()}
        return [pages[k] for k in keys]

    async def _read_by_user(self, read: ReadByUser[T], ids: list[UUID]) -> list[T]:
        found = await read(self._viewer, ids, self._at_least)
        return [found[i] for i in ids]

    @property
    def _viewer(self) -> Actor:
        assert self._actor is not None  # nested fields belong to objects that only a viewer can see
        return self._actor
