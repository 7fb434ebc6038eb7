"""The v1 user lists over a real socket: pages, filters, and query parameters that are refused."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.api.conftest import Api, Person
from tests.api.rest import code, fresh


async def test_pages_are_linked_and_counted_only_on_request(api: Api, admin: Person) -> None:
    word = f"Walk{secrets.token_hex(4)}"
    made = [
        (await api.rest("POST", "/api/v1/users", admin, json=fresh(display_name=f"{word} {i}"))).json()["data"]["id"]
        for i in range(5)
    ]
    params: dict[str, Any] = {"search": word, "limit": 2, "role": "member", "status": "active"}
    first = await api.rest("GET", "/api/v1/users", admin, params={**params, "count": "true"})
    assert first.headers["x-total-count"] == "5"
    response, seen = await api.rest("GET", "/api/v1/users", admin, params=params), []
    assert "x-total-count" not in response.headers
    while True:
        seen += [u["id"] for u in response.json()["data"]]
        if "link" not in response.headers:
            break
        target, _, relation = response.headers["link"].partition(">")
        assert relation == '; rel="next"'
        response = await api.rest("GET", target.removeprefix("<"), admin)
    assert seen == made


async def test_members_list_active_users_and_admins_all_users(api: Api, admin: Person) -> None:
    word = f"List{secrets.token_hex(4)}"
    ids = {}
    for status in ("active", "disabled"):
        made = (await api.rest("POST", "/api/v1/users", admin, json=fresh(display_name=word))).json()["data"]["id"]
        await api.rest("PUT", f"/api/v1/users/{made}", admin, json={"status": status})
        ids[status] = made
    ids["deleted"] = (await api.rest("POST", "/api/v1/users", admin, json=fresh(display_name=word))).json()["data"][
        "id"
    ]
    await api.rest("DELETE", f"/api/v1/users/{ids['deleted']}", admin)
    member = await api.new_user(admin)

    async def listed(path: str, by: Person, **params: str) -> set[str]:
        answer = await api.rest("GET", path, by, params={"search": word, **params})
        return {u["id"] for u in answer.json()["data"]}

    assert await listed("/api/v1/users", member) == {ids["active"]}
    assert await listed("/api/v1/users", member, status="disabled") == set()
    assert await listed("/api/v1/users", admin) == {ids["active"], ids["disabled"]}
    assert await listed("/api/v1/users", admin, status="deleted") == {ids["deleted"]}
    assert await listed("/admin/users", admin) == set(ids.values())
    assert await listed("/admin/users", admin, status="disabled") == {ids["disabled"]}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=",
        "after=nonsense",
        "role=root",
        "status=gone",
        "count=maybe",
        "after=",
    ],
)
async def test_a_query_parameter_of_the_wrong_type_is_malformed(api: Api, admin: Person, query: str) -> None:
    assert code(await api.rest("GET", f"/api/v1/users?{query}", admin)) == (400, "MALFORMED_REQUEST")


async def test_search_accepts_any_text(api: Api, admin: Person) -> None:
    for search in ("%", "_", "\\", ":*", "a & b | !(c)", "'", '"', "\x00", "\ud7ff", "a" * 64):
        assert (await api.rest("GET", "/api/v1/users", admin, params={"search": search})).status_code == 200, search
    for search in ("a" * 65, "a" * 201):
        too_long = await api.rest("GET", "/api/v1/users", admin, params={"search": search})
        assert code(too_long) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("path", ["/api/v1/users", "/admin/users"])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=2", "page"),
        ("limit=5&offset=20", "offset"),
        ("limit=1&limit=1", "limit"),
        ("count=true&count=false", "count"),
    ],
)
async def test_an_unknown_or_repeated_query_parameter_is_refused_by_name(
    api: Api, admin: Person, path: str, query: str, name: str
) -> None:
    answer = await api.rest("GET", f"{path}?{query}", admin)
    assert code(answer) == (400, "MALFORMED_REQUEST")
    assert f"parameter {name}" in answer.json()["error"]["message"]
