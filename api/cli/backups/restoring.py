"""Reading a backup into a database: pg_restore makes SQL of the dump, and psql runs it in one transaction.

The transaction begins before the dump and ends after it, with a new epoch of the log: whatever fails or is interrupted
leaves the database as it was. Only this process writes the COMMIT, and only after pg_restore has succeeded and the checksum
of what it read is right.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Self

from api.addresses import DatabaseAddress
from api.bootstrap.backups import Contents, closing, opening, own_tables
from api.bootstrap.database import unusable
from api.cli.backups.archive import Backup
from api.cli.backups.manifest import Manifest
from api.cli.backups.programs import Programs, without_password
from api.cli.backups.running import ProgramFailed, running
from api.revisions import shipped
from api.settings import ConfigurationError

READ = ("--file=-", "--no-owner", "--no-privileges", "--no-comments", "--no-publications", "--no-subscriptions")
RUN = (
    "--quiet",
    "--no-psqlrc",
    "--no-password",
    "--output=/dev/null",
    "--set=ON_ERROR_STOP=1",
    "--set=VERBOSITY=terse",
)
"""Terse, because the details of an error may quote a row."""
FIRST_WITH_ANCESTORS = "0002"
SHOWN_TABLES = 5


def check_target(manifest: Manifest, contents: Contents, *, replace: bool, setting: str) -> tuple[str, ...]:
    """The tables that the restore has to drop. Raises ConfigurationError if it may not write to this database."""
    if shipped().is_newer(manifest.schema_revision):
        raise ConfigurationError(
            f"The backup is of schema revision {manifest.schema_revision}, which a newer release made (Rollcall "
            f"{manifest.rollcall_version}); this one knows those up to {shipped().head}. Restore it with that release"
        )
    foreign = sorted(set(contents.tables) - own_tables() - set(manifest.rows))
    if foreign:
        more = f" and {len(foreign) - SHOWN_TABLES} more" if len(foreign) > SHOWN_TABLES else ""
        raise ConfigurationError(
            unusable(
                f"it has tables that are not of this release: {', '.join(foreign[:SHOWN_TABLES])}{more}; restore into a "
                "database of its own",
                setting,
            )
        )
    if contents.tables and not replace:
        raise ConfigurationError(
            unusable("it is not empty; restore into an empty one, or delete all that it has with --replace", setting)
        )
    return contents.tables


async def read_dump(
    address: DatabaseAddress, backup: Backup, programs: Programs, dropped: tuple[str, ...], seen: Callable[[int], None]
) -> None:
    """Restore, all or nothing; `seen` gets the size of each chunk of the dump. Raises ProgramFailed, FileRefused, OSError."""
    has_ancestors = backup.manifest.schema_revision >= FIRST_WITH_ANCESTORS
    run = programs.command("psql", *RUN, "--file=-", f"--dbname={without_password(address)}")
    environment, null = programs.environment(address), asyncio.subprocess.DEVNULL
    with Pipe() as pipe:
        async with running(run, environment, stdin=pipe.source, stdout=null) as target:
            pipe.close_source()
            try:
                await pipe.write(opening(dropped))
                await _convert(backup, programs, pipe.sink, seen)
                await pipe.write(closing(backup.manifest.rows, has_ancestors=has_ancestors))
            except (ProgramFailed, BrokenPipeError, ConnectionResetError) as error:
                pipe.close_sink()
                reasons = [] if await target.succeeded() else [target.reports.fault()]
                raise ProgramFailed("\n".join(filter(None, [*reasons, str(error)]))) from None
            pipe.close_sink()
            await target.finish()


async def _convert(backup: Backup, programs: Programs, sink: int, seen: Callable[[int], None]) -> None:
    """Let pg_restore write the dump's SQL into the sink. Raises ProgramFailed and, if psql has ended, OSError."""
    read, pipe = programs.command("pg_restore", *READ), asyncio.subprocess.PIPE
    async with running(read, programs.environment(), stdin=pipe, stdout=sink) as source:
        stdin = source.process.stdin
        assert stdin is not None
        try:
            for chunk in backup.chunks():
                stdin.write(chunk)
                await stdin.drain()
                seen(len(chunk))
            stdin.close()
        except (BrokenPipeError, ConnectionResetError):
            await source.finish()
            raise
        await source.finish()


class Pipe:
    """A pipe of the operating system, into which pg_restore and this process write, and from which psql reads."""

    def __init__(self) -> None:
        self.source, self.sink = os.pipe()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close_source()
        self.close_sink()

    def close_source(self) -> None:
        """Close the end that is read from; calling it again does nothing."""
        if self.source >= 0:
            os.close(self.source)
            self.source = -1

    def close_sink(self) -> None:
        """Close the end that is written to; calling it again does nothing."""
        if self.sink >= 0:
            os.close(self.sink)
            self.sink = -1

    async def write(self, sql: str) -> None:
        """Write SQL, in a thread, because psql may be busy and the pipe full. Raises BrokenPipeError if psql has ended."""
        data = sql.encode()
        while data:
            data = data[await asyncio.to_thread(os.write, self.sink, data) :]
