"""PostgreSQL with the people in Rollcall's table and in one for the peers, Valkey, and signed-in admins."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from api.bootstrap.core import open_core
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import Settings
from bench.directories import environment_of, new_token, settings_of
from bench.growth.seed import BENCH_DOMAIN, seed
from bench.process import pin
from domain.models.actor import Role

ADMINS = 16
"""How many sessions the requests come from: one session has its own queue, and four requests of it at a time."""
PEERS_TABLE = f"""
drop schema if exists peers cascade;
create schema peers;
create table peers.users (
  id uuid primary key, email text not null unique, display_name text not null, role text not null, status text not null,
  created_at timestamptz not null, updated_at timestamptz not null, version integer not null,
  search tsvector generated always as
    (to_tsvector('simple', display_name || ' ' || replace(email, '@', ' '))) stored);
insert into peers.users (id, email, display_name, role, status, created_at, updated_at, version)
  select id, email, display_name, role, status, created_at, updated_at, version from public.users
  where split_part(email, '@', 2) <> '{BENCH_DOMAIN}';
create index on peers.users (created_at, id);
create index on peers.users using gin (search);
create function peers.search_users(search text) returns setof peers.users language sql stable as $$
  select * from peers.users u where u.search @@ to_tsquery('simple', search_users.search || ':*')
  order by created_at, id $$;
"""  # noqa: S608 - no input


@dataclass(frozen=True, slots=True)
class Place:
    """Running engines with so many people; `tokens` are the access tokens of different admins."""

    settings: Settings
    folder: Path
    tokens: list[str]

    @property
    def rollcall(self) -> Mapping[str, str]:
        """The environment of Rollcall."""
        return environment_of(self.settings)

    @property
    def peer(self) -> Mapping[str, str]:
        """The environment of a peer, with as many connections as Rollcall has."""
        return {
            "DATABASE_URL": self.settings.database_url.dsn,
            "POOL_SIZE": str(self.settings.database_pool_size),
            "PORT": "{port}",
            "NODE_ENV": "production",
        }


@contextmanager
def place(folder: Path, count: int, say: Callable[[str], None], *, core: int | None = 1) -> Iterator[Place]:
    """Bring the directory up to its size. With `core`, this program and the engines are pinned to that core."""
    configure_logs("warning", "console")
    if core is not None:
        pin(os.getpid(), core)
    embedded = Embedded(folder / str(count), say=say)
    engines = embedded.start()
    try:
        settings = settings_of(engines, folder / str(count))
        upgrade(settings.database_url)
        asyncio.run(seed(engines.database_url, count, say))
        asyncio.run(_prepare_peers(embedded.postgres.address("rollcall", "postgres")))
        yield Place(settings, folder, asyncio.run(_tokens(settings)))
    finally:
        embedded.stop()


async def _prepare_peers(superuser: str) -> None:
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute(PEERS_TABLE)
        await connection.execute("grant usage on schema peers to rollcall")
        await connection.execute("grant all on all tables in schema peers to rollcall")
        await connection.execute("vacuum (analyze) peers.users")
    finally:
        await connection.close()


async def _tokens(settings: Settings) -> list[str]:
    async with open_core(settings) as core:
        await core.read_signing_keys()
        return [await new_token(core, f"admin{number}", Role.ADMIN) for number in range(ADMINS)]
