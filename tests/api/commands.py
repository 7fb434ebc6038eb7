"""The command line as users run it: real processes, and a database of the test's own."""

from __future__ import annotations

import asyncio
import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from tests.api.forked import commands

ROOT = Path(__file__).parents[2]
"""The project of this test run; the installed one may be another checkout."""
PATIENCE = 120.0
"""Seconds after which a wait fails."""
HOLD = "insert into users (email, display_name, name_key) values ($1, 'Held', 'held')"
WAITING = """select from pg_stat_activity
  where application_name = 'rollcall' and wait_event_type = 'Lock' and datname = current_database()"""


@dataclass
class Rollcall:
    """Commands in a folder of their own; `environment` is their whole environment."""

    folder: Path
    database_url: str
    redis_url: str
    environment: dict[str, str] = field(default_factory=dict)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "SIGN_INS_PER_ADDRESS": "100000",  # the whole worker signs in from one client address
            "LOG_LEVEL": "warning",
            "COLUMNS": "200",
            **self.environment,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that keeps running."""
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "rollcall"), *words],
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, stdin: bytes = b"", code: int = 0) -> Ended:
        """Run a command until it ends; asserts its exit code and that it printed no traceback."""
        given = (words, self.folder, self.environment, stdin, PATIENCE)
        done, out, err = commands().run(*given) if self._can_fork() else started(*given)
        ended = Ended(done, out.decode(), err.decode())
        assert ended.code == code, ended
        assert "Traceback" not in ended.err, ended.err
        return ended

    def _can_fork(self) -> bool:
        """Not with code of its own, nor beside another command, for which one process that forks does not do."""
        own = self.environment["PYTHONPATH"] == str(ROOT)
        return own and threading.current_thread() is threading.main_thread()

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file in the folder; returns its name."""
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def read(self, name: str) -> str:
        """The content of a file in the folder."""
        return (self.folder / name).read_bytes().decode()

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        return asyncio.run(self._fetch(statement))

    async def _fetch(self, statement: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    @contextmanager
    def holding(self, email: str) -> Iterator[None]:
        """Block every write of this address until the block ends, so that a command can be interrupted there."""
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(self.database_url))
            try:
                runner.run(connection.execute("begin"))
                runner.run(connection.execute(HOLD, email))
                yield
            finally:
                runner.run(connection.close())

    def is_waiting(self) -> bool:
        """Whether a command waits for the row that is held."""
        return bool(self.fetch(WAITING))

    def count(self, table: str = "users") -> int:
        """The number of rows in a table."""
        return int(self.fetch(f"select count(*) from {table}")[0][0])  # noqa: S608 - a name of the test's own

    def close(self) -> None:
        """End the processes that still run."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def started(
    words: Sequence[str], folder: Path, environment: dict[str, str], stdin: bytes, seconds: float
) -> tuple[int, bytes, bytes]:
    """The exit code and the outputs of a command, started as users start it."""
    command = [str(Path(sys.executable).parent / "rollcall"), *words]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=stdin, capture_output=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout, done.stderr


@dataclass(frozen=True)
class Ended:
    """The output of a command that has ended."""

    code: int
    out: str
    err: str


class LinesOf:
    """The lines of a running command's output (or, with `errors`, of its standard error); waits for each one."""

    def __init__(self, process: subprocess.Popen[str], *, errors: bool = False) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        stream = process.stderr if errors else process.stdout
        assert stream is not None
        self._stream = stream
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._stream:
            self._lines.put(line)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return self._lines.get(timeout=PATIENCE)

    def waiting(self) -> bool:
        """Whether a line has arrived that was not read yet."""
        return not self._lines.empty()

    def so_far(self) -> list[str]:
        """The lines that have arrived and were not read yet."""
        return [self._lines.get() for _ in range(self._lines.qsize())]


def until(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.01)
