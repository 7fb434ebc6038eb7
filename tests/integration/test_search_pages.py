"""Pages of a search: the same users in the same order, whether it matches almost all users or almost none."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event

from api.bootstrap import Core, open_core
from domain.models.actor import Role, system
from domain.models.directory import UserFilter, UserSort
from domain.models.user import User
from domain.pagination import Window
from domain.services.importing import ImportRow
from persistence.user_query import NEAR
from tests.api.conftest import settings_for

SIZE = 3
MANY = 4 * NEAR * (SIZE + 1)
"""Enough users for several of the batches that a search reads first."""


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


@pytest.mark.parametrize(("search", "statements"), [("everybody", 1), ("rare", 2), ("u", 1), (None, 1)])
async def test_a_search_that_matches_most_users_needs_one_statement(
    core: Core, search: str | None, statements: int
) -> None:
    seen: list[str] = []
    event.listen(
        core.database.primary.sync_engine, "before_cursor_execute", lambda _c, _cursor, said, *_: seen.append(said)
    )
    # By name from the end, where the rare names are: all were created at one moment, and their ids are random.
    query = core.users.query(system(), Window(SIZE), search, sort=UserSort.DISPLAY_NAME, descending=True)
    await core.users.page(query)
    assert len(seen) == statements
    assert ("MATERIALIZED" in seen[-1]) == (statements == 2)
