"""Verifying an address over the running server, with the link of the mail."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import PASSWORD, Api, Person
from tests.smtp import MailServer, token_in

REQUEST = "mutation { requestEmailVerification { __typename ... on Done { ok cursor } ... on Problem { code } } }"
VERIFY = """mutation($t: String!) { verifyEmail(token: $t) {
  __typename ... on UserPayload { user { id emailVerifiedAt } cursor } ... on Problem { code message } } }"""
ME = "{ me { emailVerifiedAt } }"
SIGN_UP = f"""mutation($e: String!) {{ signUp(input: {{email: $e, password: "{PASSWORD}", displayName: "New"}}) {{
  ... on SessionPayload {{ user {{ id emailVerifiedAt }} }} ... on Problem {{ code }} }} }}"""


async def verify(api: Api, token: str) -> Any:
    return (await api.ask(VERIFY, {"t": token}))["verifyEmail"]


async def test_an_address_is_verified_by_the_link_of_a_mail(api: Api, admin: Person, smtp: MailServer) -> None:
    person = await api.new_user(admin)
    assert (await api.ask(ME, {}, person))["me"]["emailVerifiedAt"] is None
    answer = (await api.ask(REQUEST, {}, person))["requestEmailVerification"]
    assert answer == {"__typename": "Done", "ok": True, "cursor": None}
    (message,) = await smtp.until_received(1)
    assert message["To"] == person.email
    token = token_in(message)
    verified = await verify(api, token)
    assert verified["user"]["id"] == person.id
    assert verified["user"]["emailVerifiedAt"]
    assert (await api.ask(ME, {}, person))["me"]["emailVerifiedAt"] == verified["user"]["emailVerifiedAt"]
    again = await verify(api, token)
    assert (again["__typename"], again["code"]) == ("CredentialsProblem", "TOKEN_INVALID")
    assert token not in again["message"]


async def test_who_signs_up_gets_the_link_at_once(api: Api, smtp: MailServer) -> None:
    made = (await api.ask(SIGN_UP, {"e": "new@example.com"}))["signUp"]["user"]
    assert made["emailVerifiedAt"] is None
    (message,) = await smtp.until_received(1)
    assert message["To"] == "new@example.com"
    verified = (await verify(api, token_in(message)))["user"]
    assert (verified["id"], bool(verified["emailVerifiedAt"])) == (made["id"], True)
