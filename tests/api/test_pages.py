"""Every list is paged in the same way: forward and backward return the same rows, in the same order."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.api.conftest import PASSWORD, Api, Person

ROWS, SIZE = 5, 2
LISTS = {
    "users": "users(search: $key, %s) { %s }",
    "events": "events(filter: {userId: $key}, %s) { %s }",
    "User.sessions": "user(id: $key) { sessions(%s) { %s } }",
    "User.events": "user(id: $key) { events(%s) { %s } }",
}
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
FIELDS = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def query(name: str) -> str:
    """The query for a page of a list."""
    key = "ID" if name == "events" else "String" if name == "users" else "ID!"
    declared = f"$key: {key}, $first: Int, $after: String, $last: Int, $before: String"
    return f"query({declared}) {{ {LISTS[name] % (ARGUMENTS, FIELDS)} }}"


async def page(api: Api, by: Person, name: str, key: str, **window: Any) -> dict[str, Any]:
    """One page of a list."""
    found = await api.ask(query(name), {"key": key, **window}, by)
    for step in name.lower().split("."):
        found = found[step]
    return dict(found)


async def prepared(api: Api, admin: Person, name: str) -> str:
    """Prepare a list of at least ROWS rows that does not change; returns the key by which it is queried."""
    if name == "users":
        word = f"Pages{uuid4().hex[:10]}"
        for _ in range(ROWS):
            await api.new_user(admin, name=word)
        return word
    user = await api.new_user(admin)
    for _ in range(ROWS - 1):
        await api.sign_in(user.email, PASSWORD)
    async with asyncio.timeout(60):  # until the relay has numbered the creation and the sign-ins
        while len((await page(api, admin, "events", user.id, first=100))["edges"]) < ROWS + 1:
            await asyncio.sleep(0.02)
    return user.id


@pytest.mark.parametrize("name", LISTS)
async def test_both_directions_return_the_same_rows(api: Api, admin: Person, name: str) -> None:
    key = await prepared(api, admin, name)
    whole = (await page(api, admin, name, key, first=100))["edges"]
    assert len(whole) >= ROWS

    there: list[Any] = []
    after = None
    while True:
        found = await page(api, admin, name, key, first=SIZE, after=after)
        there += found["edges"]
        info, after = found["pageInfo"], found["pageInfo"]["endCursor"]
        assert info["hasPreviousPage"] is (len(there) > SIZE)
        assert info["hasNextPage"] is (len(there) < len(whole))
        if not info["hasNextPage"]:
            break
    assert there == whole

    back: list[Any] = []
    before = None
    while True:
        found = await page(api, admin, name, key, last=SIZE, before=before)
        back = found["edges"] + back
        info, before = found["pageInfo"], found["pageInfo"]["startCursor"]
        assert info["hasNextPage"] is (len(back) > SIZE)
        assert info["hasPreviousPage"] is (len(back) < len(whole))
        if not info["hasPreviousPage"]:
            break
    assert back == whole


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_between_two_rows_contains_neither(api: Api, admin: Person, name: str) -> None:
    key = await prepared(api, admin, name)
    whole = (await page(api, admin, name, key, first=100))["edges"]
    between = {"after": whole[0]["cursor"], "before": whole[-1]["cursor"]}
    assert (await page(api, admin, name, key, first=100, **between))["edges"] == whole[1:-1]
    assert (await page(api, admin, name, key, last=100, **between))["edges"] == whole[1:-1]


@pytest.mark.parametrize("name", LISTS)
async def test_an_invalid_window_is_refused(api: Api, admin: Person, name: str) -> None:
    for window in ({"first": 5, "last": 5}, {"last": 0}, {"last": 101}, {"last": 5, "before": "no cursor"}):
        answer = await api.graphql(query(name), {"key": admin.id, **window}, admin)
        assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR", window


@pytest.mark.parametrize("name", ["User.sessions", "User.events"])
async def test_each_of_several_users_gets_their_own_page(api: Api, admin: Person, name: str) -> None:
    word = f"Several{uuid4().hex[:10]}"
    users = [await api.new_user(admin, name=word) for _ in range(3)]
    for person in users:
        await api.sign_in(person.email, PASSWORD)
        async with asyncio.timeout(60):
            while len((await page(api, admin, "events", person.id, first=100))["edges"]) < 3:
                await asyncio.sleep(0.02)
    field = name.rpartition(".")[2]
    for window in ("first: 1", "last: 1", "last: 2", "first: 100"):
        document = f"query($s: String) {{ users(first: 3, search: $s) {{ edges {{ node {{ id {field}({window}) {{ {FIELDS} }} }} }} }} }}"
        found = (await api.ask(document, {"s": word}, admin))["users"]["edges"]
        size, count = window.split(": ")
        assert {e["node"]["id"] for e in found} == {p.id for p in users}
        for edge in found:
            assert edge["node"][field] == await page(api, admin, name, edge["node"]["id"], **{size: int(count)})
