"""The whole topology over a temporary directory: everything that is started here is ended here, and the data deleted."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import asyncpg

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded.place import find_place
from api.cli.local.embedded.process import end, end_of, family, free_port
from api.cli.local.upgrade import upgrade
from api.logs import configure_logs
from api.settings import Settings
from bench.process import ROOT, StartError
from bench.topology.databases import Databases, Programs
from bench.topology.front import DRAIN_SECONDS, Front, Instance, build_console
from bench.topology.hosts import answer_of, find_programs
from bench.topology.network import Network
from bench.topology.valkeys import Sharded, Valkeys, Watched

ADMIN = "admin@example.com"
HOSTS = ("a", "b", "c")
VERIFY_SECONDS = 600
"""The longest that `rollcall verify` writes; it is stopped when the fault is over."""
STOP_SECONDS = 20.0
LOGS = ROOT / "build" / "stack-logs"
OPEN_SOCKETS = "rollcall_sockets "
SAY = Callable[[str], None]


class Topology:
    """Three hosts with a server of everything each, and a gate with what is before them.

    `sharded` has Valkey as a Cluster. Without `console`, no pages are served.
    """

    def __init__(self, folder: Path, say: SAY, *, sharded: bool = False, console: bool = True) -> None:
        self.folder, self._say = folder, say
        self._is_sharded, self._has_console = sharded, console
        self.network = Network(HOSTS)
        self.password = secrets.token_urlsafe(16)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Start it. Raises StartError."""
        configure_logs("error", "console")
        with ExitStack() as stack:
            named = find_programs()
            place = find_place(self.folder / "place")
            if self._has_console:
                build_console(ROOT / ".rollcall", self._say)
            began = time.monotonic()
            stack.enter_context(self.network)
            hosts = self.network.hosts
            self._say("Starting etcd, PostgreSQL under Patroni, HAProxy and PgBouncer")
            programs = Programs(named, place.postgres_programs)
            self.databases = stack.enter_context(Databases(hosts, self.network.gate, self.folder, programs))
            self._say(f"Starting Valkey {'as a Cluster of six' if self._is_sharded else 'with Sentinel'}")
            given = (hosts, self.folder, place.valkey_program)
            self.valkeys: Valkeys = Sharded(*given) if self._is_sharded else Watched(*given)
            stack.enter_context(self.valkeys)
            self._say("Starting three instances, the console and Caddy")
            self.front = stack.enter_context(self._front(named["caddy"]))
            self._say(f"Everything runs, after {time.monotonic() - began:.0f} s, at {self.front.url}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        keep_logs(self.folder)

    def _front(self, caddy: str) -> Front:
        port = free_port()
        self.environment = {
            "DATABASE_URL": self.databases.pooled,
            "DATABASE_DIRECT_URL": self.databases.direct,
            "REDIS_URL": self.valkeys.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "PUBLIC_URL": f"http://{self.network.gate.address}:{port}",
            "TRUSTED_PROXIES": self.network.gate.address,
            "DRAIN_SECONDS": str(DRAIN_SECONDS),
            "ACCESS_TOKEN_SECONDS": "3600",
            "METRICS_TOKEN": secrets.token_urlsafe(32),
            "LOG_LEVEL": "warning",
            "DATA_DIR": str(self.folder / "data"),
        }
        settings = Settings.load(
            _env_file=None,
            **{name.lower(): value for name, value in self.environment.items()},
            admin_email=ADMIN,
            admin_password=self.password,
        )
        upgrade(settings.direct_database_url)
        asyncio.run(ensure_first_admin(settings))
        instances = [Instance.on(host, self.folder, self.environment) for host in self.network.hosts]
        return Front(self.network.gate, port, self.folder, caddy, instances, console=self._has_console)

    def rollcall(self, *words: str, source: Path = ROOT, seconds: float = 120.0) -> str:
        """The output of one command. Raises StartError."""
        done = subprocess.run(
            [sys.executable, "-m", "api", *words],
            cwd=self.folder,
            env=self._client(source),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode:
            raise StartError(f"rollcall {words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def _client(self, source: Path) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "COLUMNS": "160", "PYTHONPATH": str(source)}
        return self.environment | own | {"ROLLCALL_EMAIL": ADMIN, "ROLLCALL_PASSWORD": self.password}

    def fetch_value(self, statement: str) -> Any:
        """One value of the primary's database."""

        async def run() -> Any:
            connection = await asyncpg.connect(self.databases.direct, timeout=10)
            try:
                return await connection.fetchval(statement)
            finally:
                await connection.close()

        return asyncio.run(run())

    def wait_for_sockets(self, count: int, proof: Verify, seconds: float) -> None:
        """Return once so many sockets are open, and their writers at work. Raises StartError."""
        give_up = time.monotonic() + seconds
        while self._sockets() < count:
            proof.check_running()
            if time.monotonic() > give_up:
                raise StartError(f"Only {self._sockets():,} of {count:,} sockets were opened in {seconds:.0f} s")
            time.sleep(0.5)

    def _sockets(self) -> int:
        found = 0
        for instance in self.front.instances:
            answer = answer_of(f"http://{instance.upstream}/metrics", self.environment["METRICS_TOKEN"])
            found += 0 if answer is None else sockets_in(answer.text)
        return found

    def verify(self, *options: str) -> Verify:
        """Start `rollcall verify` through the gateway."""
        return Verify(self.folder, self.front.url, self._client(ROOT), options)


def keep_logs(folder: Path, kept: Path = LOGS) -> None:
    """Keep what every program has written, in place of what is kept of an earlier run."""
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for log in folder.glob("*.log"):
        shutil.copy2(log, kept)


def sockets_in(metrics: str) -> int:
    """The open sockets that a process reports."""
    lines = [line for line in metrics.splitlines() if line.startswith(OPEN_SOCKETS)]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines)


class Verify:
    """A running `rollcall verify`, until the block ends."""

    def __init__(self, folder: Path, url: str, environment: dict[str, str], options: Sequence[str]) -> None:
        self._report, self._said = folder / "report.json", folder / "said"
        # The gate of a network that was made here is another machine for it.
        command = [sys.executable, "-m", "api", "verify", url, "--remote", "--json"]
        command += ["--seconds", str(VERIFY_SECONDS), *options]
        with self._report.open("wb") as report, self._said.open("wb") as said:
            self._child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=report,
                stderr=said,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(family(self._child.pid), (signal.SIGKILL,), STOP_SECONDS)
        self._child.wait()

    def check_running(self) -> None:
        """Raises StartError if it has ended."""
        if self._child.poll() is not None:
            raise StartError(f"rollcall verify has ended:\n{end_of(self._said)}")

    def finish(self, seconds: float = 300.0) -> dict[str, Any]:
        """End the writing, and return the report. Raises StartError, and subprocess.TimeoutExpired."""
        self._child.send_signal(signal.SIGINT)
        self._child.wait(seconds)
        text = self._report.read_text()
        if not text.startswith("{"):
            raise StartError(f"rollcall verify has no result:\n{end_of(self._said)}")
        return dict(json.loads(text))
