"""What a server writes to its log in a run with secrets and personal data wherever they may occur."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.revisions import shipped
from tests.api.conftest import ADMIN, PASSWORD, free_port, settings_for
from tests.smtp import token_in

KEY, METRICS_TOKEN = "a key of the test that is long enough to sign", "metrics-token-of-the-test"
WRONG, NEXT = "a-wrong-password-of-the-test", "the-next-password-of-the-test"
EMAILS = ("ada.king+x@example.com", "bo@xn--bcher-kva.example", "new-one@example.org")
NAMES = ("Ada Quirinia", "Bo Quirinius")
MAILED, CHANGED, SIGNED_UP, INVITED = (f"{name}@example.net" for name in ("mailed", "changed", "signed", "invited"))
HOOK = "key-in-the-address-of-a-receiver"
CREATE_HOOK = """mutation($i: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $i) {
  ... on WebhookSecretPayload { secret } } }"""
COMMAND = "from api.cli.main import main; main()"
PATIENCE = 120


@asynccontextmanager
async def served(log: Path, **variables: str) -> AsyncIterator[httpx.AsyncClient]:
    """A server that writes this log, and a client of it."""
    port = free_port()
    environment = os.environ | variables | {"API_PORT": str(port), "SECRET_KEY": KEY}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve"], env=environment, stdout=output, stderr=output
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            await until_it_answers(client, process)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


async def until_it_answers(client: httpx.AsyncClient, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    async with asyncio.timeout(PATIENCE):
        while process.poll() is None:
            try:
                await client.get("/livez")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


def written(log: Path) -> str:
    """The log so far."""
    return log.read_text()


async def until_logged(log: Path, text: str) -> None:
    """Wait for a line, which may be written a moment after its response."""
    async with asyncio.timeout(PATIENCE):
        while text not in written(log):
            await asyncio.sleep(0.05)


def lines_of(log: Path) -> list[dict[str, Any]]:
    """The lines, each of which must be one JSON object with what every line has."""
    lines = [json.loads(line) for line in written(log).splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    return lines


async def test_neither_secrets_nor_personal_data_reach_the_log(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    await ensure_first_admin(settings_for(fresh_database_url, redis_url))
    log = tmp_path / "log"
    variables = {
        "DATABASE_URL": fresh_database_url,
        "REDIS_URL": redis_url,
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "json",
        "ACCESS_LOG": "true",
        "METRICS_TOKEN": METRICS_TOKEN,
        "DATA_DIR": str(tmp_path),
        "SIGN_UP": "verified",
        "NEW_DEVICE_MAILS": "true",
    }
    async with served(log, **variables) as client:
        secrets, admin = await send_secrets(client, tmp_path)
        await until_logged(log, '"sign_in_failed"')
        await until_logged(log, '"/metrics"')
        await until_logged(log, '"webhook.postponed"')
    text = written(log)
    password = fresh_database_url.split("@", maxsplit=1)[0].rpartition(":")[2]
    secrets |= {PASSWORD, WRONG, NEXT, KEY, METRICS_TOKEN, fresh_database_url, password}
    assert not [secret for secret in secrets if secret in text]
    assert f"-password-reset-{CHANGED}.eml" in text, "the log names the file of a mail"
    quiet = "".join(line for line in text.splitlines() if '"mail.written"' not in line)
    private = {ADMIN, MAILED, CHANGED, SIGNED_UP, INVITED, *EMAILS, *NAMES}
    assert not [value for value in private if value in quiet]
    assert "Traceback" not in text
    lines = lines_of(log)
    (started,) = [line for line in lines if line["event"] == "server.started"]
    assert started["schema"] == shipped().head
    assert started["version"]
    assert {"session_started", "sign_in_failed"} <= {line["event"] for line in lines}
    check_access_lines([line for line in lines if line["event"] == "request"], admin)


def check_access_lines(lines: list[dict[str, Any]], admin: str) -> None:
    """Check that the access log names user, session, operation, duration and statements."""
    (named,) = [line for line in lines if line.get("operation_name") == "Found"]
    assert (named["operation"], named["user"], named["status"], named["path"]) == ("users", admin, 200, "/graphql")
    assert named["session"]
    assert named["sql"] >= 1
    assert named["ms"] >= 0
    assert named["sql_ms"] > 0
    assert any(line["path"] == "/api/v1/users/***" for line in lines)
    (alive, *_) = [line for line in lines if line["path"] == "/livez"]
    assert alive["sql"] == 0
    assert "user" not in alive


async def send_secrets(client: httpx.AsyncClient, data: Path) -> tuple[set[str], str]:
    """Send requests with secrets wherever they may occur; returns the secrets, and the admin's id."""
    signed_in = (await client.post("/api/v1/auth/login", json={"email": ADMIN, "password": PASSWORD})).json()["data"]
    access, refresh = signed_in["access_token"], signed_in["refresh_token"]
    bearer = {"authorization": f"Bearer {access}"}
    for email in (ADMIN, EMAILS[2]):
        await client.post("/api/v1/auth/login", json={"email": email, "password": WRONG})
    await client.get(f"/api/v1/users?access_token={access}&email={EMAILS[0]}", headers=bearer)
    await client.get(f"/api/v1/users/{EMAILS[0]}", headers=bearer)
    await client.post("/api/v1/users", headers=bearer, json={"email": "x", "display_name": "", "password": WRONG})
    content = f"email,name\n{EMAILS[0]},{NAMES[0]}\n{EMAILS[1]},{NAMES[1]}\n"
    imported = await client.post(
        "/api/v1/users/import", headers={**bearer, "content-type": "text/csv"}, content=content
    )
    assert json.loads(imported.text.splitlines()[-1])["created"] == 2, imported.text
    key, hook_secret = await send_operations(client, bearer)
    links = await use_links(client, bearer, data)
    await client.get("/api/v1/users", headers={"cookie": f"rollcall={access}x"})
    renewed = (await client.post("/api/v1/auth/refresh", json={"refresh_token": refresh})).json()["data"]
    await client.post("/api/v1/auth/refresh", json={"refresh_token": refresh})
    for ended in (renewed["access_token"], renewed["refresh_token"]):
        await client.post("/oauth/revoke", data={"token": ended})
    await client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"})
    tokens = {
        *links,
        key,
        key[13:],
        hook_secret,
        hook_secret.removeprefix("whsec_"),
        HOOK,
        access,
        access.rpartition(".")[2],
        refresh,
        renewed["access_token"],
        renewed["refresh_token"],
    }
    return tokens, signed_in["user"]["id"]


async def mailed_token(data: Path, kind: str, address: str) -> str:
    """The token in a mail, once it is there."""
    async with asyncio.timeout(PATIENCE):
        while not (files := list((data / "mail").glob(f"*-{kind}-{address}.eml"))):
            await asyncio.sleep(0.05)
    return token_in(message_from_bytes(files[0].read_bytes(), policy=policy.default))


async def use_links(client: httpx.AsyncClient, bearer: dict[str, str], data: Path) -> set[str]:
    """Ask for a link of each kind, and use it; returns the tokens. The log names the files of mails, and so addresses."""

    async def graphql(field: str, by: dict[str, str] | None = None) -> Any:
        body = {"query": f"mutation {{ {field} {{ __typename }} }}"}
        answer = (await client.post("/graphql", headers=by or {}, json=body)).json()
        assert "Problem" not in json.dumps(answer["data"]), answer
        return answer

    person = {"email": MAILED, "display_name": "Mailed", "password": WRONG}
    await client.post("/api/v1/users", headers=bearer, json=person)
    entered = await client.post("/api/v1/auth/login", json={"email": MAILED, "password": WRONG})
    own = {"authorization": f"Bearer {entered.json()['data']['access_token']}"}
    await graphql("requestEmailVerification", own)
    await graphql(f'verifyEmail(token: "{(verifying := await mailed_token(data, "email-verification", MAILED))}")')
    await graphql(f'requestEmailChange(input: {{newEmail: "{CHANGED}", currentPassword: "{WRONG}"}})', own)
    await graphql(f'confirmEmailChange(token: "{(confirming := await mailed_token(data, "email-change", CHANGED))}")')
    await graphql(f'requestPasswordReset(email: "{CHANGED}")')
    resetting = await mailed_token(data, "password-reset", CHANGED)
    await graphql(f'resetPassword(input: {{token: "{resetting}", newPassword: "{NEXT}"}})')
    await graphql(f'signUp(input: {{email: "{SIGNED_UP}", password: "{NEXT}", displayName: "{NAMES[0]}"}})')
    await graphql(f'verifyEmail(token: "{(making := await mailed_token(data, "sign-up", SIGNED_UP))}")')
    await graphql(f'inviteUser(input: {{email: "{INVITED}", displayName: "{NAMES[1]}"}})', bearer)
    accepting = await mailed_token(data, "invitation", INVITED)
    await graphql(f'acceptInvitation(input: {{token: "{accepting}", password: "{NEXT}"}})')
    return {verifying, confirming, resetting, making, accepting}


async def send_operations(client: httpx.AsyncClient, bearer: dict[str, str]) -> tuple[str, str]:
    """GraphQL: a document that is refused, a search, a password that is set, an API key, a webhook; returns their secrets."""

    async def graphql(query: str, **variables: object) -> Any:
        body = {"query": query, "variables": variables}
        return (await client.post("/graphql", headers=bearer, json=body)).json()

    await graphql("{ me { nope } }", password=WRONG)
    make = """mutation { createApiKey(input: {name: "Key", role: ADMIN, scopes: [INTROSPECT]}) {
      ... on ApiKeyPayload { secret } } }"""
    key = str((await graphql(make))["data"]["createApiKey"]["secret"])
    hook = await graphql(CREATE_HOOK, i={"name": "Hook", "url": f"https://127.0.0.1:1/{HOOK}"})
    secret = str(hook["data"]["createWebhookEndpoint"]["secret"])
    by_key = {"authorization": f"Bearer {key}"}
    await client.get("/api/v1/users", headers=by_key)
    await client.get(f"/api/v1/users?key={key}", headers={"authorization": f"Bearer {key[:-1]}"})
    introspected = await client.post("/oauth/introspect", headers=by_key, data={"token": bearer["authorization"][7:]})
    assert introspected.json()["active"] is True
    query = "query Found($s: String) { users(first: 5, search: $s) { edges { node { id } } } }"
    found = await graphql(query, s=EMAILS[0])
    (edge,) = found["data"]["users"]["edges"]
    set_password = "mutation($i: SetPasswordInput!) { setPassword(input: $i) { __typename } }"
    done = await graphql(set_password, i={"userId": edge["node"]["id"], "password": NEXT})
    assert done["data"]["setPassword"]["__typename"] == "UserPayload", done
    return key, secret


@pytest.mark.parametrize("command", ["serve", "migrate", "export"])
def test_a_command_that_cannot_start_reports_it_in_one_line_of_json(tmp_path: Path, command: str) -> None:
    given = {"LOG_FORMAT": "json", "DATABASE_URL": "mysql://u:hunter2@db/x", "REDIS_URL": "redis://localhost"}
    environment = {k: v for k, v in os.environ.items() if k != "SECRET_KEY"} | given | {"PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, command], env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 1
    line = json.loads(done.stderr)
    assert (line["event"], line["level"], line["command"]) == ("command.failed", "critical", command)
    assert "DATABASE_URL: must begin with postgresql://" in line["reason"]
    assert b"hunter2" not in done.stderr


def test_a_log_format_that_does_not_exist_is_reported_as_text(tmp_path: Path) -> None:
    environment = os.environ | {"LOG_FORMAT": "xml", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "serve"], env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"LOG_FORMAT" in done.stderr
