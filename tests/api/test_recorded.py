"""The recorded contract: every request is sent again, in order, and every response must be the same byte for byte.

After a change that is meant, `RECORD=1` writes the records anew: read the difference as a client would.
"""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx

from api.cli.local.embedded import Embedded
from api.settings import Settings
from tests.api.conftest import Server
from tests.api.exchanges import RECORDS, Exchange, Replay, records

CLIENT = {"user-agent": "recorded", "accept": "*/*"}
ATTEMPTS_MAX = 100


async def answer(client: httpx.AsyncClient, replay: Replay, exchange: Exchange) -> httpx.Response:
    """The response to a recorded request; with `until`, to the first repetition that has the status."""
    headers = {k: replay.filled(v) for k, v in exchange.headers.items()}
    path, body = replay.filled(exchange.path), replay.filled(exchange.body).encode()
    until = next((int(n.split()[1]) for n in exchange.notes if n.startswith("until ")), None)
    for _ in range(ATTEMPTS_MAX):
        response = await client.request(exchange.method, path, headers=headers, content=body or None)
        if until in (None, response.status_code):
            return response
    raise AssertionError(f"no response had the status {until}")


async def prepare(exchange: Exchange, engines: Embedded) -> None:
    """Bring about the fault that a record is of."""
    if "the database is stopped" in exchange.notes:
        engines.postgres.kill()
    if "a column of the database is missing" in exchange.notes:
        connection = await asyncpg.connect(engines.postgres.url)
        try:
            await connection.execute("ALTER TABLE users RENAME COLUMN display_name TO renamed")
        finally:
            await connection.close()


def expired(server: Server, replay: Replay) -> str:
    """An access token of the first admin's session that has expired."""
    core = server.container.core
    token, _ = core.tokens.issue_access(
        UUID(replay.values["session"]), UUID(replay.values["id-1"]), core.clock.now() - timedelta(hours=1)
    )
    return str(token)


async def test_every_recorded_exchange_is_the_same_byte_for_byte(own_engines: Embedded, own_settings: Settings) -> None:
    settings = own_settings.model_copy(update={"body_limit_bytes": 4096})
    replay = Replay()
    with Server(settings) as server:
        async with httpx.AsyncClient(base_url=server.url, headers=CLIENT, timeout=120) as client:
            for name, exchange in records().items():
                await prepare(exchange, own_engines)
                response = await answer(client, replay, exchange)
                shown = replay.shown(response)
                if os.environ.get("RECORD"):
                    (RECORDS / f"{name}.http").write_bytes(exchange.written(shown).encode())
                else:
                    assert shown == exchange.response, name
                replay.keep(exchange.notes, response)
                if "expired" not in replay.values:
                    replay.values["session"] = response.json()["data"]["session"]["id"]
                    replay.values["expired"] = expired(server, replay)
