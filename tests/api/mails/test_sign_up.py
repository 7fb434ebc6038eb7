"""Signing up over the running server where addresses are proved first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import PASSWORD, Api, Person
from tests.api.mails.rows import everything, fetch
from tests.api.mails.test_verification import verify
from tests.smtp import MailServer, token_in

SIGN_UP = """mutation($i: SignUpInput!) { signUp(input: $i) {
  __typename ... on SignUpPending { message } ... on Problem { code message } } }"""


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"sign_up": "verified"}


async def sign_up(api: Api, email: str, password: str = PASSWORD) -> Any:
    given = {"email": email, "password": password, "displayName": "Cy", "cookie": False}
    return (await api.ask(SIGN_UP, {"i": given}))["signUp"]


async def test_an_account_is_made_by_the_link_of_a_mail(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    assert (await api.graphql("{ signUpMode }"))["data"] == {"signUpMode": "VERIFIED"}
    assert (await sign_up(api, "cy@example.com"))["__typename"] == "SignUpPending"
    (message,) = await smtp.until_received(1)
    assert message["To"] == "cy@example.com"
    users = "select email from users order by email"
    assert [r["email"] for r in await fetch(fresh_database_url, users)] == [admin.email]
    token = token_in(message)
    stored = await everything(fresh_database_url)
    assert token not in stored
    assert PASSWORD not in stored
    made = await verify(api, token)
    assert made["user"]["emailVerifiedAt"]
    person = await api.sign_in("cy@example.com", PASSWORD)
    assert person.id == made["user"]["id"]


async def test_the_answer_is_the_same_for_every_address(api: Api, admin: Person, smtp: MailServer) -> None:
    known, disabled = await api.new_user(admin), await api.new_user(admin)
    await api.ask("mutation($id: ID!) { disableUser(id: $id) { __typename } }", {"id": disabled.id}, admin)
    answers = [await sign_up(api, email) for email in ("nobody@example.com", disabled.email, known.email)]
    assert answers[0]["__typename"] == "SignUpPending"
    assert answers == [answers[0]] * 3
    messages = await smtp.until_received(2)
    assert {m["To"] for m in messages} == {"nobody@example.com", known.email}
    await api.sign_in(known.email, known.password)
