"""Pages of a search in an order that is not relevance: the same users as in the directory, however many match."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.bootstrap.core import Core, open_core
from domain.models.actor import Role, system
from domain.models.directory import UserFilter, UserSort
from domain.models.user import User
from domain.pagination import Window
from domain.services.importing import ImportRow
from tests.api.conftest import settings_for

SIZE, MANY = 3, 240


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """A directory of one domain, in which every fiftieth user has a rare name and every third is an auditor."""
    rows = [
        ImportRow(
            i, f"u{i}@everybody.example", f"{'Rare' if i % 50 == 7 else 'Usual'} {i % 11}", "auditor" * (i % 3 == 0)
        )
        for i in range(MANY)
    ]
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        await opened.imports.import_batch(system(), rows)
        yield opened


async def all_pages(
    core: Core, search: str | None, sort: UserSort, *, descending: bool, backward: bool, size: int, role: Role | None
) -> list[User]:
    """All users that a search finds, page by page."""
    seen: list[User] = []
    cursor: str | None = None
    filter_ = UserFilter(role=frozenset({role}) if role else None)
    while True:
        window = Window.of(last=size, before=cursor) if backward else Window.of(size, cursor)
        page = await core.users.page(core.users.query(system(), window, search, filter_, sort, descending=descending))
        seen += page.items[::-1] if backward else page.items
        if not (page.has_previous if backward else page.has_next):
            return seen
        cursor = page.cursors[0] if backward else page.cursors[-1]


@pytest.mark.parametrize("sort", [UserSort.CREATED_AT, UserSort.DISPLAY_NAME, UserSort.LAST_SEEN_AT])
@pytest.mark.parametrize(("descending", "backward"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("role", [None, Role.AUDITOR])
async def test_a_search_has_the_order_of_the_directory(
    core: Core, sort: UserSort, descending: bool, backward: bool, role: Role | None
) -> None:
    all_users = await all_pages(core, None, sort, descending=descending, backward=backward, size=100, role=role)
    for search, expected in (
        ("everybody.example", all_users),
        ("rare", [u for u in all_users if u.display_name.startswith("Rare")]),
    ):
        size = 40 if len(expected) > 40 else SIZE
        found = await all_pages(core, search, sort, descending=descending, backward=backward, size=size, role=role)
        assert [u.id for u in found] == [u.id for u in expected]
