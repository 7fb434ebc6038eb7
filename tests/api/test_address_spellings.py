"""An address with an international domain, through the interfaces: shown as U-labels, accepted in both spellings."""

from __future__ import annotations

import secrets

from tests.api.conftest import PASSWORD, Api, Person

CREATE = """mutation($i: CreateUserInput!) { createUser(input: $i) {
  ... on UserPayload { user { id email } }
  ... on ConflictProblem { code }
  ... on ValidationProblem { message fields { field } } } }"""


def created_input(email: str) -> dict[str, object]:
    return {"i": {"email": email, "displayName": "Zoë", "password": PASSWORD}}


async def test_both_spellings_are_one_account(api: Api, admin: Person) -> None:
    local = f"zoe{secrets.token_hex(4)}"
    u_label, a_label = f"{local}@straße.example", f"{local}@xn--strae-oqa.example"
    created = (await api.ask(CREATE, created_input(a_label), admin))["createUser"]["user"]
    assert created["email"] == u_label
    for email in (u_label, a_label):
        assert (await api.ask(CREATE, created_input(email), admin))["createUser"] == {"code": "EMAIL_TAKEN"}
        assert (await api.sign_in(email, PASSWORD)).id == created["id"]
        login = await api.rest("POST", "/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert login.json()["data"]["user"]["email"] == u_label
    other = f"{local}@strasse.example"
    assert (await api.ask(CREATE, created_input(other), admin))["createUser"]["user"]["email"] == other


async def test_a_change_to_the_other_spelling_changes_nothing(api: Api, admin: Person) -> None:
    local = f"zoe{secrets.token_hex(4)}"
    body = {"email": f"{local}@bücher.example", "display_name": "Zoë"}
    created = (await api.rest("POST", "/api/v1/users", admin, json=body)).json()["data"]
    changed = await api.rest(
        "PUT",
        f"/api/v1/users/{created['id']}",
        admin,
        headers={"if-match": '"1"'},
        json={"email": f"{local}@XN--BCHER-KVA.example"},
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"1"')
    assert changed.json()["data"]["email"] == body["email"]


async def test_an_invalid_label_is_reported_on_the_field(api: Api, admin: Person) -> None:
    refused = (await api.ask(CREATE, created_input("zoe@xn--a.example"), admin))["createUser"]
    message = "Invalid email format: 'xn--a' is not a label of a domain"
    assert refused == {"message": message, "fields": [{"field": "email"}]}
    body = {"email": "zoe@xn--a.example", "display_name": "Zoë\u202e"}
    error = (await api.rest("POST", "/api/v1/users", admin, json=body)).json()["error"]
    assert [(e["field"], e["message"]) for e in error["details"]["errors"]] == [
        ("email", message),
        ("display_name", "The display name has a character that cannot be seen: U+202E; remove it"),
    ]
