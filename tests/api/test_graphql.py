"""Queries and mutations over HTTP: results, refusals, cost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog

from persistence.statements import SlowStatement
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server

USER = "__typename ... on UserPayload { cursor user { id email displayName role status version } } ... on Problem { code message }"
CREATE = f"mutation($i: CreateUserInput!) {{ createUser(input: $i) {{ {USER} }} }}"
CHANGED = f"{USER} ... on ConflictProblem {{ current {{ version displayName }} }}"
UPDATE = f"mutation($i: UpdateUserInput!) {{ updateUser(input: $i) {{ {CHANGED} }} }}"


def step(name: str) -> str:
    """The mutation for one transition between statuses."""
    return f"mutation($id: ID!) {{ {name}(id: $id) {{ {USER} }} }}"


async def test_a_user_from_creation_to_erasure(api: Api, admin: Person) -> None:
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
    history = "query($id: ID!) { user(id: $id) { events(first: 10) { edges { node { type } } } } }"
    types: list[str] = []
    while len(types) < 5:  # the newest are not numbered yet
        edges = (await api.ask(history, {"id": user["id"]}, admin))["user"]["events"]["edges"]
        types = [e["node"]["type"] for e in edges]
    assert types == ["USER_RESTORED", "USER_DELETED", "USER_ENABLED", "USER_DISABLED", "USER_CREATED"]
    erased = await api.ask(
        "mutation($id: ID!) { eraseUser(id: $id) { ... on Done { ok } } }", {"id": user["id"]}, admin
    )
    assert erased["eraseUser"] == {"ok": True}
    assert (await api.ask("query($id: ID!) { user(id: $id) { id } }", {"id": user["id"]}, admin))["user"] is None


async def test_refusals_are_returned_as_data(api: Api, admin: Person) -> None:
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


async def test_the_last_admin_who_can_sign_in_cannot_be_removed(api: Api, admin: Person) -> None:
    others = await api.ask(
        "{ users(first: 100, filter: {role: [ADMIN], status: [ACTIVE]}) { edges { node { id } } } }", by=admin
    )
    for edge in others["users"]["edges"]:
        if edge["node"]["id"] != admin.id:
            await api.ask(step("disableUser"), {"id": edge["node"]["id"]}, admin)
    for name, password in (("deleteUser", PASSWORD), (None, None)):  # and one who is active, but without a password
        given = {"email": f"{uuid4().hex}@example.com", "displayName": "Other", "role": "ADMIN", "password": password}
        other = (await api.ask(CREATE, {"i": given}, admin))["createUser"]["user"]
        if name is not None:
            await api.ask(step(name), {"id": other["id"]}, admin)
    for name in ("disableUser", "deleteUser"):
        assert (await api.ask(step(name), {"id": admin.id}, admin))[name]["code"] == "LAST_ADMIN"
    demoted = await api.ask(UPDATE, {"i": {"id": admin.id, "role": "MEMBER"}}, admin)
    assert demoted["updateUser"]["code"] == "LAST_ADMIN"


async def test_without_a_session_only_sign_in_and_me_are_allowed(api: Api) -> None:
    assert (await api.ask("{ me { id } }"))["me"] is None
    for query in ("{ users { edges { node { id } } } }", "{ stats { total } }", "mutation { signOut { __typename } }"):
        answer = await api.graphql(query)
        assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_members_see_only_permitted_fields(api: Api, admin: Person) -> None:
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


async def test_creating_with_a_key_may_be_repeated(api: Api, admin: Person) -> None:
    given = {"i": {"email": f"idem-{uuid4().hex}@example.com", "displayName": "Idem", "idempotencyKey": uuid4().hex}}
    first, second = await asyncio.gather(api.ask(CREATE, given, admin), api.ask(CREATE, given, admin))
    assert first["createUser"]["user"]["id"] == second["createUser"]["user"]["id"]
    other = {"i": {**given["i"], "displayName": "Other"}}
    assert (await api.ask(CREATE, other, admin))["createUser"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    "arguments", ["first: 0", "first: 101", "last: 0", "first: 1, last: 1", 'first: 1, after: "x"']
)
async def test_an_invalid_window_is_a_clear_error(api: Api, admin: Person, arguments: str) -> None:
    answer = await api.graphql(f"{{ users({arguments}) {{ edges {{ node {{ id }} }} }} }}", by=admin)
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"


def quarter_ago(days: int) -> str:
    """A quarter of an hour so many days ago, as a literal."""
    then = datetime.now(UTC) - timedelta(days=days)
    return f'"{then.replace(minute=0, second=0, microsecond=0).isoformat()}"'


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
        ("{ eventCounts(starts: QUARTER) { complete counts { type at count } } }", 1),
    ],
)
async def test_the_number_of_statements_is_pinned(
    api: Api, admin: Person, server: Server, query: str, statements: int
) -> None:
    container = server.container
    await api.ask(query.replace("QUARTER", quarter_ago(days=1)), by=admin)
    seen: list[str] = []

    def count(executed: SlowStatement) -> None:
        statement = executed.sql
        if (
            "request_id" in structlog.contextvars.get_contextvars()  # not one of the process's own tasks
            and "last_seen_at = s.at" not in statement
            and "events.seq >" not in statement
            and "sessions" not in statement[:30]
            and "delete from idempotency_keys" not in statement
        ):
            seen.append(statement)

    container.core.database.observe_slow(-1.0, count)  # every statement
    await api.ask(query.replace("QUARTER", quarter_ago(days=2)), by=admin)  # counts of the same time are kept
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

    async def entries(by: Person, count: int, **filter_: str) -> list[dict[str, Any]]:
        while True:
            found = [e["node"] for e in (await api.ask(SUBJECTS, {"f": filter_}, by))["events"]["edges"]]
            if len(found) >= count:  # the newest may not be numbered yet
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
    assert await entries(admin, 1, subjectId=session_id) == [seen]
    assert await entries(admin, 1, subjectId=user.id) == [created]
    assert await entries(admin, 2, userId=user.id) == [seen, created]
    assert await entries(admin, 0, subjectId=session_id, userId=admin.id) == []
    auditor = await api.new_user(admin, "AUDITOR")
    assert await entries(auditor, 1, subjectId=session_id) == [signed_in | {"subject": None}], (
        "auditors may not see sessions"
    )
    await api.ask("mutation { signOut { __typename } }", by=user)
    ended = await entries(admin, 2, subjectId=session_id)
    assert [(e["type"], e["subject"]) for e in ended] == [("SESSION_REVOKED", None), ("SESSION_STARTED", None)]


async def test_an_invalid_subject_id_is_refused(api: Api, admin: Person) -> None:
    answer = await api.graphql(SUBJECTS, {"f": {"subjectId": "nonsense"}}, admin)
    assert answer["errors"][0]["extensions"] == {"code": "VALIDATION_ERROR", "field": "subjectId"}
