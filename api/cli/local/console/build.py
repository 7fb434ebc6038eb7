"""Builds the console, when what it is built from has changed.

Two steps, `npm ci` and the build, each with a stamp over what goes into it. A stamp is taken away before its step and
written after it, so that whatever is interrupted is done again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from api.cli.local.console.node import ConsoleError, fingerprint, npm, npm_environment
from api.cli.local.embedded.private import open_file
from api.cli.local.embedded.process import end, end_of, family, spawn

PROJECT = Path(__file__).parents[4]
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
SOURCES = ("src", "static", "vite.config.ts", "tsconfig.json")
CACHE = "npm-cache"
MARK = "ROLLCALL_BUILD"
"""Set for a build's processes, to know them by."""
STOP_SECONDS = 5.0
WAY_OUT = "Run it again once that is put right, or without the console: CONSOLE=false"


def find_console() -> Path | None:
    """The folder of the console's sources, or None where Rollcall is installed without them."""
    folder = PROJECT / "frontend"
    return folder if (folder / "server.js").is_file() else None


@dataclass(frozen=True, slots=True)
class Step:
    """One run of npm; `stamp` stands among its results and goes with them."""

    said: str
    arguments: tuple[str, ...]
    stamp: Path
    inputs: tuple[str, ...]


INSTALL = Step(
    "Installing the console's packages",
    # Whatever NODE_ENV says, the build's own tools are wanted; no package has a script to run on its installation.
    ("ci", "--include=dev", "--ignore-scripts", "--prefer-offline", "--no-progress", "--loglevel=error"),
    Path("node_modules/.rollcall-stamp"),
    PACKAGES,
)
BUILD = Step(
    "Building the console",
    ("run", "build", "--silent"),
    Path("build/.rollcall-stamp"),
    PACKAGES + SOURCES,
)


class Build:
    """The packages and the build in `folder`; the cache and the log of the last step are kept in `data_dir`."""

    def __init__(self, folder: Path, data_dir: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._data_dir = data_dir.resolve()
        self._say = say

    def run(self) -> None:
        """Do what is left to do; raises ConsoleError."""
        self._do(INSTALL, BUILD)

    def install(self) -> None:
        """The packages alone, for npm's other scripts; raises ConsoleError."""
        self._do(INSTALL)

    def _do(self, *steps: Step) -> None:
        if all(self._done(step) for step in steps):
            return
        with self._lock():
            end_earlier_build(self.folder)
            for step in steps:
                if not self._done(step):
                    self._take(step)

    def _done(self, step: Step) -> bool:
        try:
            return (self.folder / step.stamp).read_text() == self._digest(step)
        except OSError:
            return False

    def _digest(self, step: Step) -> str:
        digest = hashlib.sha256(fingerprint().encode())
        for name in step.inputs:
            for path in self._files(self.folder / name):
                digest.update(f"\0{path.relative_to(self.folder)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _files(self, path: Path) -> list[Path]:
        return [path] if path.is_file() else sorted(found for found in path.rglob("*") if found.is_file())

    def _take(self, step: Step) -> None:
        stamp = self.folder / step.stamp
        began = time.monotonic()
        self._say(f"{step.said} …")
        try:
            digest = self._digest(step)
            stamp.unlink(missing_ok=True)
            self._npm(step)
            stamp.parent.mkdir(exist_ok=True)
            stamp.write_text(digest)
        except OSError as error:
            raise ConsoleError(
                f"{step.said} failed: {error.filename or self.folder}: {error.strerror}. {WAY_OUT}"
            ) from error
        self._say(f"{step.said} took {time.monotonic() - began:.0f} s")

    def _npm(self, step: Step) -> None:
        environment = npm_environment(self._data_dir / CACHE) | {MARK: "1"}
        log = self._data_dir / "console-build.log"
        with os.fdopen(open_file(log, os.O_TRUNC), "wb") as output:
            process = spawn(npm(*step.arguments), environment=environment, output=output, cwd=self.folder)
        try:
            code = process.wait()
        except BaseException:
            end(family(process.pid), (signal.SIGKILL,), STOP_SECONDS)
            process.wait()
            raise
        if code != 0:
            raise ConsoleError(f"{step.said} failed. The end of {log}:\n{end_of(log)}\n{WAY_OUT}")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Held while something is built; the folder itself is what is locked, so that no file stays behind."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._say("Waiting for another build of the console")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def end_earlier_build(folder: Path) -> None:
    """End what a killed run left building in `folder`. The caller holds its lock, so whoever started it has gone."""
    left = [process for process in psutil.process_iter() if builds_in(process, folder)]
    end(left, (signal.SIGKILL,), STOP_SECONDS)


def builds_in(process: psutil.Process, folder: Path) -> bool:
    """Whether it is a process of a build there, and one that may be looked at."""
    try:
        return Path(process.cwd()) == folder.resolve() and MARK in process.environ()
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False
