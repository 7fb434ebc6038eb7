"""Changing one's own address over the running server: the link to the new one, and the notice to the present one."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Api, Person
from tests.api.mails.rows import everything
from tests.smtp import MailServer, text_of, token_in

REQUEST = """mutation($i: ChangeEmailInput!) { requestEmailChange(input: $i) {
  __typename ... on Done { ok } ... on Problem { code } ... on ValidationProblem { fields { field } } } }"""
CONFIRM = """mutation($t: String!) { confirmEmailChange(token: $t) {
  __typename ... on UserPayload { user { id } } ... on Problem { code } ... on ConflictProblem { current { id } } } }"""
UPDATE = """mutation($i: UpdateUserInput!) { updateUser(input: $i) {
  ... on UserPayload { user { email pendingEmail displayName } } ... on Problem { code } } }"""
ME = "{ me { email pendingEmail emailVerifiedAt } }"


async def wish(api: Api, person: Person, email: str, password: str | None = None) -> Any:
    given = {"newEmail": email, "currentPassword": password or person.password}
    return (await api.ask(REQUEST, {"i": given}, person))["requestEmailChange"]


async def me(api: Api, person: Person) -> Any:
    return (await api.ask(ME, {}, person))["me"]


async def test_a_new_address_waits_until_its_link_is_used(
    api: Api, admin: Person, smtp: MailServer, fresh_database_url: str
) -> None:
    person = await api.new_user(admin)
    new = f"new-{person.email}"
    assert (await wish(api, person, new, "not the password"))["code"] == "INVALID_CREDENTIALS"
    assert (await wish(api, person, "no address"))["fields"] == [{"field": "newEmail"}]
    assert await wish(api, person, new.upper()) == {"__typename": "Done", "ok": True}
    assert await me(api, person) == {"email": person.email, "pendingEmail": new, "emailVerifiedAt": None}
    link, notice = await smtp.until_received(2)
    assert (link["To"], notice["To"]) == (new, person.email)
    assert new not in text_of(notice)
    token = token_in(link)
    assert token not in await everything(fresh_database_url)
    confirmed = (await api.ask(CONFIRM, {"t": token}))["confirmEmailChange"]
    assert confirmed == {"__typename": "UserPayload", "user": {"id": person.id}}
    found = await me(api, person)
    assert (found["email"], found["pendingEmail"]) == (new, None)
    assert found["emailVerifiedAt"]
    assert (await api.ask(CONFIRM, {"t": token}))["confirmEmailChange"]["code"] == "TOKEN_INVALID"


async def test_an_address_of_another_user_waits_as_well_and_only_they_are_notified(
    api: Api, admin: Person, smtp: MailServer
) -> None:
    person, holder = await api.new_user(admin), await api.new_user(admin)
    assert await wish(api, person, holder.email) == {"__typename": "Done", "ok": True}
    assert (await me(api, person))["pendingEmail"] == holder.email
    warning, notice = await smtp.until_received(2)
    assert (warning["To"], notice["To"]) == (holder.email, person.email)
    assert "token=" not in text_of(warning)


async def test_one_s_own_address_waits_and_another_s_changes_at_once(api: Api, admin: Person, smtp: MailServer) -> None:
    person = await api.new_user(admin)
    own = {"id": person.id, "email": f"own-{person.email}", "displayName": "Other"}
    changed = (await api.ask(UPDATE, {"i": own}, person))["updateUser"]["user"]
    assert changed == {"email": person.email, "pendingEmail": own["email"], "displayName": "Other"}
    body = {"email": f"v1-{person.email}"}
    put = await api.http.put(f"/api/v1/users/{person.id}", json=body, headers=person.bearer)
    assert (put.status_code, put.json()["message"]) == (202, "Confirmation sent")
    assert put.json()["data"]["email"] == person.email
    renamed = await api.http.put(f"/api/v1/users/{person.id}", json={"display_name": "New"}, headers=person.bearer)
    assert (renamed.status_code, renamed.json()["message"]) == (200, "User updated successfully")
    assert (await me(api, person))["pendingEmail"] == body["email"]
    by_admin = {"id": person.id, "email": f"set-{person.email}"}
    set_ = (await api.ask(UPDATE, {"i": by_admin}, admin))["updateUser"]["user"]
    assert (set_["email"], set_["pendingEmail"]) == (by_admin["email"], None)
