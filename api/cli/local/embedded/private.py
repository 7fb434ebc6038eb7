"""Files and directories of a local run that only their owner can read, whatever the umask, and logs of a bounded size."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path
from typing import IO

FILE_MODE, DIRECTORY_MODE = 0o600, 0o700
LOG_BYTES = 8 * 1024 * 1024
"""A log that has grown beyond this becomes the earlier one, in place of the one before it."""
LOOK_SECONDS = 5.0


def make_directory(directory: Path) -> None:
    """Make a directory and those above it that are missing; what is there already stays as it is."""
    for missing in reversed([path for path in (directory, *directory.parents) if not path.exists()]):
        missing.mkdir(mode=DIRECTORY_MODE, exist_ok=True)


def open_file(path: Path, flags: int) -> int:
    """A descriptor of a file that is made if need be, with `flags` as os.open takes them; its mode is put right too."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flags, FILE_MODE)
    os.fchmod(handle, FILE_MODE)
    return handle


def write_text(path: Path, text: str) -> None:
    """Write a file anew."""
    with os.fdopen(open_file(path, os.O_TRUNC), "w") as stream:
        stream.write(text)


def earlier(log: Path) -> Path:
    """Where the log before this one is kept."""
    return log.with_name(f"{log.name}.1")


def new_log(path: Path) -> IO[bytes]:
    """An empty log to append to; the last one is kept as the earlier one.

    One that others could read is not kept: a release before this wrote it, with whatever its engine had to say.
    """
    if path.exists():
        if stat.S_IMODE(path.stat().st_mode) == FILE_MODE:
            path.replace(earlier(path))
        else:
            path.unlink()
    return os.fdopen(open_file(path, os.O_APPEND), "ab")


class BoundedLog:
    """Keeps the log of a running process bounded: the process goes on appending to the same file, which is emptied."""

    def __init__(self, path: Path, most: int = LOG_BYTES, every: float = LOOK_SECONDS) -> None:
        self._path, self._most, self._every = path, most, every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"bound-{path.name}", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                if self._path.stat().st_size > self._most:
                    self._empty()
            except OSError:
                continue  # a full disk, or a directory that was removed: the next look may find otherwise

    def _empty(self) -> None:
        with self._path.open("rb") as log, os.fdopen(open_file(earlier(self._path), os.O_TRUNC), "wb") as kept:
            shutil.copyfileobj(log, kept)
        os.truncate(self._path, 0)
