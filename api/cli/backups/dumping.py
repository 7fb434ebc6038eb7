"""Writing a backup: a snapshot, the dump of it by pg_dump, and the manifest with what the snapshot contains."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from api.bootstrap.backups import Snapshot, snapshot_of
from api.cli.backups.archive import NewBackup
from api.cli.backups.manifest import LogPosition, Manifest
from api.cli.backups.programs import Programs, find_programs, without_password
from api.cli.backups.running import CHUNK, Running, running
from api.cli.local.access import Database
from api.version import VERSION

COMPRESSION = "gzip:1"
"""The fastest: the higher levels take two to five times as long for a tenth less."""
OPTIONS = (
    "--format=custom",
    f"--compress={COMPRESSION}",
    "--extension=pg_trgm",
    "--lock-wait-timeout=60s",
    "--no-comments",
    "--no-owner",
    "--no-password",
    "--no-privileges",
    "--no-publications",
    "--no-security-labels",
    "--no-subscriptions",
    "--no-tablespaces",
    "--verbose",
)
"""Nothing that another server may not have: owners, roles, tablespaces, extensions of a provider."""

Seen = Callable[[str, int], None]
"""Called with the table in work and the bytes so far."""


async def write_dump(database: Database, backup: NewBackup, seen: Seen) -> Manifest:
    """Write the dump of one moment; returns the manifest. Raises ProgramFailed, ConfigurationError and OSError."""
    address = database.address
    async with snapshot_of(address, database.setting) as snapshot:
        programs = find_programs(snapshot.server_major)
        schemas = [f'--exclude-schema="{name}"' for name in snapshot.other_schemas]
        command = programs.command(
            "pg_dump", *OPTIONS, *schemas, f"--snapshot={snapshot.id}", f"--dbname={without_password(address)}"
        )
        null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        async with running(command, programs.environment(address), stdin=null, stdout=pipe) as program:
            await _copy(program, backup, seen)
            await program.finish()
    return _manifest(snapshot, programs, backup)


async def _copy(program: Running, backup: NewBackup, seen: Seen) -> None:
    assert program.process.stdout is not None
    while chunk := await program.process.stdout.read(CHUNK):
        backup.write(chunk)
        seen(program.reports.item, backup.bytes)


def _manifest(snapshot: Snapshot, programs: Programs, backup: NewBackup) -> Manifest:
    return Manifest(
        rollcall_version=VERSION,
        schema_revision=snapshot.revision,
        taken_at=snapshot.taken_at,
        server_version=snapshot.server_version,
        programs_version=programs.version,
        log=LogPosition(epoch=snapshot.epoch, position=snapshot.head, horizon=snapshot.horizon),
        rows=dict(snapshot.rows),
        dump_bytes=backup.bytes,
        dump_sha256=backup.sha256,
    )
