"""Answers that are given again: never older than a write that was answered, by whichever instance, and of one viewer's scope."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.settings import Settings
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.compiler import worth
from tests.integration.logs import session

pytestmark = pytest.mark.skipif(worth[0] is None, reason="only compiled answers are given again")

PAGE = """query Page($q: String) { users(first: 50, search: $q, filter: { status: [ACTIVE, DISABLED] }) { totalCount
  edges { cursor node { id email displayName role status version updatedAt canSignIn emailVerifiedAt } } } }"""
ONE = "query One($id: ID!) { user(id: $id) { id email displayName role status version canSignIn } }"
UNCACHED = PAGE.replace("edges", "edges { node { lastSeenAt } } edges")
"""The same with a field that is never kept."""
USER = "{ __typename ... on UserPayload { user { id } } ... on Problem { code message } }"
WRITES = {
    "createUser": f"mutation ($i: CreateUserInput!) {{ result: createUser(input: $i) {USER} }}",
    "updateUser": f"mutation ($i: UpdateUserInput!) {{ result: updateUser(input: $i) {USER} }}",
    "setPassword": f"mutation ($i: SetPasswordInput!) {{ result: setPassword(input: $i) {USER} }}",
    "disableUser": f"mutation ($id: ID!) {{ result: disableUser(id: $id) {USER} }}",
    "enableUser": f"mutation ($id: ID!) {{ result: enableUser(id: $id) {USER} }}",
    "deleteUser": f"mutation ($id: ID!) {{ result: deleteUser(id: $id) {USER} }}",
    "restoreUser": f"mutation ($id: ID!) {{ result: restoreUser(id: $id) {USER} }}",
}


@dataclass(frozen=True)
class Instances:
    """Two instances over one directory, and the admin at both."""

    one: Api
    two: Api
    admin: Person

    def served(self) -> int:
        """How many answers were given again."""
        return sum(api.server.container.answers.outcomes["served"] for api in (self.one, self.two))


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Instances]:
    await ensure_first_admin(settings)
    async with AsyncExitStack() as stack:
        one, two = (Api(stack.enter_context(Server(settings))) for _ in range(2))
        for api in (one, two):
            await stack.enter_async_context(api.http)
        yield Instances(one, two, await one.sign_in(ADMIN, PASSWORD))


@pytest.fixture
async def instances(fresh_database_url: str, redis_url: str) -> AsyncIterator[Instances]:
    async with running(settings_for(fresh_database_url, redis_url)) as found:
        yield found


def nodes(page: Any) -> list[Any]:
    return [edge["node"] for edge in page["users"]["edges"]]


async def same_as_uncached(api: Api, by: Person, variables: dict[str, Any]) -> list[Any]:
    """What an instance answers, which must be what it says when nothing is kept; returns the users."""
    shown = nodes(await api.ask(PAGE, variables, by))
    now = [{k: v for k, v in n.items() if k != "lastSeenAt"} for n in nodes(await api.ask(UNCACHED, variables, by))]
    assert shown == now
    return shown


async def change(random: Random, by: Api, admin: Person, users: list[Any], number: int) -> None:
    """A random write, which must succeed or be refused for what it is."""
    name = random.choice(list(WRITES))
    user = random.choice(users)
    variables: dict[str, Any] = {"id": user["id"]}
    if name == "createUser":
        variables = {"i": {"email": f"new{number}@example.com", "displayName": f"New {number}", "role": "MEMBER"}}
    elif name == "updateUser":
        role = random.choice(["MEMBER", "AUDITOR"])
        variables = {"i": {"id": user["id"], "displayName": f"Name {number}", "role": role}}
    elif name == "setPassword":
        variables = {"i": {"userId": user["id"], "password": f"{PASSWORD}{number}"}}
    result = (await by.ask(WRITES[name], variables, admin))["result"]
    assert result["__typename"] == "UserPayload" or "code" in result, result


async def test_every_answer_contains_every_write_before_it(instances: Instances) -> None:
    """Writes at one instance, then reads at both, at once and without a wait."""
    random, admin = Random(7), instances.admin  # noqa: S311 - a test
    users = []
    for number in range(4):
        new = {"email": f"person{number}@example.com", "displayName": f"Person {number}", "role": "MEMBER"}
        users.append((await instances.one.ask(WRITES["createUser"], {"i": new}, admin))["result"]["user"])
    for number in range(40):
        if random.random() < 0.4:
            await change(random, random.choice([instances.one, instances.two]), admin, users, number)
        api = random.choice([instances.one, instances.two])
        await same_as_uncached(api, admin, random.choice([{}, {"q": "new"}]))
        user = random.choice(users)["id"]
        seen = (await api.ask(ONE, {"id": user}, admin))["user"]
        listed = [n for n in nodes(await api.ask(UNCACHED, {}, admin)) if n["id"] == user]
        assert [seen["version"]] == [n["version"] for n in listed] or seen["status"] == "DELETED"
    assert instances.served() > 12


async def test_an_event_that_has_not_arrived_is_named_by_the_database(instances: Instances) -> None:
    """A change that neither instance can have received, because its event has no number yet."""
    api, admin = instances.one, instances.admin
    for _ in range(5):
        await api.ask(PAGE, {}, admin)
    served = instances.served()
    assert served > 0
    async with session(api.server.container.core.settings.database_url.dsn) as connection:
        await connection.execute("begin; select from log_state for update")  # the relay waits
        async with session(api.server.container.core.settings.database_url.dsn) as writer:
            await writer.execute(
                "with changed as (update users set display_name = 'Changed', version = version + 1 returning id)"
                " insert into events (type, subject_kind, subject_id, user_id) select 'user_updated', 'user', id, id from changed"
            )
        for _ in range(3):
            assert [u["displayName"] for u in nodes(await api.ask(PAGE, {}, admin))] == ["Changed"]
        await connection.execute("rollback")
    assert instances.served() == served
    assert api.server.container.answers.outcomes["changed"] >= 3


async def test_each_viewer_gets_their_own(instances: Instances) -> None:
    api, admin = instances.one, instances.admin
    first = await api.new_user(admin, name="First")
    second = await api.new_user(admin, name="Second")
    for _ in range(4):
        assert all(u["email"] for u in nodes(await api.ask(PAGE, {}, admin)))
        for member in (first, second):
            shown = nodes(await api.ask(PAGE, {}, member))
            assert [u["email"] for u in shown if u["email"]] == [member.email]
        assert (await api.graphql(PAGE))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert instances.served() >= 3
    await api.ask(WRITES["updateUser"], {"i": {"id": first.id, "role": "AUDITOR"}}, admin)
    auditor = await api.sign_in(first.email, PASSWORD)
    assert all(u["email"] for u in nodes(await api.ask(PAGE, {}, auditor)))
    await api.ask(WRITES["disableUser"], {"id": second.id}, admin)
    assert "errors" in await api.graphql(PAGE, {}, second)


async def test_an_entity_tag_answers_with_304_until_the_answer_changes(instances: Instances) -> None:
    api, admin = instances.one, instances.admin

    async def ask(tag: str | None = None, query: str = PAGE, by: Person = admin) -> Any:
        headers = {**by.bearer, **({} if tag is None else {"if-none-match": tag})}
        return await api.http.post("/graphql", json={"query": query}, headers=headers)

    first = await ask()
    tag = first.headers["etag"]
    assert (first.headers["cache-control"], tag[:3]) == ("private, no-cache", 'W/"')
    assert {"Authorization", "Cookie", "Accept"} <= set(", ".join(first.headers.get_list("vary")).split(", "))
    for condition in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await ask(condition)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["rollcall-position"]
        assert "content-type" not in again.headers
    other = await ask('"other"')
    assert (other.status_code, other.content, other.headers["etag"]) == (200, first.content, tag)

    renamed = await api.ask(WRITES["updateUser"], {"i": {"id": admin.id, "displayName": "Other"}}, admin)
    assert renamed["result"]["__typename"] == "UserPayload"
    changed = await ask(tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    member = await api.new_user(admin)
    assert (await ask(changed.headers["etag"], by=member)).status_code == 200
    for query in (
        "{ me { id } }",
        UNCACHED,
        "{ users(first: -1) { totalCount } }",
        "mutation { signOut { __typename } }",
    ):
        untagged = await ask("*", query, member)
        assert (untagged.status_code, untagged.headers.get("etag")) == (200, None)
        assert untagged.headers["cache-control"] == "no-store"


async def test_it_can_be_switched_off(fresh_database_url: str, redis_url: str) -> None:
    async with running(settings_for(fresh_database_url, redis_url, answer_cache_megabytes=0)) as instances:
        for _ in range(4):
            await instances.one.ask(PAGE, {}, instances.admin)
        answers = instances.one.server.container.answers
        assert (instances.served(), len(answers), answers.outcomes["computed"]) == (0, 0, 0)
