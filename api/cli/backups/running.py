"""Running a program of PostgreSQL beside the event loop, so that an interruption ends it, and its faults are known."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from api.cli.backups.programs import Reports

T = TypeVar("T")
CHUNK = 1 << 20


class ProgramFailed(Exception):
    """A program has failed; the message is its own."""


@dataclass
class Running:
    """A running program; `reports` has what it said so far."""

    process: asyncio.subprocess.Process
    reports: Reports = field(default_factory=Reports)
    reading: asyncio.Task[None] | None = None

    async def succeeded(self) -> bool:
        """Whether it has succeeded; waits for its end, and for its last report."""
        code = await self.process.wait()
        if self.reading is not None:
            await self.reading
        return code == 0

    async def finish(self) -> None:
        """Wait for its end. Raises ProgramFailed."""
        if not await self.succeeded():
            raise ProgramFailed(self.reports.fault())


@asynccontextmanager
async def running(
    command: Sequence[str], environment: Mapping[str, str], *, stdin: int, stdout: int
) -> AsyncIterator[Running]:
    """Start a program in a session of its own, where Ctrl-C does not reach it; it is killed if it still runs after the block."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdin=stdin,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    program = Running(process)
    program.reading = asyncio.create_task(_read(process, program.reports))
    try:
        yield program
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process.stdout is not None:
            while await process.stdout.read(CHUNK):  # asyncio notices the end of a process after that of its output
                pass
        await program.succeeded()


async def _read(process: asyncio.subprocess.Process, reports: Reports) -> None:
    assert process.stderr is not None
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:  # longer than any message that matters
            continue
        if not line:
            return
        reports.add(line.decode(errors="replace"))


def interruptible(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine; SIGTERM interrupts it as Ctrl-C does. Raises KeyboardInterrupt after it has cleaned up."""

    async def main() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work()

    try:
        return asyncio.run(main())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
