"""A directory of one size: engines over a folder that is kept, the people in it, and a running server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from api.bootstrap.core import open_core
from api.cli.local.embedded import Embedded, Engines
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import Settings
from bench.directories import environment_of, new_token, settings_of
from bench.fanout.contestants import ROLLCALL
from bench.growth.seed import seed
from bench.process import Server
from domain.models.actor import Role

PRELOAD = "alter system set shared_preload_libraries = 'pg_stat_statements'"
TRACKED = (
    "alter system set pg_stat_statements.track_planning = on",
    "alter role rollcall set pg_stat_statements.track = 'top'",
)
STATEMENTS = """
select query, calls, total_plan_time + total_exec_time from pg_stat_statements s join pg_roles r on r.oid = s.userid
where r.rolname = 'rollcall' and calls > 0 and query ~* '^(select|with)' and query !~* 'log_state|from sessions'
"""
"""What reads users; the relay and the session of the request are left out."""
RESET = "select pg_stat_statements_reset()"
SIZES = """
select c.relname, pg_relation_size(c.oid) from pg_class c where c.relnamespace = 'public'::regnamespace
and c.relkind = $1::"char" and (c.relname ~ 'user|word')
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A seeded directory with its server; times are in milliseconds, sizes in bytes."""

    count: int
    settings: Settings
    superuser: str
    http: httpx.Client
    token_of: Mapping[Role, str]

    def ask(self, document: str, variables: Mapping[str, Any], role: Role = Role.ADMIN) -> Any:
        """The data that a document gives. Raises RuntimeError for errors."""
        answer = self.http.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"authorization": f"Bearer {self.token_of[role]}"},
        ).json()
        if "errors" in answer:
            raise RuntimeError(json.dumps(answer["errors"])[:500])
        return answer["data"]


@contextmanager
def place(folder: Path, count: int, say: Callable[[str], None]) -> Iterator[Place]:
    """Bring a directory up to its size and serve it until the block ends. What was seeded stays in the folder."""
    configure_logs("warning", "console")
    with _engines(folder / str(count), say) as (embedded, engines):
        settings = settings_of(engines, folder / str(count))
        upgrade(settings.database_url)
        asyncio.run(seed(engines.database_url, count, say))
        with Server(ROLLCALL.command, environment_of(settings), folder / f"{count}.log", core=None) as server:
            base = f"http://127.0.0.1:{server.port}"
            with httpx.Client(base_url=base, timeout=120, trust_env=False) as http:
                superuser = embedded.postgres.address("rollcall", "postgres")
                yield Place(count, settings, superuser, http, asyncio.run(_tokens(settings)))


@contextmanager
def _engines(folder: Path, say: Callable[[str], None]) -> Iterator[tuple[Embedded, Engines]]:
    embedded = Embedded(folder, say=say)
    engines = embedded.start()
    try:
        if asyncio.run(_prepare(embedded.postgres.address("rollcall", "postgres"))):
            embedded.stop()
            engines = embedded.start()
            asyncio.run(_run(embedded.postgres.address("rollcall", "postgres"), *TRACKED, "select pg_reload_conf()"))
        yield embedded, engines
    finally:
        embedded.stop()


async def _prepare(superuser: str) -> bool:
    """Have the server time its statements; returns whether it must be started again for that."""
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute("create extension if not exists pg_stat_statements")
        if "pg_stat_statements" in await connection.fetchval("show shared_preload_libraries"):
            return False
        await connection.execute(PRELOAD)
        return True
    finally:
        await connection.close()


async def _run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _tokens(settings: Settings) -> dict[Role, str]:
    async with open_core(settings) as core:
        await core.read_signing_keys()
        return {role: await new_token(core, role, role) for role in Role}
