"""A deployment for fault tests: engines and instances of Rollcall over a temporary directory, each of which can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import asyncpg
import httpx
import psutil

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded, EngineError
from api.cli.local.embedded.process import end, end_of, family, free_port, send, spawn
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import Settings
from bench.process import ROOT, StartError

ADMIN = "admin@example.com"
START_SECONDS, STOP_SECONDS = 60.0, 15.0
ROLLCALL = (str(Path(sys.executable).parent / "rollcall"),)
SERVE = (*ROLLCALL, "serve")
END_LEADER = """select count(pg_terminate_backend(l.pid)) from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.granted and a.application_name = 'rollcall-relay'"""


class Instance:
    """One server process, which keeps its port."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command, self._log = command, log
        self._environment = environment | {"API_PORT": str(self.port)}
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return once it can serve. Raises StartError."""
        with self._log.open("ab") as output:
            self._child = spawn(self._command, environment=self._environment, output=output)
        give_up = time.monotonic() + START_SECONDS
        while not self._ready():
            if self._child.poll() is not None or time.monotonic() > give_up:
                raise StartError(f"An instance did not start:\n{end_of(self._log)}")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2.0, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """Kill it, as a failing machine would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop it in good order, or by force if that takes too long."""
        send(self._family(), signal.SIGCONT)
        self._end(signal.SIGTERM, signal.SIGKILL)

    def freeze(self) -> None:
        """Stop its execution: its connections stay open and it does not answer."""
        send(self._family(), signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`."""
        send(self._family(), signal.SIGCONT)

    def _family(self) -> list[psutil.Process]:
        return [] if self._child is None else family(self._child.pid)

    def _end(self, *signals: signal.Signals) -> None:
        end(self._family(), signals, STOP_SECONDS)
        if self._child is not None:
            self._child.wait()
            self._child = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of `rollcall verify`: its exit code, its report, and its other output."""

    code: int
    report: dict[str, Any]
    said: str


def over_a_stand(name: str, run: Callable[[Stand], int]) -> int:
    """The exit code of `run` over a stand of its own; 2 if something did not start, 130 if it was interrupted."""
    try:
        with (
            tempfile.TemporaryDirectory(prefix=f"rollcall-{name}-", ignore_cleanup_errors=True) as folder,
            Stand(Path(folder)) as stand,
        ):
            return run(stand)
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped", file=sys.stderr)
        return 130


class Stand:
    """Engines and instances until the block ends; all processes started here are then ended, and the data deleted.

    `serve` are the commands of the instances. `fast` disables syncing, which loses nothing when only a process is killed.
    """

    def __init__(self, folder: Path, serve: Sequence[Sequence[str]] = (SERVE, SERVE), *, fast: bool = False) -> None:
        self.folder = folder
        self.engines = Embedded(folder / "engines", fast=fast)
        self._serve = serve
        self._stack = ExitStack()
        self.instances: list[Instance] = []
        self.password = secrets.token_urlsafe(16)

    def __enter__(self) -> Self:
        configure_logs("warning", "console")
        with ExitStack() as stack:
            stack.callback(self.engines.remove)
            addresses = self.engines.start()
            settings = Settings.load(
                _env_file=None,
                database_url=addresses.database_url,
                redis_url=addresses.redis_url,
                secret_key=secrets.token_urlsafe(48),
                admin_email=ADMIN,
                admin_password=self.password,
            )
            upgrade(settings.database_url)
            asyncio.run(ensure_first_admin(settings))
            self.environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(self.folder),
                "PYTHONPATH": str(ROOT),
                "DATABASE_URL": settings.database_url.dsn,
                "REDIS_URL": addresses.redis_url,
                "SECRET_KEY": settings.secret_key.get_secret_value(),
                "ROLLCALL_EMAIL": ADMIN,
                "ROLLCALL_PASSWORD": self.password,
                "LOG_LEVEL": "warning",
                "COLUMNS": "160",
            }
            for number, command in enumerate(self._serve):
                instance = Instance(command, self.environment, self.folder / f"instance{number}.log")
                self.instances.append(instance)
                stack.callback(instance.stop)
                instance.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def verify(self, *options: str, only: int | None = None) -> subprocess.Popen[bytes]:
        """Start `rollcall verify --json` for all instances, or for one of them; its report goes to a file."""
        urls = [i.url for i in (self.instances if only is None else self.instances[only : only + 1])]
        with (self.folder / "report.json").open("wb") as report, (self.folder / "said").open("wb") as said:
            child = subprocess.Popen(
                [*ROLLCALL, "verify", *urls, "--json", *options],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=report,
                stderr=said,
                start_new_session=True,
            )
        self._stack.callback(child.wait)
        self._stack.callback(lambda: end(family(child.pid), (signal.SIGKILL,), STOP_SECONDS))
        return child

    def verdict(self, child: subprocess.Popen[bytes], seconds: float = 300.0) -> Verdict:
        """Wait for a `verify` to end. Raises subprocess.TimeoutExpired."""
        code = child.wait(seconds)
        text = (self.folder / "report.json").read_text()
        return Verdict(code, json.loads(text) if text.startswith("{") else {}, (self.folder / "said").read_text())

    def events(self) -> int:
        """The number of events in the log, read from the table."""
        return int(self.fetch_value("select last_seq from log_state"))

    def end_leader(self) -> int:
        """End the connection of the leading relay; returns the number of connections ended."""
        return int(self.fetch_value(END_LEADER))

    def fetch_value(self, statement: str) -> Any:
        """One value of the database."""

        async def run() -> Any:
            connection = await asyncpg.connect(self.engines.postgres.address("rollcall", "postgres"))
            try:
                return await connection.fetchval(statement)
            finally:
                await connection.close()

        return asyncio.run(run())
