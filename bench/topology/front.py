"""What clients reach: Rollcall's processes, the console, and Caddy with the project's own Caddyfile before them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from api.cli.local.console import Build, find_console
from api.cli.local.console.door import FrontDoor
from api.cli.local.embedded.process import free_port
from bench.process import ROOT, StartError
from bench.topology.hosts import Host, Part, is_ok, listens

CADDYFILE = ROOT / "deploy" / "Caddyfile"
ROLLCALL = Path(sys.executable).parent / "rollcall"
DRAIN_SECONDS = 5
"""Longer than Caddy takes to notice that /readyz fails (deploy/Caddyfile)."""


class Instance(Part):
    """A process of the API, which keeps its port; `source` is the folder of the release that it runs."""

    port = 0

    @classmethod
    def on(cls, host: Host, folder: Path, environment: Mapping[str, str], source: Path = ROOT) -> Instance:
        """One that is not started."""
        port = free_port()
        url = f"http://{host.address}:{port}/readyz"
        own = {"API_HOST": host.address, "API_PORT": str(port), "PYTHONPATH": str(source)}
        command = [sys.executable, "-m", "api", "serve"]
        made = cls(f"rollcall-{host.name}", host, command, folder, lambda: is_ok(url), {**environment, **own})
        made.port = port
        return made

    @property
    def upstream(self) -> str:
        """Its address for a gateway."""
        return f"{self.host.address}:{self.port}"

    def of_release(self, source: Path) -> None:
        """Run another release from its next start on."""
        self.environment = {**self.environment, "PYTHONPATH": str(source)}


class Front:
    """The instances behind Caddy at `url`, until the block ends. Without `console`, pages are not served."""

    def __init__(
        self, gate: Host, port: int, folder: Path, caddy: str, instances: Sequence[Instance], *, console: bool
    ) -> None:
        self._gate, self._folder, self.instances = gate, folder, instances
        self.port, self._console_port = port, free_port()
        self._has_console = console
        self._caddy = Part(
            "caddy",
            gate,
            [caddy, "run", "--adapter", "caddyfile", "--config", CADDYFILE],
            folder,
            lambda: listens(gate, port),
            {
                "SITE_ADDRESS": self.url,
                "API_UPSTREAM": " ".join(i.upstream for i in instances),
                "CONSOLE_UPSTREAM": f"{gate.address}:{self._console_port}",
                "CADDY_ADMIN": f"{gate.address}:{free_port()}",
            },
        )
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """Where everything is reached."""
        return f"http://{self._gate.address}:{self.port}"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for instance in self.instances:
                stack.callback(instance.stop)
                instance.launch()
            self.wait_until_ready()
            if self._has_console:
                stack.enter_context(self._door())
            stack.enter_context(self._caddy)
            self.wait_until_open()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def wait_until_open(self, seconds: float = 30.0) -> None:
        """Return once the gateway answers for the API. Raises StartError."""
        give_up = time.monotonic() + seconds
        while not is_ok(f"{self.url}/readyz"):
            if time.monotonic() > give_up:
                raise StartError("The gateway does not reach the API")
            time.sleep(0.1)

    def wait_until_ready(self) -> None:
        """Return once every instance may be sent requests. Raises StartError."""
        for instance in self.instances:
            instance.wait()

    def _door(self) -> FrontDoor:
        sources = find_console()
        assert sources is not None
        environment = {
            "PATH": os.environ["PATH"],
            "API_URL": f"http://{self.instances[0].upstream}",
            "PUBLIC_URL": self.url,
            "HOST": self._gate.address,
            "PORT": str(self._console_port),
            "TRUSTED_PROXIES": self._gate.address,
        }
        return FrontDoor(sources, self._folder / "console.log", environment)


def build_console(folder: Path, say: Callable[[str], None]) -> None:
    """Build the console, if it has changed."""
    sources = find_console()
    assert sources is not None
    Build(sources, folder, say).run()
