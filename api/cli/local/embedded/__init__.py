"""A real PostgreSQL and a real Valkey from wheels, for a machine that has neither."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.cli.local.embedded.place import Place, find_place
from api.cli.local.embedded.postgres import EmbeddedPostgres
from api.cli.local.embedded.private import FILE_MODE, make_directory
from api.cli.local.embedded.valkey import EmbeddedValkey
from api.cli.local.errors import EngineError

__all__ = ["Embedded", "EmbeddedPostgres", "EmbeddedValkey", "EngineError", "Engines", "kept_secret", "silent"]


def silent(_: str) -> None:
    """Discards progress messages."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The addresses of the running engines."""

    database_url: str
    redis_url: str


class Embedded:
    """Both engines over one data directory, which one process at a time may use.

    `fast` is for disposable data: it disables syncing to disk. `say` is called with each step that takes time.
    If this process is killed, the kernel ends the engines (on Linux); elsewhere the next start ends them.
    """

    def __init__(self, data_dir: Path, *, fast: bool = False, say: Callable[[str], None] = silent) -> None:
        self.data_dir = data_dir
        self._fast = fast
        self._say = say
        self._stack = ExitStack()
        self._place: Place | None = None

    def start(self, *, postgres: bool = True, valkey: bool = True) -> Engines:
        """Start the selected engines; the address of the other is empty. Raises EngineError."""
        with ExitStack() as stack:
            stack.enter_context(DataLock(self.data_dir))
            if postgres:
                self.postgres = self._postgres()
                stack.enter_context(self.postgres)
            if valkey:
                self.valkey = self.new_valkey()
                stack.enter_context(self.valkey)
            self._stack = stack.pop_all()
        return Engines(self.postgres.url if postgres else "", self.valkey.url if valkey else "")

    def stop(self) -> None:
        """Stop what was started, in reverse order; calling it again does nothing."""
        self._stack.close()

    def remove(self) -> None:
        """Stop, and delete all data."""
        self.stop()
        if self._place is not None:
            shutil.rmtree(self._place.data)
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def new_valkey(self, name: str = "valkey") -> EmbeddedValkey:
        """Another Valkey over the same directory, not started yet, with its own file names."""
        place = self._found()
        password = kept_secret(self.data_dir / "engine-password")
        return EmbeddedValkey(place.data, place.valkey_program, place.account, self._log(name), password)

    def _postgres(self) -> EmbeddedPostgres:
        place = self._found()
        directory = place.data / "postgres"
        if place.data != self.data_dir.resolve():
            self._say(f"Only root can enter {self.data_dir}, so the database is kept in {place.data}")
        if not directory.exists():
            self._say(f"Creating the database in {directory}")
        password = kept_secret(self.data_dir / "engine-password")
        programs = place.postgres_programs
        return EmbeddedPostgres(directory, programs, place.account, self._log("postgres"), password, fast=self._fast)

    def _found(self) -> Place:
        self._place = self._place or find_place(self.data_dir)
        return self._place

    def _log(self, name: str) -> Path:
        return self.data_dir / f"{name}.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class DataLock:
    """Held by the one process that uses a data directory; the kernel releases it however that process ends."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "lock"
        self._file = -1

    def __enter__(self) -> Self:
        make_directory(self._path.parent)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE)
        os.fchmod(self._file, FILE_MODE)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode() or "unknown"
            os.close(self._file)
            raise EngineError(
                f"{self._path.parent} is in use by process {holder}: stop that process, or set DATA_DIR"
            ) from None
        os.truncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def kept_secret(path: Path) -> str:
    """A random 256-bit secret that is generated once and stored in a file only its owner can read."""
    make_directory(path.parent)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        path.chmod(FILE_MODE)
        return path.read_text().strip()
    with os.fdopen(file, "w") as stream:
        value = secrets.token_urlsafe(32)
        stream.write(value)
    return value
