"""Who may query, change, subscribe to and see what: compares the served schema with the table in permissions.py.

After a field is added to the schema, the first test here requires its line in the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType
from graphql import build_schema as parse_schema

from schema.root import export
from tests.api.conftest import Api, Person
from tests.api.permissions import (
    FINE,
    MUTATIONS,
    PAGES,
    PROBES,
    QUERIES,
    REFUSED,
    RESULT,
    ROOTS,
    SUBSCRIPTIONS,
    TYPES,
    UNKNOWN,
    VIEWERS,
)
from tests.integration.logs import up_to_date

SCHEMA = parse_schema(export())


@dataclass(frozen=True)
class Target:
    """A user unknown to the viewers, and an event about them."""

    person: Person
    event: str


def test_the_table_has_exactly_the_fields_of_the_schema() -> None:
    served = {
        f"{name}.{field}"
        for name, definition in SCHEMA.type_map.items()
        if isinstance(definition, GraphQLObjectType) and not name.startswith("__")
        for field in definition.fields
    }
    listed = {f"{name}.{field}" for name, fields in TYPES.items() for field in fields}
    listed |= {f"{n}.{f}" for n in SCHEMA.type_map for end, fields in PAGES.items() if n.endswith(end) for f in fields}
    for root, names in zip(ROOTS, (set(QUERIES), set(MUTATIONS), set(SUBSCRIPTIONS)), strict=True):
        listed |= {f"{root}.{name}" for name in names}
    assert served - listed == set(), "state in permissions.py who may see these"
    assert listed - served == set(), "these no longer exist"


KEPT: dict[str, dict[str, Person | None]] = {}
"""The viewers of each server that only read; they are shared, because every sign-in costs a hash."""


async def viewers(api: Api, admin: Person, *, own: bool = False) -> dict[str, Person | None]:
    """One viewer of each kind; with `own`, new ones that a test may change."""
    if own or api.server.url not in KEPT:
        member, auditor = await api.new_user(admin), await api.new_user(admin, "AUDITOR")
        by_role = {"anonymous": None, "member": member, "auditor": auditor, "admin": admin}
        if own:
            return by_role
        KEPT[api.server.url] = by_role
    return {**KEPT[api.server.url], "admin": admin}


async def target(api: Api, admin: Person) -> Target:
    """A new user, whose name and e-mail an admin has changed, and who wants another e-mail."""
    person = await api.new_user(admin, name="Before")
    change = """mutation($i: UpdateUserInput!) { updateUser(input: $i) { ... on UserPayload { user {
      events(first: 1) { edges { node { id type } } } } } } }"""
    given = {"i": {"id": person.id, "displayName": "After", "email": f"new-{person.email}"}}
    await api.ask(change, given, admin)
    found = "query($f: EventFilter) { events(first: 1, filter: $f) { edges { node { id } } } }"
    wanted = {"f": {"userId": person.id, "types": ["USER_UPDATED"]}}
    while not (edges := (await api.ask(found, wanted, admin))["events"]["edges"]):
        pass  # the relay has not numbered it yet
    wish = "mutation($i: ChangeEmailInput!) { requestEmailChange(input: $i) { __typename } }"
    await api.ask(wish, {"i": {"newEmail": f"next-{person.email}", "currentPassword": person.password}}, person)
    return Target(person, edges[0]["node"]["id"])


def filled(text: str, person: Person, event: str = "", key: str = "", hook: str = "") -> str:
    """A selection with the ids of the target."""
    values = {
        "$id": person.id,
        "$event": event,
        "$key": key,
        "$hook": hook,
        "$session": person.session,
        "$refresh": person.refresh,
        "$email": person.email,
        "$new": f"{uuid4().hex}@example.com",
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


async def new_key(api: Api, person: Person) -> str:
    """The id of a new API key of this person."""
    made = (
        """mutation { createApiKey(input: {name: "Key", role: MEMBER}) { ... on ApiKeyPayload { apiKey { id } } } }"""
    )
    return str((await api.ask(made, by=person))["createApiKey"]["apiKey"]["id"])


async def new_hook(api: Api, admin: Person) -> str:
    """The id of a new webhook endpoint that gets nothing."""
    made = f"mutation {{ {MUTATIONS['createWebhookEndpoint'].selection} }}"
    made = made.replace(RESULT, "{ ... on WebhookSecretPayload { webhookEndpoint { id } } }")
    return str((await api.ask(made, by=admin))["createWebhookEndpoint"]["webhookEndpoint"]["id"])


def outcome(answer: dict[str, Any], field: str) -> str:
    """The outcome of a response, in one word."""
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    value = answer["data"][field]
    if isinstance(value, dict) and "code" in value:
        return str(value["code"])
    return FINE if value not in (None, [None]) else "nothing"


@pytest.mark.parametrize("field", QUERIES)
async def test_queries(api: Api, admin: Person, field: str) -> None:
    rule, person = QUERIES[field], await api.new_user(admin)
    by_role = await viewers(api, admin)
    found = {
        n: outcome(await api.graphql(f"{{ {filled(rule.selection, person)} }}", by=p), field)
        for n, p in by_role.items()
    }
    assert found == dict(zip(VIEWERS, rule.outcomes, strict=True))


@pytest.mark.parametrize("field", MUTATIONS)
async def test_mutations(api: Api, admin: Person, field: str) -> None:
    rule, found = MUTATIONS[field], {}
    by_role = await viewers(
        api, await api.sign_in(admin.email, admin.password) if rule.spends else admin, own=rule.spends
    )
    for name, viewer in by_role.items():
        person = await api.new_user(admin)
        if rule.before:
            await api.ask(f"mutation {{ {filled(MUTATIONS[rule.before].selection, person)} }}", by=admin)
        key = await new_key(api, person) if "$key" in rule.selection else ""
        hook = await new_hook(api, admin) if "$hook" in rule.selection else ""
        mutation = f"mutation {{ {filled(rule.selection, person, key=key, hook=hook)} }}"
        found[name] = outcome(await api.graphql(mutation, by=viewer), field)
    assert found == dict(zip(VIEWERS, rule.outcomes, strict=True))


@pytest.mark.parametrize("name", ["member", "auditor"])
async def test_no_user_raises_their_own_rights(api: Api, admin: Person, name: str) -> None:
    viewer = (await viewers(api, admin, own=True))[name]
    assert viewer is not None
    update = f"mutation($i: UpdateUserInput!) {{ updateUser(input: $i) {RESULT} }}"
    for fields, expected in (
        ({"role": "ADMIN"}, REFUSED),
        ({"role": "MEMBER"}, REFUSED),
        ({"displayName": "Other", "role": "ADMIN"}, REFUSED),
        ({"displayName": "Other"}, FINE),
        ({"email": f"{uuid4().hex}@example.com"}, FINE),
    ):
        answer = await api.graphql(update, {"i": {"id": viewer.id, **fields}}, viewer)
        assert outcome(answer, "updateUser") == expected, fields
    for change in ("disableUser", "deleteUser", "eraseUser"):
        answer = await api.graphql(f"mutation {{ {filled(MUTATIONS[change].selection, viewer)} }}", by=viewer)
        assert outcome(answer, change) == REFUSED, change
    me = (await api.ask("{ me { role displayName } }", by=viewer))["me"]
    assert me == {"role": name.upper(), "displayName": "Other"}


async def test_fields(api: Api, admin: Person) -> None:
    subject = await target(api, admin)
    key, hook = await new_key(api, subject.person), await new_hook(api, admin)
    by_role = {**await viewers(api, admin), "self": subject.person}
    wrong: dict[str, set[str]] = {}
    for place, probe in PROBES.items():
        query = filled(probe.on % probe.selection, subject.person, subject.event, key, hook)
        seen_by = set()
        for name, viewer in by_role.items():
            answer = await api.graphql(query, by=viewer)
            if viewer is None:
                assert outcome(answer, "it") == UNKNOWN
            else:
                assert "errors" not in answer, (place, name, answer)
                value = (answer["data"]["it"] or {}).get("it")
                seen_by |= {name} if value is not None and probe.shows(value) else set()
        if seen_by != probe.seen_by:
            wrong[place] = seen_by
    assert wrong == {}


async def test_a_private_event_is_hidden_entirely(api: Api, admin: Person) -> None:
    person = await api.new_user(admin)
    wanted = {"f": {"userId": person.id, "types": ["SESSION_STARTED"]}}
    found = "query($f: EventFilter) { events(first: 1, filter: $f) { edges { node { id } } } }"
    while not (edges := (await api.ask(found, wanted, admin))["events"]["edges"]):
        pass  # the relay has not numbered it yet
    node = f'{{ node(id: "{edges[0]["node"]["id"]}") {{ id }} }}'
    by_role = {**await viewers(api, admin), "self": person}
    seen = {n for n, p in by_role.items() if p is not None and (await api.ask(node, by=p))["node"] is not None}
    assert seen == {"self", "auditor", "admin"}


async def test_lists_and_counts_contain_visible_users_only(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    hidden = await api.new_user(admin, name="Hidden Person")
    await api.ask(f"mutation {{ {filled(MUTATIONS['disableUser'].selection, hidden)} }}", by=admin)
    query = filled(
        """{ user(id: "$id") { id } node(id: "$id") { id } nodes(ids: ["$id"]) { id }
        users(first: 9, search: "Hidden") { totalCount edges { node { id } } }
        filtered: users(first: 9, filter: {status: [DISABLED]}) { totalCount edges { node { id } } }
        stats { total byRole { count } byStatus { status count } } }""",
        hidden,
    )
    for name, viewer in (await viewers(api, admin)).items():
        if viewer is None:
            continue
        sees = name != "member"
        found = await api.ask(query, by=viewer)
        for place in (found["user"], found["node"], *found["nodes"]):
            assert place == ({"id": hidden.id} if sees else None), name
        for listed in (found["users"], found["filtered"]):
            assert listed == {"totalCount": int(sees), "edges": [{"node": {"id": hidden.id}}] if sees else []}, name
        stats = found["stats"]
        assert {s["status"]: s["count"] for s in stats["byStatus"]}["DISABLED"] == int(sees), name
        assert stats["total"] == 3 + sees == sum(r["count"] for r in stats["byRole"]), name


async def test_a_viewer_who_sees_no_email_cannot_find_it_by_searching_or_sorting(api: Api, admin: Person) -> None:
    person, by_role = await api.new_user(admin, name="Quiet Person"), await viewers(api, admin)
    local = person.email.partition("@")[0]
    searched = f'{{ users(first: 5, search: "{local}") {{ edges {{ node {{ id }} }} }} }}'
    for name in ("member", "auditor", "admin"):
        edges = (await api.ask(searched, by=by_role[name]))["users"]["edges"]
        assert bool(edges) == (name != "member"), name


@pytest.mark.parametrize("field", SUBSCRIPTIONS)
async def test_subscriptions_need_a_session(api: Api, admin: Person, field: str) -> None:
    async with api.socket() as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == 4401
    by_role = await viewers(api, admin)
    for viewer in by_role.values():
        if viewer is None:
            continue
        async with api.socket(viewer) as socket:
            await socket.subscribe("s", f"subscription {{ {SUBSCRIPTIONS[field]} }}")
            await socket.subscribe("q", "{ me { id } }")
            while (message := await socket.receive())["id"] != "q":
                assert message["type"] == "next", message
            assert message["payload"]["data"]["me"]["id"] == viewer.id


async def test_streams_show_each_viewer_what_they_may_see(api: Api, admin: Person) -> None:
    subject, by_role = await api.new_user(admin, name="Streamed Person"), await viewers(api, admin)
    await up_to_date(api.server.container)  # otherwise the creation could come after the cursor
    start = (await api.ask("{ stats { cursor } }", by=admin))["stats"]["cursor"]
    again = await api.sign_in(subject.email, subject.password)
    await api.ask(f"mutation {{ {filled(MUTATIONS['disableUser'].selection, subject)} }}", by=admin)
    rename = f'mutation {{ updateUser(input: {{id: "{again.id}", displayName: "Streamed Ghost"}}) {RESULT} }}'
    await api.ask(rename, by=admin)
    await api.ask(f"mutation {{ {filled(MUTATIONS['enableUser'].selection, subject)} }}", by=admin)
    events = (
        "subscription($a: Cursor, $u: ID) { userEvents(after: $a, filter: {userId: $u}) { ... on Event { type } } }"
    )
    feed = """subscription { userFeed(search: "Streamed", filter: {status: [DISABLED]}) {
      __typename ... on UserEntered { user { id } } } }"""
    await api.ask(f"mutation {{ {filled(MUTATIONS['disableUser'].selection, again)} }}", by=admin)
    for name in ("member", "auditor", "admin"):
        types: list[str] = []
        sees = name != "member"
        async with api.socket(by_role[name]) as socket:
            await socket.subscribe("e", events, {"a": start, "u": subject.id})
            while types.count("USER_DISABLED") < 2:
                types += [m["type"] for m in [(await socket.next("e"))["userEvents"]] if m]
            await socket.complete("e")
            await socket.subscribe("f", feed)
            first = await socket.receive()
            while first["id"] != "f":
                first = await socket.receive()
        if sees:
            assert types[0] == "SESSION_STARTED"
            assert "USER_UPDATED" in types
        else:
            # Of a user who is hidden now, only that they left; not that they were visible in between.
            assert types == ["USER_DISABLED", "USER_DISABLED"]
        entered = first["payload"]["data"]["userFeed"]["__typename"]
        assert entered == ("UserEntered" if sees else "FeedReady"), name
