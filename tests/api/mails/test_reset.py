"""A forgotten password over the running server: the mail by SMTP, the link, and what the answers reveal."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import Any
from uuid import UUID

from tests.api.conftest import Api, Person
from tests.api.mails.rows import everything, fetch
from tests.smtp import DIE, MailServer, token_in

NEW = "an entirely new password"
REQUEST = "mutation($e: String!) { requestPasswordReset(email: $e) { __typename ... on Done { ok cursor } ... on Problem { code message } } }"
RESET = """mutation($i: ResetPasswordInput!) { resetPassword(input: $i) {
  __typename ... on Done { ok cursor } ... on Problem { code message } ... on ValidationProblem { fields { field } } } }"""
EVENTS = """query($id: ID!) { events(first: 50, filter: {userId: $id, types: [PASSWORD_RESET_REQUESTED]}) {
  edges { node { type actor { id } ipAddress changes { field } } } } }"""


async def request(api: Api, email: str, **headers: str) -> Any:
    return (await api.graphql(REQUEST, {"e": email}, None, **headers))["data"]["requestPasswordReset"]


async def reset(api: Api, token: str, password: str = NEW) -> Any:
    return (await api.ask(RESET, {"i": {"token": token, "newPassword": password}}))["resetPassword"]


async def test_a_forgotten_password_is_reset_by_the_link_in_a_mail(api: Api, admin: Person, smtp: MailServer) -> None:
    person = await api.new_user(admin)
    assert await request(api, person.email, accept_language="de") == {"__typename": "Done", "ok": True, "cursor": None}
    (message,) = await smtp.until_received(1)
    assert message["To"] == person.email
    assert message["Content-Language"] == "de"
    token = token_in(message)
    assert (await reset(api, token, "short"))["fields"] == [{"field": "newPassword"}]
    assert (await reset(api, token))["__typename"] == "Done"
    assert (await reset(api, token))["code"] == "TOKEN_INVALID"
    assert (await api.graphql("{ me { id } }", by=person))["errors"][0]["extensions"]["code"] == "SESSION_REVOKED"
    await api.sign_in(person.email, NEW)
    (edge,) = (await api.ask(EVENTS, {"id": person.id}, admin))["events"]["edges"]
    assert edge["node"] == {
        "type": "PASSWORD_RESET_REQUESTED",
        "actor": None,
        "ipAddress": "127.0.0.1",
        "changes": [],
    }


async def test_a_socket_of_before_the_reset_is_closed(api: Api, admin: Person, smtp: MailServer) -> None:
    person = await api.new_user(admin)
    async with api.socket(person) as socket:
        await socket.subscribe("1", "subscription { sessionNotices { kind } }")
        await request(api, person.email)
        (message,) = await smtp.until_received(1)
        await reset(api, token_in(message))
        assert (await socket.next("1"))["sessionNotices"]["kind"] == "SIGNED_OUT"
        assert await socket.closed() == 4403


async def test_the_answer_is_the_same_for_every_address_and_only_a_known_one_gets_a_mail(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    active, disabled = await api.new_user(admin), await api.new_user(admin)
    await api.ask("mutation($id: ID!) { disableUser(id: $id) { __typename } }", {"id": disabled.id}, admin)
    emails = ("nobody@example.com", disabled.email, active.email.upper())
    answers = [await request(api, email) for email in emails]
    assert answers == [{"__typename": "Done", "ok": True, "cursor": None}] * 3
    (message,) = await smtp.until_received(1)
    assert message["To"] == active.email
    logged = await fetch(fresh_database_url, "select user_id from events where type = 'password_reset_requested'")
    assert [row["user_id"] for row in logged] == [UUID(active.id)]


async def test_members_do_not_see_the_event_and_none_sees_a_token(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    person, member = await api.new_user(admin), await api.new_user(admin)
    await request(api, person.email)
    (message,) = await smtp.until_received(1)
    history = "query($id: ID!) { user(id: $id) { events(first: 50) { edges { node { type } } } } }"
    seen = {
        viewer.id: (await api.ask(history, {"id": person.id}, viewer))["user"]["events"]["edges"]
        for viewer in (person, member, admin)
    }
    assert {"node": {"type": "PASSWORD_RESET_REQUESTED"}} in seen[person.id]
    assert seen[admin.id] == seen[person.id]
    assert seen[member.id] == []
    stored = await everything(fresh_database_url)
    assert token_in(message) not in stored
    assert sha256(token_in(message).encode()).hexdigest() in stored, "or this test reads the wrong tables"


async def test_mails_are_sent_once_the_server_of_mails_is_back(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    persons = [await api.new_user(admin) for _ in range(3)]
    smtp.faults.extend([("GREETING", "554 no service"), ("RCPT", DIE), ("END", DIE)])
    for person in persons:
        await request(api, person.email)
    await smtp.until_conversations(3)
    async with asyncio.timeout(120):
        while {str(m["To"]) for m in smtp.received} != {p.email for p in persons}:
            await fetch(fresh_database_url, "update mails set due_at = now() where due_at < now() + interval '30 s'")
            await asyncio.sleep(0.1)
    for person in persons:
        (token,) = {token_in(m) for m in smtp.received if m["To"] == person.email}
        assert (await reset(api, token))["__typename"] == "Done"
        await api.sign_in(person.email, NEW)


async def test_a_password_and_a_token_are_refused_without_being_repeated(api: Api) -> None:
    answer = await reset(api, "a-token-of-the-test", "x" * 300)
    assert answer == {"__typename": "CredentialsProblem", "code": "TOKEN_INVALID", "message": answer["message"]}
    assert "a-token" not in answer["message"]
    assert (await request(api, "no address"))["code"] == "VALIDATION_ERROR"
