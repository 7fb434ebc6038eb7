"""Which HTTP requests are accepted as GraphQL and which are refused: bodies, methods, types, sizes, introspection."""

from __future__ import annotations

import pytest

from api.http.deadlines import Deadlines
from tests.api.conftest import Api, Person, Server


def bomb(levels: int) -> str:
    """Fragments that double at each level: exponential for a walk of every spread."""
    parts = ["query { me { ...f0 } }"]
    parts += [f"fragment f{i} on User {{ a: id ...f{i + 1} ...f{i + 1} }}" for i in range(levels)]
    return " ".join([*parts, f"fragment f{levels} on User {{ id }}"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"7", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"query": 7}', 400),
        (b'{"query": "{me{id}}", "variables": []}', 400),
        (b'{"query": "{me{id}}", "operationName": 1}', 400),
        (b'{"query": "{ nope }"}', 400),
        (b'{"query": "{ me { id } "}', 400),
        (b'{"query": "subscription { presence { online } }"}', 400),
        (b'{"query": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
)
async def test_an_invalid_request_is_refused_clearly(api: Api, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    answer = await api.http.post("/graphql", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
async def test_a_byte_order_mark_is_named(api: Api, coding: str) -> None:
    mark = "\ufeff" if coding.endswith("be") else ""  # the other encodings write it themselves
    body = (mark + '{"query": "{ me { id } }"}').encode(coding)
    for path in ("/graphql", "/api/v1/auth/login"):
        answer = await api.http.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert "UTF-8 without a byte order mark" in answer.text


async def test_the_response_has_the_type_that_the_client_prefers(api: Api) -> None:
    modern, plain = "application/graphql-response+json", "application/json"
    for accepted, status, kind in (
        ([modern.upper()], 400, modern),
        ([f"{modern};q=0", "*/*"], 200, plain),
        ([f"{plain};q=0.1", modern], 400, modern),
    ):
        headers = [("accept", a) for a in accepted]
        answer = await api.http.post("/graphql", json={"query": "{ nope }"}, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, f"{kind}; charset=utf-8")


async def test_other_methods_and_types_are_refused(api: Api) -> None:
    got = await api.http.get("/graphql")
    assert (got.status_code, got.headers["allow"]) == (405, "POST")
    assert (await api.http.post("/graphql", content=b"x", headers={"content-type": "text/plain"})).status_code == 415


async def test_a_fragment_bomb_is_measured_in_one_walk(api: Api, server: Server) -> None:
    answer = await api.graphql(bomb(22))
    assert {e["extensions"]["code"] for e in answer["errors"]} == {"LIMIT_EXCEEDED"}


@pytest.mark.parametrize(
    "query",
    [
        "{ me { " + "sessions { edges { node { user { " * 5 + "id" + " } } } }" * 5 + " } }",
        "{ " + " ".join(f"a{i}: __typename" for i in range(200)) + " }",
        "{ users(first: 100) { edges { node { sessions(first: 100) { edges { node { id userAgent ipAddress } } } } } } }",
    ],
)
async def test_an_expensive_request_is_refused(api: Api, admin: Person, query: str) -> None:
    answer = await api.graphql(query, by=admin)
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_only_admins_introspect(api: Api, admin: Person) -> None:
    assert "errors" in await api.graphql("{ __schema { queryType { name } } }")
    assert (await api.ask("{ __schema { queryType { name } } }", by=admin))["__schema"]["queryType"]["name"] == "Query"


async def test_a_slow_request_is_abandoned_over_http_and_over_the_socket(
    api: Api, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.socket(admin) as socket:
        with monkeypatch.context() as patch:
            patch.setattr(api.server.container.operations, "_deadlines", Deadlines(0.0, step=0.0))
            answer = await api.http.post("/graphql", json={"query": "{ stats { total } }"}, headers=admin.bearer)
            assert answer.status_code == 503
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert answer.headers["retry-after"] == "1"
            await socket.subscribe("late", "{ stats { total } }")
            message = await socket.receive()
            assert (message["id"], message["type"]) == ("late", "error")
            assert message["payload"][0]["extensions"]["code"] == "UNAVAILABLE"
        await socket.subscribe("late", "{ me { id } }")
        assert await socket.next("late") == {"me": {"id": admin.id}}
