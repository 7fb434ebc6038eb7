"""Invitations over the running server: sent, listed, accepted, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import PASSWORD, Api, Person
from tests.api.mails.rows import everything
from tests.smtp import MailServer, token_in

INVITE = """mutation($i: InviteUserInput!) { inviteUser(input: $i) { __typename
  ... on InvitationPayload { cursor invitation { id email displayName role invitedBy { id } } }
  ... on Problem { code } ... on ConflictProblem { current { id } } } }"""
LIST = "{ invitations(first: 2) { pageInfo { hasNextPage endCursor } edges { cursor node { id email } } } }"
ACCEPT = """mutation($i: AcceptInvitationInput!) { acceptInvitation(input: $i) { __typename
  ... on SessionPayload { user { id email role emailVerifiedAt } accessToken } ... on Problem { code } } }"""
WITHDRAW = "mutation($id: ID!) { withdrawInvitation(id: $id) { __typename ... on Problem { code } } }"
EVENTS = """query($id: ID!) { events(first: 10, filter: {subjectId: $id}) { edges { node {
  type actor { id } userId subject { __typename id } changes { field after } } } } }"""


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"sign_up": "invitation"}


async def invite(api: Api, by: Person, email: str, **more: str) -> Any:
    return (await api.ask(INVITE, {"i": {"email": email, **more}}, by))["inviteUser"]


async def accept(api: Api, token: str, **more: str) -> Any:
    return (await api.ask(ACCEPT, {"i": {"token": token, "password": PASSWORD, **more}}))["acceptInvitation"]


async def test_who_was_invited_makes_an_account_by_the_link_of_a_mail(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    sent = await invite(api, admin, "CY@example.com", displayName="Cy", role="AUDITOR")
    invitation = sent["invitation"]
    assert (invitation["email"], invitation["role"], invitation["invitedBy"]) == (
        "cy@example.com",
        "AUDITOR",
        {"id": admin.id},
    )
    (message,) = await smtp.until_received(1)
    assert message["To"] == "cy@example.com"
    assert (await api.ask("{ stats { total } }", {}, admin))["stats"]["total"] == 1
    (edge,) = (await api.ask(LIST, {}, admin))["invitations"]["edges"]
    assert edge["node"] == {"id": invitation["id"], "email": "cy@example.com"}
    token = token_in(message)
    assert token not in await everything(fresh_database_url)
    entered = await accept(api, token)
    assert (entered["user"]["email"], entered["user"]["role"]) == ("cy@example.com", "AUDITOR")
    assert entered["user"]["emailVerifiedAt"]
    assert entered["accessToken"]
    assert (await api.ask(LIST, {}, admin))["invitations"]["edges"] == []
    assert (await accept(api, token))["code"] == "TOKEN_INVALID"
    await api.sign_in("cy@example.com", PASSWORD)
    accepted, first = (e["node"] for e in (await api.ask(EVENTS, {"id": invitation["id"]}, admin))["events"]["edges"])
    assert (accepted["type"], accepted["userId"]) == ("INVITATION_ACCEPTED", entered["user"]["id"])
    assert (first["type"], first["userId"], first["actor"]) == ("INVITATION_SENT", None, {"id": admin.id})
    assert first["changes"] == [{"field": "role", "after": "AUDITOR"}]
    assert "cy@example.com" not in repr((accepted, first))


async def test_only_admins_get_an_invitation_by_its_id(api: Api, admin: Person, smtp: MailServer) -> None:
    invitation = (await invite(api, admin, "cy@example.com"))["invitation"]
    member, auditor = await api.new_user(admin), await api.new_user(admin, "AUDITOR")
    node = "query($id: ID!) { node(id: $id) { ... on Invitation { email } } }"
    for viewer, seen in ((admin, {"email": "cy@example.com"}), (auditor, None), (member, None)):
        assert (await api.ask(node, {"id": invitation["id"]}, viewer))["node"] == seen
    await smtp.until_received(1)


async def test_a_withdrawn_invitation_cannot_be_accepted(api: Api, admin: Person, smtp: MailServer) -> None:
    invitation = (await invite(api, admin, "cy@example.com"))["invitation"]
    (message,) = await smtp.until_received(1)
    assert (await api.ask(WITHDRAW, {"id": invitation["id"]}, admin))["withdrawInvitation"]["__typename"] == "Done"
    assert (await accept(api, token_in(message), displayName="Cy"))["code"] == "TOKEN_INVALID"
    assert (await api.ask(WITHDRAW, {"id": invitation["id"]}, admin))["withdrawInvitation"]["code"] == "NOT_FOUND"


async def test_the_list_is_read_page_by_page_newest_first(api: Api, admin: Person) -> None:
    for name in ("one", "two", "three"):
        assert (await invite(api, admin, f"{name}@example.com"))["__typename"] == "InvitationPayload"
    page = (await api.ask(LIST, {}, admin))["invitations"]
    assert [e["node"]["email"] for e in page["edges"]] == ["three@example.com", "two@example.com"]
    assert page["pageInfo"]["hasNextPage"]
    more = LIST.replace("first: 2", f'first: 2, after: "{page["pageInfo"]["endCursor"]}"')
    (edge,) = (await api.ask(more, {}, admin))["invitations"]["edges"]
    assert edge["node"]["email"] == "one@example.com"


async def test_the_address_of_a_user_is_not_invited(api: Api, admin: Person) -> None:
    person = await api.new_user(admin)
    refused = await invite(api, admin, person.email.upper())
    assert (refused["code"], refused["current"]) == ("EMAIL_TAKEN", {"id": person.id})


async def test_only_those_who_were_invited_sign_up(api: Api) -> None:
    given = {"email": "x@example.com", "password": PASSWORD, "displayName": "X"}
    sign_up = "mutation($i: SignUpInput!) { signUp(input: $i) { ... on Problem { code } } }"
    assert (await api.ask(sign_up, {"i": given}))["signUp"]["code"] == "FORBIDDEN"
