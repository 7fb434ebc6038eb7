"""Sockets with live subscriptions: closing with a notice, presence, and the plain ASGI application."""

from __future__ import annotations

import pytest

from api.bootstrap.first_admin import ensure_first_admin
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.test_live import DISABLE, RENAME, live, names, rename


async def test_disabling_ends_sessions_and_sockets_with_a_notice_and_the_event(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    async with api.socket(user) as socket:
        await socket.subscribe("n", "subscription { sessionNotices { kind message } }")
        await live(socket, "e", filter={"types": ["USER_DISABLED"], "userId": user.id})
        answer = await api.ask(DISABLE, {"id": user.id}, admin)
        assert answer["disableUser"]["user"]["status"] == "DISABLED"
        messages = [await socket.receive(), await socket.receive()]
        events = [m["payload"]["data"]["userEvents"] for m in messages if m["id"] == "e"]
        notices = [m["payload"]["data"]["sessionNotices"] for m in messages if m["id"] == "n"]
        assert [e["type"] for e in events] == ["USER_DISABLED"]
        assert [n["kind"] for n in notices] == ["DISABLED"]
        assert await socket.closed() == 4403
    refused = await api.graphql("{ me { id } }", by=user)
    assert refused["errors"][0]["extensions"]["code"] in ("SESSION_REVOKED", "ACCOUNT_DISABLED")


@pytest.mark.parametrize("ending", ["revokeSession", "signOut", "updateUser"])
async def test_the_end_of_a_session_or_a_right_closes_its_socket(api: Api, admin: Person, ending: str) -> None:
    user = await api.new_user(admin, "AUDITOR")
    async with api.socket(user) as socket:
        await socket.subscribe("n", "subscription { sessionNotices { kind } }")
        await live(socket, "e", filter={"types": ["EMAIL_VERIFIED"]})
        if ending == "revokeSession":
            await api.ask("mutation($id: ID!) { revokeSession(id: $id) { __typename } }", {"id": user.session}, admin)
        elif ending == "signOut":
            await api.ask("mutation { signOut { __typename } }", by=user)
        else:
            await api.ask(RENAME, {"i": {"id": user.id, "role": "MEMBER"}}, admin)
        kind = (await socket.next("n"))["sessionNotices"]["kind"]
        assert kind == ("ROLE_CHANGED" if ending == "updateUser" else "SIGNED_OUT")
        assert await socket.closed() == 4403


async def test_presence_follows_sockets(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    async with api.socket(admin) as watcher:
        await watcher.subscribe("p", "subscription { presence { userId online } }")
        await watcher.subscribe("q", "{ me { id } }")
        assert (await watcher.next("q"))["me"]["id"] == admin.id
        assert (await watcher.receive())["type"] == "complete"
        async with api.socket(user):
            while (change := (await watcher.next("p"))["presence"])["userId"] != user.id:
                pass
            assert change["online"] is True
            seen = await api.ask("query($id: ID!) { user(id: $id) { online } }", {"id": user.id}, admin)
            assert seen["user"]["online"] is True
        while (change := (await watcher.next("p"))["presence"])["userId"] != user.id:
            pass
        assert change["online"] is False


async def test_the_plain_asgi_application_streams_the_same(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    with Server(settings, ws="websockets-sansio") as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            user = await api.new_user(admin)
            async with api.socket(admin) as socket:
                await live(socket, filter={"userId": user.id, "types": ["USER_UPDATED"]})
                for i in range(20):
                    await rename(api, admin, user, f"N{i}")
                assert await names(socket, 20) == [f"N{i}" for i in range(20)]
