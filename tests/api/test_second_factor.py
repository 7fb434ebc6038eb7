"""The second factor over GraphQL and v1: setting it up, signing in with it, and an admin who resets it."""

from __future__ import annotations

from typing import Any

import pyotp

from tests.api.conftest import Api, Person

PROBLEM = "... on Problem { code message }"
SIGN_IN = f"""mutation($e: String!, $p: String!, $c: String) {{ signIn(input: {{email: $e, password: $p, totpCode: $c}}) {{
  __typename {PROBLEM} }} }}"""
BEGIN = f"mutation($p: String!) {{ beginTotp(currentPassword: $p) {{ ... on TotpEnrolment {{ secret uri qrSvg }} {PROBLEM} }} }}"
CONFIRM = f"mutation($c: String!) {{ confirmTotp(code: $c) {{ ... on RecoveryCodes {{ codes }} {PROBLEM} ... on ValidationProblem {{ fields {{ field }} }} }} }}"
DISABLE = f"""mutation($p: String!, $c: String!) {{ disableTotp(currentPassword: $p, code: $c) {{
  ... on Done {{ ok }} {PROBLEM} }} }}"""
RESET = f"mutation($id: ID!) {{ resetSecondFactor(userId: $id) {{ ... on Done {{ ok }} {PROBLEM} }} }}"
FACTORS = "query($id: ID!) { user(id: $id) { secondFactors } }"


async def enrolled(api: Api, user: Person) -> tuple[str, list[str]]:
    """The secret, of which the code of now was used, and the recovery codes."""
    begun = (await api.ask(BEGIN, {"p": user.password}, user))["beginTotp"]
    code = pyotp.TOTP(begun["secret"]).now()
    codes = (await api.ask(CONFIRM, {"c": code}, user))["confirmTotp"]["codes"]
    return begun["secret"], codes


async def sign_in(api: Api, user: Person, code: str | None = None) -> dict[str, Any]:
    """What a sign-in answers."""
    answer = await api.ask(SIGN_IN, {"e": user.email, "p": user.password, "c": code})
    return dict(answer["signIn"])


async def test_a_user_sets_it_up_and_signs_in_with_it(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    assert (await api.ask(FACTORS, {"id": user.id}, user))["user"] == {"secondFactors": []}
    begun = (await api.ask(BEGIN, {"p": user.password}, user))["beginTotp"]
    assert begun["uri"].startswith("otpauth://totp/Rollcall")
    assert begun["qrSvg"].startswith("<svg ")
    refused = (await api.ask(CONFIRM, {"c": "12345"}, user))["confirmTotp"]
    assert (refused["code"], refused["fields"]) == ("VALIDATION_ERROR", [{"field": "code"}])
    _, codes = await enrolled(api, user)
    assert (await api.ask(FACTORS, {"id": user.id}, user))["user"] == {"secondFactors": ["TOTP"]}
    missing = await sign_in(api, user)
    assert (missing["__typename"], missing["code"]) == ("CredentialsProblem", "SECOND_FACTOR_REQUIRED")
    assert (await sign_in(api, user, "000 000"))["code"] == "INVALID_CREDENTIALS"
    assert (await sign_in(api, user, codes[0]))["__typename"] == "SessionPayload"
    off = await api.ask(DISABLE, {"p": user.password, "c": codes[1]}, user)
    assert off["disableTotp"] == {"ok": True}
    assert (await sign_in(api, user))["__typename"] == "SessionPayload"


async def test_v1_asks_for_the_code_in_its_own_way(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    _, codes = await enrolled(api, user)
    body = {"email": user.email, "password": user.password}
    missing = await api.http.post("/api/v1/auth/login", json=body)
    assert (missing.status_code, missing.json()["error"]["code"]) == (401, "SECOND_FACTOR_REQUIRED")
    wrong = await api.http.post("/api/v1/auth/login", json=body | {"totp_code": codes[0][:-1]})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "INVALID_CREDENTIALS")
    assert codes[0][:-1] not in wrong.text
    signed_in = await api.http.post("/api/v1/auth/login", json=body | {"totp_code": codes[0]})
    assert signed_in.status_code == 200


async def test_an_admin_resets_it_and_every_session_ends(api: Api, admin: Person) -> None:
    user = await api.new_user(admin)
    await enrolled(api, user)
    assert (await api.ask(FACTORS, {"id": user.id}, admin))["user"] == {"secondFactors": ["TOTP"]}
    assert (await api.ask(RESET, {"id": user.id}, user))["resetSecondFactor"]["code"] == "FORBIDDEN"
    assert (await api.ask(RESET, {"id": admin.id}, admin))["resetSecondFactor"]["code"] == "FORBIDDEN"
    assert (await api.ask(RESET, {"id": user.id}, admin))["resetSecondFactor"] == {"ok": True}
    ended = await api.http.post("/graphql", json={"query": "{ me { id } }"}, headers=user.bearer)
    assert ended.json()["errors"][0]["extensions"]["code"] == "SESSION_REVOKED"
    assert (await sign_in(api, user))["__typename"] == "SessionPayload"
