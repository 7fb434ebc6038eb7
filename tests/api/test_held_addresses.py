"""A taken address through the interfaces: an admin is shown the user who has it, and can restore a deleted one."""

from __future__ import annotations

import secrets

from tests.api.conftest import PASSWORD, Api, Person

USER_RESULT = """{ __typename ... on UserPayload { user { id email status } }
  ... on ConflictProblem { code message current { id email status version } } }"""
CREATE = f"mutation($i: CreateUserInput!) {{ createUser(input: $i) {USER_RESULT} }}"
UPDATE = f"mutation($i: UpdateUserInput!) {{ updateUser(input: $i) {USER_RESULT} }}"
DELETE = f"mutation($id: ID!) {{ deleteUser(id: $id) {USER_RESULT} }}"
RESTORE = f"mutation($id: ID!, $v: Int) {{ restoreUser(id: $id, expectedVersion: $v) {USER_RESULT} }}"


async def test_an_admin_is_shown_the_deleted_user_and_restores_them(api: Api, admin: Person) -> None:
    email = f"held{secrets.token_hex(4)}@example.com"
    given = {"i": {"email": email, "displayName": "Held", "password": PASSWORD}}
    held = (await api.ask(CREATE, given, admin))["createUser"]["user"]["id"]
    await api.ask(DELETE, {"id": held}, admin)
    refused = (await api.ask(CREATE, given, admin))["createUser"]
    current = {"id": held, "email": email, "status": "DELETED", "version": 2}
    message = "This e-mail address belongs to a deleted user; restore or erase them first"
    expected = {"__typename": "ConflictProblem", "code": "EMAIL_TAKEN", "message": message, "current": current}
    assert refused == expected
    body = {"email": email, "display_name": "Held"}
    error = (await api.rest("POST", "/api/v1/users", admin, json=body)).json()["error"]
    assert (error["code"], error["message"], error["details"]) == ("EMAIL_TAKEN", message, {})
    restored = (await api.ask(RESTORE, {"id": held, "v": current["version"]}, admin))["restoreUser"]
    assert restored["user"]["status"] == "ACTIVE"
    refused = (await api.ask(CREATE, given, admin))["createUser"]
    assert (refused["message"], refused["current"]["status"]) == ("This e-mail address is taken", "ACTIVE")


async def test_a_member_is_shown_no_user(api: Api, admin: Person) -> None:
    member, other, deleted = [await api.new_user(admin) for _ in range(3)]
    await api.ask(DELETE, {"id": deleted.id}, admin)
    for taken in (other, deleted):
        given = {"i": {"id": member.id, "email": taken.email}}
        refused = (await api.ask(UPDATE, given, member))["updateUser"]
        assert (refused["code"], refused["message"]) == ("EMAIL_TAKEN", "This e-mail address is taken")
        assert refused["current"] is None
