"""`python -m bench.off.services`: from disabling a user to their token refused by another service that verifies tokens itself.

The services are the examples of docs/how-to/verify.md as they stand there, in Python and in TypeScript. Both follow the log
at the second instance; an admin disables one user after the other at the first one. The clock starts when the mutation is
sent and stops when the answer of a service that refuses has arrived; each is asked again as soon as it has answered.
"""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import uvloop

from api.bootstrap.core import Core, open_core
from api.cli.client import SignedIn, ask, sign_in
from api.cli.local.console.node import node
from api.cli.local.embedded.process import end, family, free_port, spawn
from api.settings import Settings
from bench.fanout.__main__ import machine
from bench.off.__main__ import DISABLE, PATIENCE_SECONDS, USERS, figures, http_client, new_person, pause
from bench.process import ROOT, StartError
from bench.verify.stand import ADMIN, Stand, over_a_stand
from domain.models.actor import Role, system
from domain.services.api_key import CreateApiKey

FILES = {"python": "verify.py", "ts": "verify.ts"}
NAMES = {"python": "the Python example", "ts": "the TypeScript example"}
START_SECONDS, STOP_SECONDS, ATTEMPTS = 30.0, 10.0, 30


def main() -> int:
    """Run, and print the figures; 2 if something did not start or a token was not refused in time."""
    return over_a_stand("off", _run)


def _run(stand: Stand) -> int:
    found = uvloop.run(_measure(stand))
    print(f"\n{machine()}\n{USERS} users disabled one after the other, at another instance than the services follow\n")
    print(f"  {'from sending the mutation to a refusal by':58}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for example, seconds in found.items():
        print(f"  {NAMES[example]:58}{figures(seconds)}")
    return 0


async def _measure(stand: Stand) -> dict[str, list[float]]:
    """Seconds until each service refused each user."""
    here, elsewhere = stand.instances
    found: dict[str, list[float]] = {example: [] for example in FILES}
    values = {k.lower(): stand.environment[k] for k in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    settings = Settings.load(_env_file=None, sign_ins_per_address=100_000, **values)
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(open_core(settings))
        await core.read_signing_keys()
        http = await stack.enter_async_context(http_client(here.url))
        admin = await sign_in(http, ADMIN, stand.password)
        key = (
            await core.api_keys.create_for(system(), UUID(admin.user_id), CreateApiKey("Services", Role.AUDITOR))
        ).value
        variables = {
            "ROLLCALL": elsewhere.url,
            "ISSUER": str(settings.public_url).rstrip("/"),
            "ROLLCALL_API_KEY": key.secret,
        }
        services = {}
        for example in FILES:
            url = stack.enter_context(_service(example, stand.folder, stand.environment | variables))
            services[example] = await stack.enter_async_context(http_client(url))
            await _answers(services[example], None, 401, START_SECONDS)
        users = [await _accepted(core, services) for _ in range(USERS)]
        for person in users:
            await pause()
            sent = time.perf_counter()
            refusals = {
                example: asyncio.create_task(_answers(service, person, 401, PATIENCE_SECONDS))
                for example, service in services.items()
            }
            await ask(http, DISABLE, {"id": person.user_id}, admin.token)
            for example, refusal in refusals.items():
                found[example].append(await refusal - sent)
    return found


@contextmanager
def _service(example: str, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a running example."""
    document = (ROOT / "docs" / "how-to" / "verify.md").read_text()
    file, port = folder / FILES[example], free_port()
    file.write_text("\n".join(re.findall(rf"```{example}\n(.*?)```", document, re.DOTALL)))
    uvicorn = (sys.executable, "-m", "uvicorn", "--app-dir", str(folder), "--port", str(port), "verify:app")
    command = uvicorn if example == "python" else (str(node()), str(file))
    with (folder / f"{example}.log").open("ab") as output:
        child = spawn(command, environment={**environment, "PORT": str(port)}, output=output)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        end(family(child.pid), (signal.SIGTERM, signal.SIGKILL), STOP_SECONDS)
        child.wait()


async def _accepted(core: Core, services: Mapping[str, httpx.AsyncClient]) -> SignedIn:
    """A user whom every service accepts: tokens from before a service began to follow the log are refused."""
    for _ in range(ATTEMPTS):
        person = await new_person(core)
        if not [service for service in services.values() if await _status(service, person) != 200]:
            return person
        await asyncio.sleep(1)  # tokens have whole seconds
    raise StartError("A service accepts no token")


async def _answers(service: httpx.AsyncClient, person: SignedIn | None, status: int, seconds: float) -> float:
    """The time at which the service first answered so. Raises StartError if it has not within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            while await _status(service, person) != status:
                pass  # the request has waited
    except TimeoutError:
        raise StartError(f"{service.base_url} did not answer {status} within {seconds:.0f} s") from None
    return time.perf_counter()


async def _status(service: httpx.AsyncClient, person: SignedIn | None) -> int:
    """The status of the service's answer; 0 while it does not listen."""
    headers = {} if person is None else {"authorization": f"Bearer {person.token}"}
    try:
        return (await service.get("/hello", headers=headers)).status_code
    except httpx.TransportError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
