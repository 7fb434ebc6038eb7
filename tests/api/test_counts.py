"""The number of matching users, over GraphQL and v1: exact or an estimate, counted once, and correct after each write."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import event

from domain.models.directory import EXACT_MAX
from tests.api.conftest import Api, Person
from tests.integration.logs import session

COUNT = "query($f: UserFilter, $s: String) { users(first: 5, search: $s, filter: $f) { totalCount totalCountExact edges { node { id } } } }"
STATS = "{ stats { total byRole { role count } byStatus { status count } } }"
CREATE = "mutation($i: CreateUserInput!) { createUser(input: $i) { ... on UserPayload { user { id } } } }"
PROMOTE = "mutation($id: ID!) { updateUser(input: {id: $id, role: AUDITOR}) { ... on UserPayload { user { id } } } }"
DISABLE = "mutation($id: ID!) { disableUser(id: $id) { ... on UserPayload { user { id } } } }"
MANY = """
insert into users (email, display_name, name_key, email_key, created_at)
select 'many' || n || '@example.org', 'Many ' || n, 'many ' || n, 'many' || n || ' example org', timestamptz '2020-01-01 00:00:00Z' + n * interval '1 second'
from generate_series(1, $1) n
"""


async def test_a_change_is_counted_once_it_is_acknowledged(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    new = {"i": {"email": "one@example.org", "displayName": "One"}}
    one = (await api.ask(CREATE, new, admin))["createUser"]["user"]["id"]
    assert (await api.ask(COUNT, by=admin))["users"]["totalCount"] == 2
    stats = (await api.ask(STATS, by=admin))["stats"]
    assert {r["role"]: r["count"] for r in stats["byRole"]} == {"ADMIN": 1, "AUDITOR": 0, "MEMBER": 1}
    await api.ask(PROMOTE, {"id": one}, admin)
    await api.ask(DISABLE, {"id": one}, admin)
    stats = (await api.ask(STATS, by=admin))["stats"]
    assert {r["role"]: r["count"] for r in stats["byRole"]} == {"ADMIN": 1, "AUDITOR": 1, "MEMBER": 0}
    assert {s["status"]: s["count"] for s in stats["byStatus"]} == {"ACTIVE": 1, "DISABLED": 1, "DELETED": 0}
    assert stats["total"] == 2
    disabled = (await api.ask(COUNT, {"f": {"status": ["DISABLED"], "role": ["AUDITOR"]}}, admin))["users"]
    assert (disabled["totalCount"], disabled["totalCountExact"]) == (1, True)


async def test_both_fields_and_all_aliases_of_a_query_count_once(api: Api, admin: Person) -> None:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = api.server.container.core.database.primary
    fields = " ".join(f"f{n}: users(first: {n}) {{ totalCount totalCountExact }}" for n in (1, 2, 3))
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        await api.ask(f"{{ {fields} }}", by=admin)
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
    assert sum("user_counts" in statement for statement in seen) == 1


async def test_an_expensive_count_is_estimated_and_marked_as_an_estimate(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    many = 2 * EXACT_MAX
    async with session(api.server.container.core.settings.database_url.dsn) as connection:
        await connection.execute(MANY, many)
    every = (await api.ask(COUNT, by=admin))["users"]
    assert (every["totalCount"], every["totalCountExact"]) == (many + 1, True), "counts by role and status are free"
    early = (await api.ask(COUNT, {"f": {"createdBefore": "2020-01-01T02:00:00Z"}}, admin))["users"]
    assert (early["totalCount"], early["totalCountExact"]) == (7199, True)
    old = (await api.ask(COUNT, {"f": {"createdBefore": "2020-01-02T00:00:00Z"}}, admin))["users"]
    assert not old["totalCountExact"]
    assert abs(old["totalCount"] - many) <= 0.05 * many
    found = await api.rest("GET", "/api/v1/users", admin, params={"count": "true"})
    assert (found.headers["x-total-count"], found.headers["x-total-count-exact"]) == (str(many + 1), "true")
    found = await api.rest("GET", "/api/v1/users", admin, params={"count": "true", "search": "many"})
    assert found.headers["x-total-count-exact"] == "false"
    assert abs(int(found.headers["x-total-count"]) - many) <= 0.05 * many


async def test_counts_are_computed_once_until_an_event_comes(api: Api, admin: Person) -> None:
    query = "{ eventCounts { since complete counts { type at count } } }"

    async def created() -> int:
        counts = (await api.ask(query, by=admin))["eventCounts"]["counts"]
        return int(sum(c["count"] for c in counts if c["type"] == "USER_CREATED"))

    async with asyncio.timeout(120):
        while await api.ask(query, by=admin) != await api.ask(query, by=admin):
            pass  # computed anew in between: an event has come, or the time was over
    known = await created()
    await api.new_user(admin)
    async with asyncio.timeout(120):
        while await created() == known:
            await asyncio.sleep(0.05)
    assert await created() == known + 1
