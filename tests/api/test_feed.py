"""`userFeed`: applying its messages gives the directory, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import random
import secrets
from dataclasses import replace
from typing import Any

import pytest

from domain.cursors import parse_cursor
from tests.api.conftest import Api, Person
from tests.api.feeds import BY_ID, FEED, Copy, created_user, until_sent
from tests.api.test_live import DISABLE, RENAME

USERS = """query($search: String, $filter: UserFilter, $after: String) {
  users(first: 100, search: $search, filter: $filter, after: $after) {
    edges { node { id displayName role status version } } pageInfo { hasNextPage endCursor } } }"""
WRITES, SUBSCRIBERS = 120, 6


async def directory(api: Api, by: Person, **variables: Any) -> dict[str, Any]:
    """The matching users by id, read through the query."""
    found: dict[str, Any] = {}
    after: str | None = None
    while True:
        page = (await api.ask(USERS, variables | {"after": after}, by))["users"]
        found |= {edge["node"]["id"]: edge["node"] for edge in page["edges"]}
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def write(api: Api, admin: Person, user_ids: list[str], mark: str, chance: random.Random) -> None:
    """Rename users into and out of the search, disable, enable, delete and restore them, create new ones."""
    for number in range(WRITES):
        someone = chance.choice(user_ids)
        match chance.randrange(6):
            case 0 | 1:
                name = f"{mark} {number}" if chance.random() < 0.5 else f"Nobody {number}"
                await api.ask(RENAME, {"i": {"id": someone, "displayName": name}}, admin)
            case 2:
                await api.ask(DISABLE, {"id": someone}, admin)
            case 3:
                await api.ask(BY_ID % "enableUser", {"id": someone}, admin)
            case 4:
                await api.ask(BY_ID % chance.choice(["deleteUser", "restoreUser"]), {"id": someone}, admin)
            case _:
                user_ids.append(await created_user(api, admin, f"{mark} new {number}"))


@pytest.mark.parametrize(
    "filter_", [{"status": ["ACTIVE"]}, {}, {"status": ["DISABLED", "DELETED"]}], ids=["active", "all", "gone"]
)
async def test_snapshot_and_stream_together_give_the_directory(
    api: Api, admin: Person, filter_: dict[str, Any]
) -> None:
    mark = f"Quorra{secrets.token_hex(3)}"
    user_ids = [await created_user(api, admin, f"{mark} {letter}") for letter in "abcdefgh"]
    wanted = {"search": mark, "filter": filter_}

    async def follow(number: int) -> Copy:
        copy = Copy()
        for _ in range(number * 12):  # starts later than the one before it
            await api.ask("{ me { id } }", by=admin)
        async with api.socket(admin) as socket:
            await socket.subscribe("f", FEED, wanted)
            await copy.until_ready(socket)
        async with api.socket(admin) as socket:  # and again, from where it stopped
            await socket.subscribe("f", FEED, wanted | {"after": copy.cursor})
            await copy.until_ready(socket)
            await writing
            end = await created_user(api, admin, f"{mark} end {number}")
            if filter_.get("status") == ["DISABLED", "DELETED"]:
                await api.ask(DISABLE, {"id": end}, admin)
            ends.add(end)
            await copy.until(socket, end, f"{mark} end {number}")
        return copy

    ends: set[str] = set()
    writing = asyncio.create_task(write(api, admin, user_ids, mark, random.Random(7)))  # noqa: S311 - no secret
    copies = await asyncio.gather(*(follow(n) for n in range(SUBSCRIBERS)))
    truth = await directory(api, admin, **wanted)
    for copy in copies:
        assert not copy.resynced
        assert {i: u for i, u in copy.users.items() if i not in ends} == {
            i: u for i, u in truth.items() if i not in ends
        }


@pytest.mark.parametrize(("before", "after"), [("AUDITOR", "MEMBER"), ("MEMBER", "AUDITOR"), ("AUDITOR", "ADMIN")])
async def test_a_client_whose_role_changed_must_read_again(api: Api, admin: Person, before: str, after: str) -> None:
    mark = f"Tron{secrets.token_hex(3)}"
    viewer = await api.new_user(admin, before, "Viewer")
    active, disabled = [await created_user(api, admin, f"{mark} {word}") for word in ("stays", "hidden")]
    await api.ask(DISABLE, {"id": disabled}, admin)
    read = await api.http.post("/graphql", json={"query": "{ me { id } }"}, headers=viewer.bearer)
    copy = Copy()
    async with api.socket(viewer) as socket:
        await socket.subscribe("f", FEED, {"search": mark})
        await copy.until_ready(socket)
        assert set(copy.users) == ({active, disabled} if before == "AUDITOR" else {active})
        await api.ask(RENAME, {"i": {"id": viewer.id, "role": after}}, admin)
        assert await socket.closed() == 4403
    viewer = await api.sign_in(viewer.email, viewer.password)
    received: dict[str, Any] = {}
    async with api.socket(viewer) as socket:
        for number, cursor in enumerate((copy.cursor, read.headers["rollcall-position"])):
            await socket.subscribe(f"f{number}", FEED, {"search": mark, "after": cursor})
            received = (await socket.next(f"f{number}"))["userFeed"]
            assert (received["__typename"], received["reason"]) == (
                "ResyncRequired",
                "Your role has changed since you read this position",
            )
            assert await socket.receive() == {"id": f"f{number}", "type": "complete"}
        await socket.subscribe("f", FEED, {"search": mark, "after": received["cursor"]})
        assert (await socket.next("f"))["userFeed"]["__typename"] == "FeedReady"
        await socket.complete("f")
    copy = Copy()
    async with api.socket(viewer) as socket:
        await socket.subscribe("f", FEED, {"search": mark})
        await copy.until_ready(socket)
        assert set(copy.users) == ({active} if after == "MEMBER" else {active, disabled})


@pytest.mark.parametrize("claimed", ["admin", "auditor", "snapshot", "fresh", "Member", "member.admin", "x" * 50, " "])
async def test_a_forged_claim_in_a_cursor_gives_no_rights(api: Api, admin: Person, claimed: str) -> None:
    mark = f"Yori{secrets.token_hex(3)}"
    member = await api.new_user(admin)
    active, disabled = [await created_user(api, admin, f"{mark} {word}") for word in ("seen", "hidden")]
    await api.ask(DISABLE, {"id": disabled}, admin)
    await until_sent(api, disabled, "user_disabled")
    own = Copy()
    async with api.socket(member) as socket:
        await socket.subscribe("f", FEED, {"search": mark})
        await own.until_ready(socket)
        position = parse_cursor(own.cursor or "")
        assert position is not None
        forged = str(replace(position, role=claimed))
        for number, search in enumerate((mark, f"{mark}.hidden@example.com".lower())):
            await socket.subscribe(f"f{number}", FEED, {"search": search, "after": forged})
        received = ""
        while received.count('"complete"') + received.count('"FeedReady"') < 2:
            received += str(await socket.connection.recv())
        assert disabled not in received
        assert (active in received) == (claimed == "fresh")


async def test_a_member_sees_only_active_users(api: Api, admin: Person) -> None:
    mark = f"Clu{secrets.token_hex(3)}"
    member = await api.new_user(admin)
    someone = await created_user(api, admin, f"{mark} one")
    copy = Copy()
    async with api.socket(member) as socket:
        await socket.subscribe("f", FEED, {"search": mark})
        await copy.until_ready(socket)
        assert set(copy.users) == {someone}
        await api.ask(DISABLE, {"id": someone}, admin)
        await copy.until(socket, someone, None)
        await api.ask(BY_ID % "enableUser", {"id": someone}, admin)
        await copy.until(socket, someone, f"{mark} one")


async def test_a_feed_filtered_by_presence_follows_it_both_ways(api: Api, admin: Person) -> None:
    mark = f"Bit{secrets.token_hex(3)}"
    someone, other = [await api.new_user(admin, name=f"{mark} {word}") for word in ("someone", "other")]
    member = await api.new_user(admin)
    for viewer in (admin, member):
        on, off = Copy(), Copy()
        async with api.socket(viewer) as watching_on, api.socket(viewer) as watching_off:
            await watching_on.subscribe("f", FEED, {"search": mark, "filter": {"online": True}})
            await watching_off.subscribe("f", FEED, {"search": mark, "filter": {"online": False}})
            await on.until_ready(watching_on)
            await off.until_ready(watching_off)
            assert (set(on.users), set(off.users)) == (set(), {someone.id, other.id})
            async with api.socket(someone):
                await on.until(watching_on, someone.id, f"{mark} someone")
                await off.until(watching_off, someone.id, None)
            await on.until(watching_on, someone.id, None)
            await off.until(watching_off, someone.id, f"{mark} someone")
            assert (set(on.users), set(off.users)) == (set(), {someone.id, other.id})


async def test_one_s_own_row_comes_online_with_its_email(api: Api, admin: Person) -> None:
    user = await api.new_user(admin, name=f"Own{secrets.token_hex(3)}")
    query = FEED.replace("user { id ", "user { id email ")
    async with api.socket(user) as first:
        await first.subscribe("f", query, {"filter": {"online": True}})
        own = Copy()
        await own.until_ready(first)
        assert own.users[user.id]["email"] == user.email
        assert {u["email"] for i, u in own.users.items() if i != user.id} <= {None}


async def test_a_feed_filtered_by_presence_starts_again_instead_of_resuming(api: Api, admin: Person) -> None:
    mark = f"Flynn{secrets.token_hex(3)}"
    someone = await api.new_user(admin, name=f"{mark} someone")
    wanted = {"search": mark, "filter": {"online": False}}
    copy = Copy()
    async with api.socket(admin) as socket:
        await socket.subscribe("f", FEED, wanted)
        await copy.until_ready(socket)
        await socket.complete("f")
        await socket.subscribe("f2", FEED, wanted | {"after": copy.cursor})
        received = (await socket.next("f2"))["userFeed"]
        assert received["__typename"] == "ResyncRequired"
        assert await socket.receive() == {"id": "f2", "type": "complete"}
        await socket.subscribe("f3", FEED, wanted | {"after": received["cursor"]})
        entered = (await socket.next("f3"))["userFeed"]
        assert (entered["__typename"], entered["user"]["id"]) == ("UserEntered", someone.id)
        assert (await socket.next("f3"))["userFeed"]["__typename"] == "FeedReady"


async def test_one_write_with_several_changes_reaches_every_feed(api: Api, admin: Person) -> None:
    mark = f"Sark{secrets.token_hex(3)}"
    someone = await created_user(api, admin, f"{mark} one")
    filters: list[dict[str, Any]] = [
        {"status": ["ACTIVE"]},
        {"role": ["MEMBER"]},
        {"status": ["ACTIVE"], "role": ["MEMBER"]},
    ]
    async with api.socket(admin) as socket:
        ready: set[str] = set()
        for number, filter_ in enumerate(filters):
            await socket.subscribe(f"f{number}", FEED, {"search": mark, "filter": filter_})
            while f"f{number}" not in ready:
                message = await socket.receive()
                kind = message["payload"]["data"]["userFeed"]["__typename"]
                assert kind in ("UserEntered", "FeedReady")
                ready |= {message["id"]} if kind == "FeedReady" else set()
        email = f"{secrets.token_hex(6)}@example.com"
        change = {"displayName": "Somebody else", "email": email, "role": "AUDITOR"}
        await api.ask(RENAME, {"i": {"id": someone} | change}, admin)
        left: set[str] = set()
        while len(left) < len(filters):
            message = await socket.receive()
            kind = message["payload"]["data"]["userFeed"]["__typename"]
            if kind == "UserEntered":  # their creation was not yet numbered when the snapshot was read
                assert message["id"] not in left
                continue
            assert kind == "UserLeft"
            left.add(message["id"])
