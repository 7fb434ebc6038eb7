"""What Rollcall needs in a benchmark: engines over a temporary directory, and signed-in users."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from api.bootstrap.core import Core, open_core
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import Settings
from bench.process import pin
from domain.models.actor import Origin, Role, system
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser

CAST = (Role.ADMIN,) * 2 + (Role.AUDITOR,) * 2 + (Role.MEMBER,) * 12
"""The users whose tokens the sockets get, in turn: three scopes, most of them members."""
PASSWORD = secrets.token_urlsafe(16)
RESERVE = "update log_state set last_seq = last_seq + $1 returning epoch, last_seq"


@dataclass(frozen=True, slots=True)
class Stack:
    """The running engines, with settings for Rollcall; `subject` is the user that events are about."""

    settings: Settings
    folder: Path
    subject: UUID
    sessions: tuple[tuple[UUID, UUID], ...]

    @property
    def redis_url(self) -> str:
        """The address of Redis, with its password."""
        return self.settings.redis_url.get_secret_value()

    @property
    def redis_port(self) -> int:
        """The port of Redis."""
        return urlsplit(self.redis_url).port or 6379

    @property
    def redis_password(self) -> str:
        """For AUTH."""
        return urlsplit(self.redis_url).password or ""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables of a Rollcall process."""
        return {
            "DATABASE_URL": self.settings.database_url.dsn,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.settings.secret_key.get_secret_value(),
            "LOG_LEVEL": "warning",
        }

    def tokens(self) -> list[str]:
        """A new access token of each session; the first one is an admin's."""
        return asyncio.run(self._tokens())

    async def _tokens(self) -> list[str]:
        async with open_core(self.settings) as core:
            await core.read_signing_keys()
            now = core.clock.now()
            return [core.tokens.issue_access(session, user, now)[0] for session, user in self.sessions]

    def reserve(self, count: int) -> tuple[UUID, int]:
        """Reserve sequence numbers: the log's epoch, and the first of `count` numbers that the log then counts as assigned.

        Waits until the running server has numbered everything: its hub then has that head, and accepts the following numbers,
        which the benchmark publishes as another instance would. Without the reservation the table would be behind what was
        sent, as after a restore, and the hub would begin another epoch.
        """
        return asyncio.run(self._reserve(count))

    async def _reserve(self, count: int) -> tuple[UUID, int]:
        connection = await asyncpg.connect(self.settings.database_url.dsn)
        try:
            async with asyncio.timeout(10):
                while await connection.fetchval("select exists (select from events where seq is null)"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            [row] = await connection.fetch(RESERVE, count)
            return UUID(str(row["epoch"])), int(row["last_seq"]) - count + 1  # the driver has its own UUID
        finally:
            await connection.close()


@contextmanager
def stack(folder: Path, *, core: int | None = None) -> Iterator[Stack]:
    """Engines, a migrated database and users, until the block ends; with `core`, this program is pinned to that core.

    A commit waits for the disk, as in production.
    """
    configure_logs("warning", "console")
    if core is not None:
        pin(os.getpid(), core)  # and the engines with it
    embedded = Embedded(folder / "engines")
    try:
        engines = embedded.start()
        settings = Settings.load(
            _env_file=None,
            database_url=engines.database_url,
            redis_url=engines.redis_url,
            secret_key=secrets.token_urlsafe(48),
            log_level="warning",
        )
        upgrade(settings.database_url)
        subject, sessions = asyncio.run(_create_users(settings))
        yield Stack(settings, folder, subject, sessions)
    finally:
        embedded.remove()


async def _create_users(settings: Settings) -> tuple[UUID, tuple[tuple[UUID, UUID], ...]]:
    async with open_core(settings) as core:
        await core.read_signing_keys()
        made = await core.users.create(system(), CreateUser("subject@example.com", "Sam Subject"))
        sessions = [await _sign_in(core, number, role) for number, role in enumerate(CAST)]
    return made.value.id, tuple(sessions)


async def _sign_in(core: Core, number: int, role: Role) -> tuple[UUID, UUID]:
    email = f"person{number}@example.com"
    await core.users.create(system(), CreateUser(email, f"Person {number}", role, PASSWORD))
    signed_in = await core.sessions.sign_in(Origin(), SignIn(email, PASSWORD))
    return signed_in.session.id, signed_in.user.id


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary directory."""
    with tempfile.TemporaryDirectory(prefix="rollcall-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)
