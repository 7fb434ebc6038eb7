"""Three PostgreSQL servers under Patroni, etcd, and before them HAProxy and PgBouncer."""

from __future__ import annotations

import asyncio
import secrets
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import asyncpg
import httpx
import psutil

from api.cli.local.embedded.process import end, free_port, has_ended, send, wait_until
from bench.process import StartError
from bench.topology import configurations as configured
from bench.topology.configurations import DATABASE, ROLE, Member, Passwords
from bench.topology.hosts import PATRONI, Host, Kept, Part, answer_of, is_ok, listens, not_root

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the programs are: those of Debian by name, and PostgreSQL's folder."""

    named: Mapping[str, str]
    postgres: Path


class Databases:
    """The servers, until the block ends. `pooled` is the address for queries, `direct` leads to the primary itself."""

    def __init__(self, hosts: Sequence[Host], gate: Host, folder: Path, programs: Programs) -> None:
        self._hosts, self._gate, self._folder, self._programs = hosts, gate, folder, programs
        self._passwords = Passwords(*(secrets.token_urlsafe(12) for _ in range(3)))
        self.members = [
            Member(f"postgres-{h.name}", h.address, free_port(), free_port(), folder / f"postgres-{h.name}")
            for h in hosts
        ]
        self._primary_port, self._pool_port = free_port(), free_port()
        self._etcd = self._etcd_parts(hosts)
        self._patroni = [self._patroni_part(h, m) for h, m in zip(hosts, self.members, strict=True)]
        self._gates = [self._haproxy_part(), self._pgbouncer_part()]
        self._stack = ExitStack()

    @property
    def pooled(self) -> str:
        """Through PgBouncer."""
        return self._address(self._pool_port)

    @property
    def direct(self) -> str:
        """Through HAProxy alone."""
        return self._address(self._primary_port)

    def _address(self, port: int) -> str:
        return f"postgresql://{ROLE}:{self._passwords.rollcall}@{self._gate.address}:{port}/{DATABASE}"

    def _etcd_parts(self, hosts: Sequence[Host]) -> list[Part]:
        self._clients = [f"{h.address}:{free_port()}" for h in hosts]
        peers = {f"etcd-{h.name}": f"http://{h.address}:{free_port()}" for h in hosts}
        found = []
        for host, client in zip(hosts, self._clients, strict=True):
            name, url = f"etcd-{host.name}", f"http://{client}"
            command: list[str | Path] = [
                self._programs.named["etcd"],
                *configured.etcd(name, url, peers, self._folder / name),
            ]
            found.append(Part(name, host, command, self._folder, lambda url=url: is_ok(f"{url}/health")))  # type: ignore[misc]
        return found

    def _patroni_part(self, host: Host, member: Member) -> Part:
        file = self._folder / f"{member.name}.yaml"
        file.write_text(
            configured.patroni(member, self._clients, self._programs.postgres, self._passwords, self._folder)
        )
        file.chmod(0o600)
        command = not_root([PATRONI / "python", PATRONI / "patroni", file])
        return Part(member.name, host, command, self._folder, lambda: is_ok(f"{member.api}/health"))

    def _haproxy_part(self) -> Part:
        file, port = self._folder / "haproxy.cfg", self._primary_port
        file.write_text(configured.haproxy(self._gate.address, port, self.members))
        command: list[str | Path] = [self._programs.named["haproxy"], "-db", "-f", file]
        return Part("haproxy", self._gate, command, self._folder, lambda: listens(self._gate, port))

    def _pgbouncer_part(self) -> Kept:
        users, file, port = self._folder / "pgbouncer.users", self._folder / "pgbouncer.ini", self._pool_port
        users.write_text(f'"{ROLE}" "{self._passwords.rollcall}"\n')
        file.write_text(configured.pgbouncer(self._gate.address, port, self._primary_port, users))
        command = not_root([Path(self._programs.named["pgbouncer"]), file])
        # SIGINT lets it finish transactions; SIGTERM ends it at once (PgBouncer, "Signals").
        # Debian's 1.18 sometimes ends itself after a cancelled query (https://github.com/pgbouncer/pgbouncer/issues/801).
        return Kept("pgbouncer", self._gate, command, self._folder, lambda: listens(self._gate, port))

    def __enter__(self) -> Self:
        """Start all, with a database that is ready for migrations. Raises StartError."""
        with ExitStack() as stack:
            for member in self.members:  # what Patroni has left, if it had to be killed
                stack.callback(end_postgres, member.directory)
            for parts in (self._etcd, self._patroni):
                for part in parts:
                    stack.callback(part.stop)
                    part.launch()
                for part in parts:
                    part.wait(PATIENCE_SECONDS)
            self.wait_for_sync()
            stack.enter_context(self._gates[0])
            asyncio.run(self._create())
            stack.enter_context(self._gates[1])
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def _create(self) -> None:
        primary = self.primary()
        address = f"postgresql://postgres:{self._passwords.superuser}@{primary.address}:{primary.port}/postgres"
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{self._passwords.rollcall}'")
            await connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        finally:
            await connection.close()

    def cluster(self) -> list[dict[str, Any]]:
        """The members as Patroni sees them; empty while none answers."""
        for member in self.members:
            answer = answer_of(f"{member.api}/cluster")
            if answer is not None and answer.status_code == 200:
                return list(answer.json()["members"])
        return []

    def member(self, *roles: str) -> Member | None:
        """The member that runs in one of these roles."""
        names = {m["name"] for m in self.cluster() if m["role"] in roles and m["state"] in ("running", "streaming")}
        return next((m for m in self.members if m.name in names), None)

    def primary(self) -> Member:
        """The primary, waited for. Raises StartError."""
        found: list[Member] = []

        def is_there() -> bool:
            member = self.member("leader")
            found.extend([] if member is None else [member])
            return member is not None

        if not wait_until(is_there, PATIENCE_SECONDS):
            raise StartError("There is no primary")
        return found[-1]

    def wait_for_other(self, lost: Member) -> None:
        """Return once another member is the primary. Raises StartError."""

        def is_other() -> bool:
            found = self.member("leader")
            return found is not None and found is not lost

        if not wait_until(is_other, PATIENCE_SECONDS):
            raise StartError("No other server was promoted")

    def wait_for_sync(self) -> None:
        """Return once there are a primary, a synchronous standby, and no member that does not run. Raises StartError."""

        def is_whole() -> bool:
            found = self.cluster()
            roles = [m["role"] for m in found]
            states = {m["state"] for m in found}
            return (
                len(found) == len(self.members)
                and "leader" in roles
                and "sync_standby" in roles
                and states <= {"running", "streaming"}
            )

        if not wait_until(is_whole, PATIENCE_SECONDS):
            raise StartError(f"The database is not whole: {self.cluster()}")

    def kill_postgres(self, member: Member) -> None:
        """Kill a server with all its processes (SIGKILL); Patroni lives on."""
        send(postgres_processes(member.directory), signal.SIGKILL)

    def kill_host(self, member: Member) -> None:
        """Kill a server and its Patroni, as the loss of their machine does."""
        self._part(member).kill()
        self.kill_postgres(member)

    def start_host(self, member: Member) -> None:
        """Start Patroni again, which starts the server as a standby. Raises StartError."""
        self._part(member).start()

    def switch_over(self) -> None:
        """Have Patroni promote the synchronous standby. Raises StartError."""
        primary, standby = self.primary(), self.member("sync_standby")
        if standby is None:
            raise StartError("There is no synchronous standby")
        body = {"leader": primary.name, "candidate": standby.name}
        answer = httpx.post(f"{primary.api}/switchover", json=body, timeout=60, trust_env=False)
        if answer.status_code != 200:
            raise StartError(f"Patroni did not switch over: {answer.text}")

    def host_of(self, member: Member) -> Host:
        """Where a member runs."""
        return self._hosts[self.members.index(member)]

    def _part(self, member: Member) -> Part:
        return self._patroni[self.members.index(member)]


def postgres_processes(directory: Path) -> list[psutil.Process]:
    """The processes of the server over this directory, which is the working directory of all of them."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and Path(process.cwd()) == directory.resolve():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def end_postgres(directory: Path) -> None:
    """End the server over this directory, if it still runs."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while (members := postgres_processes(directory)) and time.monotonic() < give_up:
        end(members, (signal.SIGKILL,), 5.0)
        if all(has_ended(member) for member in members):
            return
