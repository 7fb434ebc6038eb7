"""What the benchmarks install and build: packages of Node peers, and load clients in C."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from api.cli.local.console.node import npm, npm_environment
from bench.process import StartError


def install_node_peers(folder: Path) -> None:
    """Install the packages of a folder's package-lock.json, once. Raises StartError."""
    lock, done = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    command, environment = npm("ci", "--prefix", str(folder)), npm_environment(folder / "node_modules" / ".cache")
    made = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=300)
    if made.returncode:
        raise StartError(f"npm could not install the Node peers:\n{made.stderr[-2000:]}")
    done.touch()


def compile_client(program: Path, sources: Sequence[Path]) -> Path:
    """Build a load client. Raises StartError."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise StartError("The load client needs a C compiler: cc was not found")
    command = [compiler, "-O2", "-std=gnu11", "-o", str(program), *map(str, sources)]
    made = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if made.returncode:
        raise StartError(f"The load client could not be built:\n{made.stderr[-2000:]}")
    return program
