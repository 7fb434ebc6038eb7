"""The examples of docs/how-to/verify.md, run as they stand there: another service verifies tokens, and learns who is off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from api.bootstrap.core import open_core
from api.cli.local.console.node import node
from domain.models.actor import system
from domain.models.signing_key import KeyState
from tests.api.conftest import Api, Person, free_port
from tests.api.test_api_keys import DISABLE, new_key
from tests.api.test_expiry import REFRESH
from tests.integration.logs import until

DOCUMENT = (Path(__file__).parents[2] / "docs" / "how-to" / "verify.md").read_text()
EXAMPLES = {name: "\n".join(re.findall(rf"```{name}\n(.*?)```", DOCUMENT, re.DOTALL)) for name in ("python", "ts")}
REVOKE_SESSION = "mutation($id: ID!) { revokeSession(id: $id) { __typename } }"


@dataclass(frozen=True, slots=True)
class Service:
    """A running example."""

    http: httpx.AsyncClient
    process: subprocess.Popen[bytes]

    async def status(self, token: str | None) -> int:
        """The status of a request with a token; 0 while the service does not answer."""
        assert self.process.poll() is None, "the example has ended"
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        try:
            return (await self.http.get("/hello", headers=headers)).status_code
        except httpx.TransportError:
            return 0

    async def has(self, token: str | None, status: int) -> bool:
        return await self.status(token) == status


def command(name: str, folder: Path, port: int) -> list[str]:
    """What runs an example."""
    file = folder / ("verify.py" if name == "python" else "verify.ts")
    file.write_text(EXAMPLES[name])
    if name == "ts":
        return [str(node()), str(file)]
    return [sys.executable, "-m", "uvicorn", "--app-dir", str(folder), "--port", str(port), "verify:app"]


@pytest.fixture(params=["python", "ts"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def service(name: str, api: Api, admin: Person, tmp_path: Path) -> AsyncIterator[Service]:
    """An example that follows the log with a key of role AUDITOR."""
    port = free_port()
    variables = {
        "ROLLCALL": api.server.url,
        "ISSUER": "http://localhost:8000",
        "ROLLCALL_API_KEY": (await new_key(api, admin, "AUDITOR")).client.token,
        "PORT": str(port),
    }
    with running(command(name, tmp_path, port), variables) as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            found = Service(client, process)
            await until(partial(found.has, None, 401))
            yield found


class running:  # noqa: N801 - used like a function
    """A process that is ended with the block."""

    def __init__(self, words: list[str], variables: dict[str, str]) -> None:
        self._words, self._environment = words, os.environ | variables

    def __enter__(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            self._words, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)


async def accepted(service: Service, api: Api, admin: Person) -> Person:
    """A user whose token the service accepts: those from before it began to follow are refused until they are renewed."""
    person = await api.new_user(admin)

    async def is_accepted() -> bool:
        nonlocal person
        person = await api.sign_in(person.email, person.password)
        return await service.has(person.token, 200)

    await until(is_accepted)
    return person


async def test_another_service_accepts_and_refuses_as_rollcall_does(service: Service, api: Api, admin: Person) -> None:
    person = await accepted(service, api, admin)
    answer = await service.http.get("/hello", headers=person.bearer)
    assert answer.json() == {"user": person.id}
    head, body, signature = person.token.split(".")
    claims = jwt.decode(person.token, options={"verify_signature": False})
    named = {"typ": "at+jwt", "kid": jwt.get_unverified_header(person.token)["kid"]}
    forged = jwt.encode(claims, "x" * 32, algorithm="HS256", headers=named)
    unsigned = jwt.encode(claims, "", algorithm="none", headers=named)
    for wrong in (None, "a.b.c", f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", forged, unsigned):
        assert await service.status(wrong) == 401, wrong


@pytest.mark.parametrize("ending", ["disable", "revoke"])
async def test_another_service_learns_of_off(service: Service, api: Api, admin: Person, ending: str) -> None:
    person, other = await accepted(service, api, admin), await accepted(service, api, admin)
    if ending == "disable":
        await api.ask(DISABLE, {"id": person.id}, admin)
    else:
        await api.ask(REVOKE_SESSION, {"id": person.session}, person)
    await until(partial(service.has, person.token, 401))
    assert await service.status(other.token) == 200


async def test_another_service_follows_a_rotation_of_keys(service: Service, api: Api, admin: Person) -> None:
    person = await accepted(service, api, admin)
    async with open_core(api.server.container.core.settings) as core:
        for waiting in [k for k, state in await core.signing_keys.states(system()) if state is KeyState.NEXT]:
            await core.signing_keys.revoke(system(), waiting.kid)  # published by another test of this server
        key = (await core.signing_keys.rotate(system(), timedelta(seconds=1))).value
    found: dict[str, Any] = {"accessToken": person.token, "refreshToken": person.refresh}

    async def is_new() -> bool:
        found.update((await api.ask(REFRESH, {"t": found["refreshToken"]}))["refreshSession"])
        return bool(jwt.get_unverified_header(found["accessToken"])["kid"] == key.kid)

    await until(is_new)
    await until(partial(service.has, found["accessToken"], 200))
    assert await service.status(person.token) == 200, "until it expires"
