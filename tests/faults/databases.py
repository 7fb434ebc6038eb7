"""Database operations: dump, restore, replication, promotion, recovery to a point in time."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from api.cli.local.embedded import Embedded, EmbeddedPostgres
from api.cli.local.embedded.place import find_place
from api.cli.local.embedded.process import spawn, wait_until

REPLICATION = "host replication all 127.0.0.1/32 scram-sha-256\n"


RESTORES = 20
"""How often a restore is tried while writers run, until none of their locks conflicts with it."""


class ProgramFailed(Exception):
    """One of PostgreSQL's programs failed; the message is its output."""


class Copy(EmbeddedPostgres):
    """A cluster over a copy of another's files, which may be a standby."""

    def _ready(self) -> bool:
        try:
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() in ("ready", "standby")


class Clusters:
    """A running cluster and the copies made of it; all of them are removed after the test."""

    def __init__(self, engines: Embedded) -> None:
        self.engines, self.postgres = engines, engines.postgres
        self._place = find_place(engines.data_dir)
        self._copies: list[Copy] = []
        self.folder = self._place.data / "made"
        self.folder.mkdir(mode=0o700)
        self._place.account.chown(self.folder)

    def run(self, program: str, *arguments: str, url: str | None = None) -> None:
        """Run one of PostgreSQL's programs, with the connection of an address in its environment."""
        parts = urlsplit(url or self.postgres.url)
        environment = {
            "LC_ALL": "C",
            "PGHOST": parts.hostname or "",
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
            "PGPASSWORD": parts.password or "",
            "PGDATABASE": parts.path.lstrip("/"),
        }
        with tempfile.TemporaryFile() as output:
            command: list[str | Path] = [self._place.postgres_programs / program, *arguments]
            code = spawn(command, account=self._place.account, environment=environment, output=output).wait()
            output.seek(0)
            if code:
                raise ProgramFailed(output.read().decode())

    def dump(self, name: str = "dump") -> Path:
        """Write a dump of the database."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        self.run("pg_dump", "--format=custom", f"--file={path}")
        return path

    def restore_beside(self, dump: Path, database: str) -> str:
        """Restore a dump into another database of the cluster; returns its address."""
        self.run("createdb", database)
        url = self.postgres.address(database)
        self.run("pg_restore", "--no-comments", f"--dbname={database}", str(dump), url=url)
        return url

    def restore_in_place(self, dump: Path) -> None:
        """Restore a dump over its own database, while the servers keep running."""
        superuser = self.postgres.address("rollcall", "postgres")
        restore = ("pg_restore", "--clean", "--single-transaction", "--dbname=rollcall", str(dump))
        for _ in range(RESTORES):
            try:
                return self.run(*restore, url=superuser)
            except ProgramFailed as error:
                if "deadlock detected" not in str(error):
                    raise
        raise AssertionError(f"{RESTORES} deadlocks with the writers")

    async def superuser(self, postgres: EmbeddedPostgres, *statements: str) -> Any:
        """Run statements as the superuser, each in its own transaction; returns the value of the last one."""
        connection = await asyncpg.connect(postgres.address("rollcall", "postgres"))
        try:
            return [await connection.fetchval(s) for s in statements][-1]
        finally:
            await connection.close()

    def allow_replication(self) -> None:
        """Allow standbys to connect."""
        with (self.postgres.directory / "pg_hba.conf").open("a") as rules:
            rules.write(REPLICATION)
        asyncio.run(self.superuser(self.postgres, "select pg_reload_conf()"))

    def back_up(self, name: str, *options: str) -> Copy:
        """Make a base backup of the running cluster; it is not started."""
        directory = self.folder / name
        superuser = self.postgres.address("postgres", "postgres")
        self.run("pg_basebackup", f"--pgdata={directory}", "--checkpoint=fast", *options, url=superuser)
        copy = Copy(
            directory,
            self._place.postgres_programs,
            self._place.account,
            self.engines.data_dir / f"{name}.log",
            superuser.partition(":")[2].partition(":")[2].partition("@")[0],
            fast=True,
        )
        self._copies.append(copy)
        return copy

    def standby(self) -> Copy:
        """Start a standby that follows the cluster."""
        self.allow_replication()
        copy = self.back_up("standby", "--write-recovery-conf")
        copy.start()
        return copy

    def recover(self, backup: Copy, target: str) -> None:
        """Start a backup, recovered to a restore point of the cluster, with the WAL of the cluster's own directory."""
        wal = self.postgres.directory / "pg_wal"
        with (backup.directory / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {wal}/%f \"%p\"'\n")
            settings.write(f"recovery_target_name = '{target}'\nrecovery_target_action = 'promote'\n")
        (backup.directory / "recovery.signal").touch()
        self._place.account.chown(backup.directory / "recovery.signal")
        backup.start()
        reached = "select not pg_is_in_recovery()"
        assert wait_until(lambda: asyncio.run(self.superuser(backup, reached)), 60), "the backup was not promoted"

    def snapshot(self, name: str = "snapshot") -> Path:
        """Copy the stopped cluster's files."""
        return Path(shutil.copytree(self.postgres.directory, self.folder / name, copy_function=self._copied))

    def restore_snapshot(self, snapshot: Path) -> None:
        """Replace the stopped cluster's files by those of a snapshot."""
        shutil.rmtree(self.postgres.directory)
        shutil.copytree(snapshot, self.postgres.directory, copy_function=self._copied)
        for path in (self.postgres.directory, *self.postgres.directory.rglob("*")):
            self._place.account.chown(path)

    @staticmethod
    def _copied(source: str, target: str) -> str:
        return str(shutil.copy2(source, target))

    def stop(self) -> None:
        """Stop everything that was started here."""
        for copy in self._copies:
            if copy.running:
                copy.stop()


@contextmanager
def clusters(engines: Embedded) -> Iterator[Clusters]:
    """The copies of a running cluster; they are removed at the end of the block."""
    made = Clusters(engines)
    try:
        yield made
    finally:
        made.stop()


async def promoted(clusters: Clusters, standby: Copy) -> None:
    """Promote a standby."""
    assert await clusters.superuser(standby, "select pg_promote()")


async def cut_off(clusters: Clusters, standby: Copy) -> None:
    """Disconnect a standby from its primary; returns once it is disconnected."""
    await clusters.superuser(standby, "alter system set primary_conninfo = ''", "select pg_reload_conf()")
    while await clusters.superuser(standby, "select count(*) from pg_stat_wal_receiver"):
        await asyncio.sleep(0.02)
