"""Files and directories of a local run that only their owner can read, with any umask, and logs of bounded size."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path
from typing import IO

FILE_MODE, DIRECTORY_MODE = 0o600, 0o700
LOG_BYTES = 8 * 1024 * 1024
"""A log larger than this replaces the earlier log."""
CHECK_SECONDS = 5.0


def make_directory(directory: Path) -> None:
    """Create a directory and its missing parents; existing ones are not changed."""
    for missing in reversed([path for path in (directory, *directory.parents) if not path.exists()]):
        missing.mkdir(mode=DIRECTORY_MODE, exist_ok=True)


def open_file(path: Path, flags: int) -> int:
    """Open a file, creating it if necessary, with additional `flags` of os.open; sets its mode as well."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flags, FILE_MODE)
    os.fchmod(handle, FILE_MODE)
    return handle


def write_text(path: Path, text: str) -> None:
    """Replace the contents of a file."""
    with os.fdopen(open_file(path, os.O_TRUNC), "w") as stream:
        stream.write(text)


def earlier(log: Path) -> Path:
    """The path of the previous log."""
    return log.with_name(f"{log.name}.1")


def new_log(path: Path) -> IO[bytes]:
    """An empty log to append to; the existing one becomes the earlier log.

    An existing log that others could read is deleted: an earlier release wrote it, and it may contain personal data.
    """
    if path.exists():
        if stat.S_IMODE(path.stat().st_mode) == FILE_MODE:
            path.replace(earlier(path))
        else:
            path.unlink()
    return os.fdopen(open_file(path, os.O_APPEND), "ab")


class BoundedLog:
    """Limits the log of a running process: the file is emptied in place while the process continues to append to it."""

    def __init__(self, path: Path, most: int = LOG_BYTES, every: float = CHECK_SECONDS) -> None:
        self._path, self._most, self._every = path, most, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"bound-{path.name}", daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop checking."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                if self._path.stat().st_size > self._most:
                    self._empty()
            except OSError:
                continue  # a full disk or a removed directory: the next check may succeed

    def _empty(self) -> None:
        with self._path.open("rb") as log, os.fdopen(open_file(earlier(self._path), os.O_TRUNC), "wb") as kept:
            shutil.copyfileobj(log, kept)
        os.truncate(self._path, 0)
