"""The programs of PostgreSQL that write and read dumps: which ones are used, how they connect, and what they report."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from api.addresses import DatabaseAddress
from api.cli.local.embedded import EngineError
from api.cli.local.embedded.place import POSTGRES, site_packages
from api.settings import ConfigurationError, tool_environment
from domain.models.hosts import split_hosts

NAMES = ("pg_dump", "pg_restore", "psql")
VERSION = re.compile(r"\b(\d+)[\w.]*")
FAULT = re.compile(r"\b(?:error|ERROR|FATAL|detail|hint|could not)\b")
SHOWN_LINES = 4
WITHOUT_ADDRESS = ("PGSERVICE", "PGSERVICEFILE", "PGHOSTADDR", "PGOPTIONS")
"""Variables of libpq that would change what an address means."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The three programs of one version in one directory."""

    directory: Path
    version: str

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line of one of them."""
        return [str(self.directory / name), *arguments]

    def environment(self, address: DatabaseAddress | None = None) -> dict[str, str]:
        """The environment of one that connects to this address: without our settings, and with the password alone."""
        values = {"LC_ALL": "C", "PGAPPNAME": "rollcall-backup", "PGCONNECT_TIMEOUT": "10"}
        password = address and split_hosts(address.dsn).password
        if password:
            values["PGPASSWORD"] = unquote(password)
        known = tool_environment(self.directory, **values)
        return {name: value for name, value in known.items() if name not in WITHOUT_ADDRESS}


def without_password(address: DatabaseAddress) -> str:
    """The address as libpq reads it on a command line, where all users of the machine may see it."""
    parts = split_hosts(address.dsn)
    user, at, hosts = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}{at}{hosts}").geturl()


def find_programs(server_major: int, directories: Sequence[Path] | None = None) -> Programs:
    """The first programs that are as new as the server: those on PATH, then those of the installed wheel.

    Raises ConfigurationError, which names what was found.
    """
    found = []
    for directory in _directories() if directories is None else directories:
        version = _version(directory)
        if version is None:
            continue
        if int(version[1]) >= server_major:
            return Programs(directory, version[0])
        found.append(f"{directory / NAMES[0]} is {version[0]}")
    raise ConfigurationError(
        f"PostgreSQL {server_major} needs {', '.join(NAMES[:-1])} and {NAMES[-1]} of version {server_major} or later, in one "
        f"directory of PATH ({'; '.join(found) or 'there are none'}): install postgresql-client-{server_major}"
    )


def _directories() -> Iterator[Path]:
    for directory in tool_environment(Path())["PATH"].split(os.pathsep):
        if directory:
            yield Path(directory)
    try:
        yield site_packages() / POSTGRES
    except EngineError:
        return


def _version(directory: Path) -> re.Match[str] | None:
    """The version of the programs in a directory, None unless all of them are there."""
    if not all(os.access(directory / name, os.X_OK) for name in NAMES):
        return None
    try:
        said = subprocess.run(
            [directory / NAMES[0], "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return VERSION.search(said)


class Reports:
    """What a program writes to its standard error, of which little is kept: the item in work, and the faults."""

    def __init__(self) -> None:
        self.item = ""
        self._faults: list[str] = []
        self._last = ""

    def add(self, line: str) -> None:
        """Take a line."""
        line = line.strip()
        if FAULT.search(line):
            self._faults.append(line)
        elif quoted := re.search(r'contents of table "[^."]*\.([^"]+)"', line):
            self.item = quoted[1]
        self._last = line or self._last
        del self._faults[SHOWN_LINES:]

    def fault(self) -> str:
        """Why it failed; a program that says nothing has at least a last line."""
        return "\n".join(self._faults) or self._last or "it gave no reason"
