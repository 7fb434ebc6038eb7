"""Queries and mutations over HTTP: what they answer, whom they refuse, what they cost."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event

from api.http import operations
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server

USER = "__typename ... on UserPayload { cursor user { id email displayName role status version } } ... on Problem { code message }"
CREATE = f"mutation($i: CreateUserInput!) {{ createUser(input: $i) {{ {USER} }} }}"
CHANGED = f"{USER} ... on ConflictProblem {{ current {{ version displayName }} }}"
UPDATE = f"mutation($i: UpdateUserInput!) {{ updateUser(input: $i) {{ {CHANGED} }} }}"


def step(name: str) -> str:
    """The mutation for one step between statuses."""
    return f"mutation($id: ID!) {{ {name}(id: $id) {{ {USER} }} }}"


def bomb(levels: int) -> str:
    """Fragments that double at each level: exponential to whoever walks every spread."""
    parts = ["query { me { ...f0 } }"]
    parts += [f"fragment f{i} on User {{ a: id ...f{i + 1} ...f{i + 1} }}" for i in range(levels)]
    return " ".join([*parts, f"fragment f{levels} on User {{ id }}"])


async def test_a_life_from_creation_to_erasure(api: Api, admin: Person) -> None:
    email = f"life-{uuid4().hex[:8]}@example.com"
    made = (await api.ask(CREATE, {"i": {"email": email, "displayName": "  Life  ", "role": "AUDITOR"}}, admin))[
        "createUser"
    ]
    user = made["user"]
    assert (user["displayName"], user["role"], user["status"], user["version"]) == ("Life", "AUDITOR", "ACTIVE", 1)
    for name, status in (
        ("disableUser", "DISABLED"),
        ("enableUser", "ACTIVE"),
        ("deleteUser", "DELETED"),
        ("restoreUser", "ACTIVE"),
    ):
        payload = (await api.ask(step(name), {"id": user["id"]}, admin))[name]
        assert payload["user"]["status"] == status, name
        user = payload["user"]
    assert user["version"] == 5
    asked = "query($id: ID!) { user(id: $id) { events(first: 10) { edges { node { type } } } } }"
    types: list[str] = []
    while len(types) < 5:  # the newest have no place yet
        edges = (await api.ask(asked, {"id": user["id"]}, admin))["user"]["events"]["edges"]
        types = [e["node"]["type"] for e in edges]
    assert types == ["USER_RESTORED", "USER_DELETED", "USER_ENABLED", "USER_DISABLED", "USER_CREATED"]
    erased = await api.ask(
        "mutation($id: ID!) { eraseUser(id: $id) { ... on Done { ok } } }", {"id": user["id"]}, admin
    )
    assert erased["eraseUser"] == {"ok": True}
    assert (await api.ask("query($id: ID!) { user(id: $id) { id } }", {"id": user["id"]}, admin))["user"] is None


async def test_refusals_are_data(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    member = await api.new_user(admin)
    cases: list[tuple[dict[str, Any], Person, str, str]] = [
        ({"id": user.id, "email": ADMIN}, admin, "ConflictProblem", "EMAIL_TAKEN"),
        ({"id": user.id, "email": "no"}, admin, "ValidationProblem", "VALIDATION_ERROR"),
        ({"id": str(uuid4()), "displayName": "X"}, admin, "NotFoundProblem", "NOT_FOUND"),
        ({"id": "no uuid", "displayName": "X"}, admin, "NotFoundProblem", "NOT_FOUND"),
        ({"id": user.id, "displayName": "X"}, member, "ForbiddenProblem", "FORBIDDEN"),
        ({"id": member.id, "role": "ADMIN"}, member, "ForbiddenProblem", "FORBIDDEN"),
    ]
    for given, by, kind, code in cases:
        payload = (await api.ask(UPDATE, {"i": given}, by))["updateUser"]
        assert (payload["__typename"], payload["code"]) == (kind, code)
    await api.ask(UPDATE, {"i": {"id": user.id, "displayName": "Newer"}}, admin)
    stale = {"id": user.id, "displayName": "Older", "expectedVersion": 1}
    conflict = (await api.ask(UPDATE, {"i": stale}, admin))["updateUser"]
    assert conflict["code"] == "VERSION_CONFLICT"
    assert conflict["current"] == {"version": 2, "displayName": "Newer"}


async def test_the_last_admin_stays(api: Api, admin: Person) -> None:
    others = await api.ask(
        "{ users(first: 100, filter: {role: [ADMIN], status: [ACTIVE]}) { edges { node { id } } } }", by=admin
    )
    for edge in others["users"]["edges"]:
        if edge["node"]["id"] != admin.id:
            await api.ask(step("disableUser"), {"id": edge["node"]["id"]}, admin)
    for name in ("disableUser", "deleteUser"):
        assert (await api.ask(step(name), {"id": admin.id}, admin))[name]["code"] == "LAST_ADMIN"
    demoted = await api.ask(UPDATE, {"i": {"id": admin.id, "role": "MEMBER"}}, admin)
    assert demoted["updateUser"]["code"] == "LAST_ADMIN"


async def test_without_a_session_only_the_door_is_open(api: Api) -> None:
    assert (await api.ask("{ me { id } }"))["me"] is None
    for query in ("{ users { edges { node { id } } } }", "{ stats { total } }", "mutation { signOut { __typename } }"):
        answer = await api.graphql(query)
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_members_see_what_they_may(api: Api, admin: Person) -> None:
    member, other = await api.new_user(admin), await api.new_user(admin)
    query = "query($id: ID!) { user(id: $id) { email displayName sessions { edges { node { id } } } events { edges { node { id } } } } }"
    seen = (await api.ask(query, {"id": other.id}, member))["user"]
    assert seen["email"] is None
    assert seen["sessions"]["edges"] == seen["events"]["edges"] == []
    own = (await api.ask(query, {"id": member.id}, member))["user"]
    assert own["email"] == member.email
    assert own["sessions"]["edges"]
    await api.ask(step("disableUser"), {"id": other.id}, admin)
    assert (await api.ask("query($id: ID!) { user(id: $id) { id } }", {"id": other.id}, member))["user"] is None
    assert (await api.graphql("{ events { edges { node { id } } } }", by=member))["errors"][0]["extensions"][
        "code"
    ] == "FORBIDDEN"


async def test_sessions_rotate_and_a_reused_token_ends_the_family(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    refresh = """mutation($t: String) { refreshSession(refreshToken: $t) {
      __typename ... on SessionPayload { accessToken refreshToken } ... on Problem { code } } }"""
    second = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert second["__typename"] == "SessionPayload"
    overlap = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert overlap["refreshToken"] == second["refreshToken"], "the answer may have been lost"
    third = (await api.ask(refresh, {"t": second["refreshToken"]}))["refreshSession"]
    reused = (await api.ask(refresh, {"t": user.refresh}))["refreshSession"]
    assert reused["code"] == "SESSION_REVOKED"
    after = (await api.ask(refresh, {"t": third["refreshToken"]}))["refreshSession"]
    assert after["code"] == "SESSION_REVOKED"
    assert (await api.ask(refresh, {"t": "made-up"}))["refreshSession"]["code"] == "TOKEN_INVALID"
    async with asyncio.timeout(60):
        while not await _trail(api, admin, user.id, "SESSION_REUSE_DETECTED"):  # the relay numbers it soon
            await asyncio.sleep(0.02)


async def _trail(api: Api, admin: Person, user_id: str, kind: str) -> list[Any]:
    query = "query($f: EventFilter) { events(first: 1, filter: $f) { edges { node { type } } } }"
    found = await api.ask(query, {"f": {"userId": user_id, "types": [kind]}}, admin)
    return list(found["events"]["edges"])


async def test_a_browsers_session_travels_in_cookies_that_no_script_reads(
    api: Api, admin: Person, server: Server
) -> None:
    user = await api.new_user(admin)
    sign_in = """mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p, cookie: true}) {
      ... on SessionPayload { accessToken refreshToken } } }"""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as browser:
        body = {"query": sign_in, "variables": {"e": user.email, "p": user.password}}
        answer = await browser.post("/graphql", json=body)
        assert answer.json()["data"]["signIn"] == {"accessToken": None, "refreshToken": None}
        cookies = answer.headers.get_list("set-cookie")
        assert all("HttpOnly" in c and "SameSite=Lax" in c for c in cookies)
        assert [c.split("Path=")[1].split(";")[0] for c in cookies] == ["/", "/"]
        me = {"query": "{ me { id } }"}
        own = await browser.post("/graphql", json=me, headers={"origin": server.url})
        assert own.json()["data"]["me"]["id"] == user.id
        foreign = await browser.post("/graphql", json=me, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403
        renewed = await browser.post("/graphql", json={"query": "mutation { refreshSession { __typename } }"})
        assert renewed.json()["data"]["refreshSession"]["__typename"] == "SessionPayload"


@pytest.mark.parametrize("sign", ["signIn", "signUp"])
async def test_nobody_elses_page_begins_a_session_in_cookies(api: Api, admin: Person, sign: str) -> None:
    user = await api.new_user(admin)
    given = {"email": user.email, "password": user.password, "cookie": True}
    if sign == "signUp":
        given |= {"email": f"new-{user.email}", "displayName": "New"}
    query = f"mutation($i: {sign[0].upper()}{sign[1:]}Input!) {{ {sign}(input: $i) {{ __typename ... on Problem {{ code }} }} }}"
    body = {"query": query, "variables": {"i": given}}
    answer = await api.http.post("/graphql", json=body, headers={"origin": "https://evil.example"})
    assert "set-cookie" not in answer.headers
    assert "FORBIDDEN" in answer.text
    sessions = "query($id: ID!) { user(id: $id) { sessions { edges { node { id } } } } }"
    found = (await api.ask(sessions, {"id": user.id}, admin))["user"]["sessions"]["edges"]
    assert len(found) == 1, "none was begun"


async def test_changing_the_password_ends_the_other_sessions(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    other = await api.sign_in(user.email, user.password)
    change = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { __typename ... on Problem { code } } }"
    wrong = {"i": {"currentPassword": "not it at all", "newPassword": "another password"}}
    assert (await api.ask(change, wrong, user))["changePassword"]["code"] == "INVALID_CREDENTIALS"
    right = {"i": {"currentPassword": PASSWORD, "newPassword": "another password"}}
    assert (await api.ask(change, right, user))["changePassword"]["__typename"] == "Done"
    assert (await api.ask("{ me { id } }", by=user))["me"]["id"] == user.id
    assert (await api.graphql("{ me { id } }", by=other))["errors"][0]["extensions"]["code"] == "SESSION_REVOKED"


async def test_creating_with_a_key_repeats_safely(api: Api, admin: Person) -> None:
    given = {"i": {"email": f"idem-{uuid4().hex}@example.com", "displayName": "Idem", "idempotencyKey": uuid4().hex}}
    first, second = await asyncio.gather(api.ask(CREATE, given, admin), api.ask(CREATE, given, admin))
    assert first["createUser"]["user"]["id"] == second["createUser"]["user"]["id"]
    other = {"i": {**given["i"], "displayName": "Other"}}
    assert (await api.ask(CREATE, other, admin))["createUser"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "arguments", ["first: 0", "first: 101", "last: 0", "first: 1, last: 1", 'first: 1, after: "x"']
)
async def test_a_wrong_window_is_a_clear_error(api: Api, admin: Person, arguments: str) -> None:
    answer = await api.graphql(f"{{ users({arguments}) {{ edges {{ node {{ id }} }} }} }}", by=admin)
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"


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
async def test_what_is_no_request_is_refused_clearly(api: Api, body: bytes, status: int) -> None:
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json"}
    answer = await api.http.post("/graphql", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
async def test_a_byte_order_mark_is_named(api: Api, coding: str) -> None:
    mark = "\ufeff" if coding.endswith("be") else ""  # the others write it themselves
    body = (mark + '{"query": "{ me { id } }"}').encode(coding)
    for path in ("/graphql", "/api/v1/auth/login"):
        answer = await api.http.post(path, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        assert "UTF-8 without a byte order mark" in answer.text


async def test_the_answer_has_the_type_that_the_client_prefers(api: Api) -> None:
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
    container = server.application.container
    assert container is not None
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
async def test_too_much_at_once_is_refused(api: Api, admin: Person, query: str) -> None:
    answer = await api.graphql(query, by=admin)
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_only_admins_introspect(api: Api, admin: Person) -> None:
    assert "errors" in await api.graphql("{ __schema { queryType { name } } }")
    assert (await api.ask("{ __schema { queryType { name } } }", by=admin))["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("{ me { id email } }", 1),
        ("{ users(first: 20) { edges { node { id displayName } } } }", 1),
        ("{ users(first: 20) { totalCount edges { node { id } } } }", 2),
        ("{ users(first: 20) { edges { node { sessions(first: 2) { edges { node { id } } } } } } }", 2),
        ("{ users(first: 20) { edges { node { sessions(first: 2) { edges { node { user { id } } } } } } } }", 3),
        ("{ events(first: 20) { edges { node { type user { id } actor { id } } } } }", 3),
        ("{ stats { total byRole { count } } }", 2),
        ("{ eventCounts { complete counts { type at count } } }", 1),
    ],
)
async def test_the_number_of_statements_is_pinned(
    api: Api, admin: Person, server: Server, query: str, statements: int
) -> None:
    container = server.application.container
    assert container is not None
    await api.ask(query, by=admin)
    seen: list[str] = []

    def count(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if (
            "last_seen_at = s.at" not in statement
            and "events.seq >" not in statement
            and "sessions" not in statement[:30]
        ):
            seen.append(statement)

    engine = container.core.database.primary.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        await api.ask(query, by=admin)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    background = [s for s in seen if "sessions.ended_at" in s and "JOIN users" in s]
    assert len(seen) - len(background) == statements, seen


async def test_node_finds_users_sessions_and_events(api: Api, admin: Person) -> None:
    events = await api.ask("{ events(first: 1) { edges { node { id } } } }", by=admin)
    ids = [admin.id, admin.session, events["events"]["edges"][0]["node"]["id"], str(uuid4()), "nonsense"]
    found = await api.ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": ids}, admin)
    assert [n and n["__typename"] for n in found["nodes"]] == ["User", "Session", "Event", None, None]
    assert (await api.ask("query($id: ID!) { node(id: $id) { id } }", {"id": admin.id}, admin))["node"][
        "id"
    ] == admin.id


SUBJECTS = """query($f: EventFilter) { events(first: 5, filter: $f) { edges { node {
  type subjectId userId subject { __typename id } user { id } } } } }"""


async def test_an_event_has_a_subject_beside_the_user_concerned(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    session = (await api.ask("{ me { sessions(first: 1) { edges { node { id } } } } }", by=user))["me"]["sessions"]
    session_id = session["edges"][0]["node"]["id"]

    async def told(by: Person, count: int, **asked: str) -> list[dict[str, Any]]:
        while True:
            found = [e["node"] for e in (await api.ask(SUBJECTS, {"f": asked}, by))["events"]["edges"]]
            if len(found) >= count:  # the newest may have no place yet
                return found

    concerned = {"userId": user.id, "user": {"id": user.id}}
    signed_in = {"type": "SESSION_STARTED", "subjectId": session_id, **concerned}
    created = {
        "type": "USER_CREATED",
        "subjectId": user.id,
        "subject": {"__typename": "User", "id": user.id},
        **concerned,
    }
    seen = signed_in | {"subject": {"__typename": "Session", "id": session_id}}
    assert await told(admin, 1, subjectId=session_id) == [seen]
    assert await told(admin, 1, subjectId=user.id) == [created]
    assert await told(admin, 2, userId=user.id) == [seen, created]
    assert await told(admin, 0, subjectId=session_id, userId=admin.id) == []
    auditor = await api.new_user(admin, "AUDITOR")
    assert await told(auditor, 1, subjectId=session_id) == [signed_in | {"subject": None}], (
        "sessions are not theirs to see"
    )
    await api.ask("mutation { signOut { __typename } }", by=user)
    ended = await told(admin, 2, subjectId=session_id)
    assert [(e["type"], e["subject"]) for e in ended] == [("SESSION_REVOKED", None), ("SESSION_STARTED", None)]


async def test_a_subject_that_is_no_id_is_refused(api: Api, admin: Person) -> None:
    answer = await api.graphql(SUBJECTS, {"f": {"subjectId": "nonsense"}}, admin)
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_ERROR", "field": "subjectId"}


async def test_signing_in_is_limited_and_tells_nothing(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    sign_in = (
        "mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p}) { ... on Problem { code } } }"
    )
    unknown = await api.ask(sign_in, {"e": "nobody@example.com", "p": "whatever it is"})
    wrong = await api.ask(sign_in, {"e": user.email, "p": "whatever it is"})
    assert unknown == wrong == {"signIn": {"code": "INVALID_CREDENTIALS"}}
    codes = [(await api.ask(sign_in, {"e": user.email, "p": "wrong again"}))["signIn"]["code"] for _ in range(12)]
    assert codes[-1] == "RATE_LIMITED"


async def test_an_answer_that_takes_too_long_is_given_up_at_both_doors(
    api: Api, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.socket(admin) as socket:
        with monkeypatch.context() as patch:
            patch.setattr(operations, "DEADLINE_SECONDS", 0.0)
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
