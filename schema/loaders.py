"""Batched reads for nested fields: one statement for all keys of one step, with new loaders for every operation and event.

A loader is created on first use: most events need none, because their users were prefetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from strawberry.dataloader import DataLoader

from domain.cursors import LogCursor
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.session import Session
from domain.models.user import User
from domain.pagination import Page, Window
from schema.services import Services


class PageKey(NamedTuple):
    """Which page of a user's own list."""

    user_id: UUID
    window: Window


class Loaders:
    """The objects that one viewer may see, by key; nothing without a viewer."""

    def __init__(self, services: Services, actor: Actor | None, at_least: LogCursor | None) -> None:
        self._services, self._actor, self._at_least = services, actor, at_least
        self.known: Mapping[UUID, User | None] = {}
        """Prefetched users (None if there is no such user), not yet checked for what the viewer may see."""

    @cached_property
    def user_by_id(self) -> DataLoader[UUID, User | None]:
        """Users, including those already known."""
        loader: DataLoader[UUID, User | None] = DataLoader(self._users)
        loader.prime_many(dict(self.known))
        return loader

    @cached_property
    def node_by_id(self) -> DataLoader[UUID, User | Session | Event | None]:
        """Anything that has an id."""
        return DataLoader(self._nodes)

    @cached_property
    def sessions_by_user(self) -> DataLoader[PageKey, Page[Session]]:
        """Pages of users' sessions."""
        return DataLoader(self._sessions)

    @cached_property
    def events_by_user(self) -> DataLoader[PageKey, Page[Event]]:
        """Pages of users' events."""
        return DataLoader(self._events)

    async def _users(self, ids: list[UUID]) -> list[User | None]:
        if self._actor is None:
            return [None] * len(ids)
        found = await self._services.users.get_many(self._actor, ids, self._at_least)
        return [found.get(i) for i in ids]

    async def _nodes(self, ids: list[UUID]) -> list[User | Session | Event | None]:
        found: dict[UUID, User | Session | Event] = {}
        if self._actor is not None:
            services, actor = self._services, self._actor
            found |= await services.users.get_many(actor, ids, self._at_least)
            if left := [i for i in ids if i not in found]:
                found |= await services.sessions.get_many(actor, left, self._at_least)
            if left := [i for i in left if i not in found]:
                found |= await services.events.get_many(actor, left, self._at_least)
        return [found.get(i) for i in ids]

    async def _sessions(self, keys: list[PageKey]) -> list[Page[Session]]:
        pages: dict[PageKey, Page[Session]] = {}
        for window in {k.window for k in keys}:
            users = [k.user_id for k in keys if k.window == window]
            found = await self._services.sessions.pages(self._viewer, users, window, self._at_least)
            pages |= {PageKey(u, window): page for u, page in found.items()}
        return [pages[k] for k in keys]

    async def _events(self, keys: list[PageKey]) -> list[Page[Event]]:
        pages: dict[PageKey, Page[Event]] = {}
        for window in {k.window for k in keys}:
            users = [k.user_id for k in keys if k.window == window]
            found = await self._services.events.of_users(self._viewer, users, window, self._at_least)
            pages |= {PageKey(u, window): page for u, page in found.items()}
        return [pages[k] for k in keys]

    @property
    def _viewer(self) -> Actor:
        assert self._actor is not None  # nested fields belong to objects that only a viewer can see
        return self._actor
