"""The console's build and process, with a small console of the test's own and the real Node."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from api.cli.local.console import Build, Console, ConsoleError, end_earlier_console, find_console
from api.cli.local.console.build import BUILD, INSTALL
from api.cli.local.console.door import RECORD, identity, read_record
from api.cli.local.embedded import EngineError
from api.cli.local.embedded.process import family, free_port, has_ended, wait_until

LOCK = {"name": "small", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": {}}}
WRITES = "require('fs').mkdirSync('build',{recursive:true});require('fs').writeFileSync('build/env',JSON.stringify(process.env))"
SERVER = """
const { createServer } = await import('node:http');
createServer((_, res) => res.end(String(process.pid))).listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log(`Rollcall console on http://localhost:${process.env.PORT}`));
"""
INTERRUPTED = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
from api.cli.local.console import Build
Build(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), lambda text: print(text, flush=True)).run()
"""


def write_script(folder: Path, script: str) -> None:
    """Make `npm run build` run this script in Node."""
    (folder / "build.cjs").write_text(script)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A console without packages, whose build records its environment."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "page.svelte").write_text("<p>one</p>")
    (folder / "package.json").write_text(
        json.dumps({"name": "small", "type": "module", "scripts": {"build": "node build.cjs"}})
    )
    (folder / "package-lock.json").write_text(json.dumps(LOCK))
    (folder / "server.js").write_text(SERVER)
    write_script(folder, WRITES)
    return folder


class Builder:
    """Builds a folder and records what is reported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder.parent / "data"

    def run(self) -> list[str]:
        """The steps that one run reports."""
        said: list[str] = []
        Build(self.folder, self.data, said.append).run()
        return [line for line in said if line.endswith("…")]


INSTALLS, BUILDS = "Installing the console's packages …", "Building the console …"


def test_only_changed_steps_are_repeated(folder: Path) -> None:
    builder = Builder(folder)
    assert builder.run() == [INSTALLS, BUILDS]
    began = time.monotonic()
    assert builder.run() == []
    assert time.monotonic() - began < 0.5
    (folder / "src" / "page.svelte").write_text("<p>two</p>")
    assert builder.run() == [BUILDS]
    (folder / "src" / "other.svelte").write_text("<p>new</p>")
    assert builder.run() == [BUILDS]
    (folder / "src" / "other.svelte").unlink()
    assert builder.run() == [BUILDS]
    (folder / "package-lock.json").write_text(json.dumps({**LOCK, "version": "1.0.1"}))
    assert builder.run() == [INSTALLS, BUILDS]
    assert builder.run() == []


def test_the_real_console_is_checked_for_changes_quickly() -> None:
    folder = find_console()
    assert folder is not None
    build = Build(folder, Path("unused"), print)
    began = time.monotonic()
    assert all(len(build._digest(step)) == 64 for step in (INSTALL, BUILD))
    assert time.monotonic() - began < 0.5


def test_a_failed_build_names_its_reason_and_a_remedy_and_is_repeated(folder: Path) -> None:
    builder = Builder(folder)
    write_script(folder, "console.error('no such rune'); process.exit(3)")
    with pytest.raises(ConsoleError, match=r"Building the console failed.*(?s:.)*no such rune(?s:.)*CONSOLE=false"):
        builder.run()
    write_script(folder, WRITES)
    assert builder.run() == [BUILDS]


def test_a_failed_installation_is_repeated(folder: Path) -> None:
    builder = Builder(folder)
    (folder / "package-lock.json").write_text("{")
    with pytest.raises(ConsoleError, match="Installing the console's packages failed"):
        builder.run()
    (folder / "package-lock.json").write_text(json.dumps(LOCK))
    assert builder.run() == [INSTALLS, BUILDS]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_is_ended_and_repeated(folder: Path, how: signal.Signals) -> None:
    builder = Builder(folder)
    write_script(folder, "require('fs').writeFileSync('started', ''); setTimeout(() => {}, 60_000)")
    command = [sys.executable, "-c", INTERRUPTED, str(folder), str(builder.data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert wait_until((folder / "started").exists, 30)
    children = family(process.pid)[1:]
    process.send_signal(how)
    process.communicate(timeout=60)
    if how is not signal.SIGKILL:
        assert all(has_ended(child) for child in children)
    write_script(folder, WRITES)
    assert builder.run() == [BUILDS]
    assert all(has_ended(child) for child in children)


def test_two_concurrent_builds_build_once(folder: Path) -> None:
    write_script(folder, WRITES + ";require('fs').appendFileSync('times', 'x')")
    command = [sys.executable, "-c", INTERRUPTED, str(folder), str(folder.parent / "data")]
    both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert (folder / "times").read_text() == "x"


def test_a_build_needs_no_home_and_sees_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.setenv("SECRET_KEY", "not for packages")
    monkeypatch.setenv("admin_password", "nor this")
    monkeypatch.setenv("NODE_ENV", "production")
    builder = Builder(folder)
    assert builder.run() == [INSTALLS, BUILDS]
    environment = json.loads((folder / "build" / "env").read_text())
    assert not {"SECRET_KEY", "admin_password"} & environment.keys()
    assert environment["npm_config_cache"] == str(builder.data / "npm-cache")


class Supervised:
    """A supervised console, with its messages."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.data = folder.parent / "data"
        self.data.mkdir()
        self.port = free_port()
        environment = {"PORT": str(self.port)}
        self.console = Console(folder, self.data, environment, self.said.append, pause=0.05, longest=0.2)

    def kill_and_wait(self) -> None:
        """Kill the process, and wait until its successor answers and is recorded as started."""
        old = self.console.door.pid
        psutil.Process(old).kill()
        assert wait_until(lambda: self.answers() == self.recorded() != old, 60)

    def recorded(self) -> int:
        """The process that was recorded last; it is recorded once it has started."""
        return read_record(self.data / RECORD).get("console", (0, 0.0))[0]

    def answers(self) -> int | None:
        """The process that answers."""
        try:
            return int(httpx.get(f"http://127.0.0.1:{self.port}").text)
        except httpx.TransportError:
            return None


@pytest.fixture
def kept(folder: Path) -> Iterator[Supervised]:
    """A console that is not started yet; it is ended after the test."""
    kept = Supervised(folder)
    yield kept
    kept.console.stop()


def test_a_console_that_dies_is_restarted_and_reported(kept: Supervised) -> None:
    kept.console.start()
    kept.kill_and_wait()
    kept.kill_and_wait()
    assert [line.partition(";")[0] for line in kept.said] == ["The console exited unexpectedly (-9)"] * 2
    assert "restarting in 0.05 s" in kept.said[0]
    assert "restarting in 0.1 s" in kept.said[1]
    last = kept.console.door.pid
    kept.console.stop()
    assert has_ended(psutil.Process(last)) if psutil.pid_exists(last) else True
    assert not (kept.data / RECORD).exists()
    assert len(kept.said) == 2


def test_a_console_that_cannot_start_again_is_restarted_until_it_can(kept: Supervised, folder: Path) -> None:
    kept.console.start()
    (folder / "server.js").write_text("console.error('broken for now'); process.exit(1)")
    psutil.Process(kept.console.door.pid).kill()
    assert wait_until(lambda: any("broken for now" in line for line in kept.said), 60)
    assert wait_until(lambda: any(line.startswith("The console did not start; restarting") for line in kept.said), 60)
    assert not any("(None)" in line for line in kept.said)
    (folder / "server.js").write_text(SERVER)
    assert wait_until(lambda: kept.answers() is not None, 60)


def test_a_console_that_never_starts_is_an_error(kept: Supervised, folder: Path) -> None:
    (folder / "server.js").write_text("console.error('no build here'); process.exit(1)")
    with pytest.raises(EngineError, match="no build here"):
        kept.console.start()


def test_a_process_left_by_a_killed_run_is_ended(kept: Supervised) -> None:
    kept.console.start()
    orphan = psutil.Process(kept.console.door.pid)
    owner = subprocess.Popen([sys.executable, "-c", ""])
    owner.wait()
    record = {"console": identity(orphan.pid), "owner": (owner.pid, time.time())}
    end_earlier_console(kept.data)
    assert not has_ended(orphan), "its owner, this process, still runs"
    (kept.data / RECORD).write_text(json.dumps(record))
    kept.console._stopping.set()
    end_earlier_console(kept.data)
    assert has_ended(orphan)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"console": [1], "owner": [2]}'])
def test_a_record_that_cannot_be_read_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD).write_text(text)
    end_earlier_console(tmp_path)


def test_another_process_with_the_recorded_number_is_not_ended(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    record = {"console": (other.pid, 1.0), "owner": (other.pid, 1.0)}
    (tmp_path / RECORD).write_text(json.dumps(record))
    end_earlier_console(tmp_path)
    assert other.poll() is None
    other.communicate()


def test_the_process_gets_only_the_environment_it_is_passed(kept: Supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for the console")
    kept.console.start()
    assert "SECRET_KEY" not in psutil.Process(kept.console.door.pid).environ()
