"""Builds the console when its sources have changed.

Two steps, `npm ci` and the build, each with a stamp: a digest of its inputs. A stamp is removed before its step and
written after it, so that an interrupted step is repeated.
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
SOURCES = ("src", "static", "scripts", "vite.config.ts", "tsconfig.json")
CACHE = "npm-cache"
MARK = "ROLLCALL_BUILD"
"""An environment variable that marks the processes of a build."""
STOP_SECONDS = 5.0
RETRY_HINT = "Run it again once that is fixed, or without the console: CONSOLE=false"


def find_console() -> Path | None:
    """The folder of the console's sources, or None if Rollcall is installed without them."""
    folder = PROJECT / "frontend"
    return folder if (folder / "server.js").is_file() else None


@dataclass(frozen=True, slots=True)
class Step:
    """One run of npm; `stamp` is stored with the results, so that it is deleted with them."""

    label: str
    arguments: tuple[str, ...]
    stamp: Path
    inputs: tuple[str, ...]


INSTALL = Step(
    "Installing the console's packages",
    # Development packages are needed with any NODE_ENV; no package needs an installation script.
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
    """Installs and builds in `folder`; the npm cache and the log of the last step are in `data_dir`."""

    def __init__(self, folder: Path, data_dir: Path, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._data_dir = data_dir.resolve()
        self._say = say

    def run(self) -> None:
        """Run the steps that are not up to date; raises ConsoleError."""
        self._run_steps(INSTALL, BUILD)

    def install(self) -> None:
        """Only install the packages, for other npm scripts; raises ConsoleError."""
        self._run_steps(INSTALL)

    def _run_steps(self, *steps: Step) -> None:
        if all(self._done(step) for step in steps):
            return
        with self._lock():
            end_earlier_build(self.folder)
            for step in steps:
                if not self._done(step):
                    self._run_step(step)

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

    def _run_step(self, step: Step) -> None:
        stamp = self.folder / step.stamp
        began = time.monotonic()
        self._say(f"{step.label} …")
        try:
            digest = self._digest(step)
            stamp.unlink(missing_ok=True)
            self._npm(step)
            stamp.parent.mkdir(exist_ok=True)
            stamp.write_text(digest)
        except OSError as error:
            raise ConsoleError(
                f"{step.label} failed: {error.filename or self.folder}: {error.strerror}. {RETRY_HINT}"
            ) from error
        self._say(f"{step.label} took {time.monotonic() - began:.0f} s")

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
            raise ConsoleError(f"{step.label} failed. The end of {log}:\n{end_of(log)}\n{RETRY_HINT}")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Held during a build; it locks the folder itself, so that no lock file is left behind."""
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
    """End builds in `folder` that a killed run left behind. The caller holds the lock, so their parent has ended."""
    left = [process for process in psutil.process_iter() if builds_in(process, folder)]
    end(left, (signal.SIGKILL,), STOP_SECONDS)


def builds_in(process: psutil.Process, folder: Path) -> bool:
    """Whether the process belongs to a build in `folder`; False if it may not be inspected."""
    try:
        return Path(process.cwd()) == folder.resolve() and MARK in process.environ()
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False
