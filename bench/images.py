"""`python -m bench.images`: the sizes of both images, and whether they run as a hardened host runs them (deploy/images.sh).

A container is what its image says (user, command, environment, health check), in a chroot over a read-only root with a tmpfs
at /tmp, without any capability and without a way to gain one. PostgreSQL and Valkey are those of a local run. Needs root and buildah.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from api.cli.local.embedded.process import free_port
from bench.stack import stack

BASES = {"api": "docker.io/library/python:3.13-slim-trixie", "console": "docker.io/library/node:24-trixie-slim"}
START_SECONDS = 120.0
ENTER = """
set -eu
mount --make-rprivate /
mount --bind "$1" "$1"
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$1/tmp"
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -o remount,bind,ro "$1"
root=$1 user=$2 folder=$3
shift 3
exec chroot "$root" setpriv --reuid="$user" --regid="$user" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
  env --ignore-environment --chdir="$folder" "$@"
"""
"""In a mount namespace of its own: the mounts end with the process."""
PROBE = """
for place in / /app /etc /usr /home /var; do touch "$place/probe" 2>/dev/null && echo "could write to $place"; done
touch /tmp/probe || echo "could not write to /tmp"
grep -E '^(Cap(Eff|Prm|Bnd)|NoNewPrivs)' /proc/self/status | tr '\\t' ' ' | sort -u
id -u
"""
EXPECTED = ["CapBnd: 0000000000000000", "CapEff: 0000000000000000", "CapPrm: 0000000000000000", "NoNewPrivs: 1"]


def buildah(*words: str) -> str:
    """The output of a command of buildah."""
    return subprocess.run(["buildah", *words], check=True, capture_output=True, text=True).stdout.strip()  # noqa: S607


class Container:
    """A container of an image, with the addresses that it needs."""

    def __init__(self, image: str, root: Path, environment: Mapping[str, str]) -> None:
        config = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
        self.user, self._root, self._folder = config["User"], root, config["WorkingDir"]
        self._command: list[str] = [*(config["Entrypoint"] or ()), *config["Cmd"]]
        self.check: list[str] = config["Healthcheck"]["Test"][1:]
        own = dict(entry.split("=", 1) for entry in config["Env"])
        self._environment = [f"{name}={value}" for name, value in {**own, **environment}.items()]

    def line(self, command: Sequence[str]) -> list[str]:
        """The command line that runs a command within it."""
        start = ["unshare", "--mount", "sh", "-c", ENTER, "-", str(self._root), self.user, self._folder]
        return [*start, *self._environment, *command]

    def output(self, *command: str) -> str:
        """What a command prints, without its image's entrypoint."""
        return subprocess.run(self.line(command), check=True, capture_output=True, text=True).stdout.strip()

    @contextmanager
    def serving(self, url: str) -> Iterator[None]:
        """The image's own command, until the block ends; it answers at the address."""
        process = subprocess.Popen(self.line(self._command))
        try:
            deadline = time.monotonic() + START_SECONDS
            while status(url) != 200:
                if process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{url} does not answer")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            code = process.wait(60)
        print(f"  ended by SIGTERM with exit code {code}")


def status(url: str) -> int:
    """The status of an answer, 0 if there is none."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - an address of this program's own
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@contextmanager
def mounted(image: str) -> Iterator[Path]:
    """The root of a new container of an image."""
    name = buildah("from", "--pull-never", image)
    try:
        yield Path(buildah("mount", name))
    finally:
        buildah("rm", name)


def examine(container: Container) -> None:
    """Print and check what a process in the container may do."""
    *rights, user = container.output("sh", "-c", PROBE).splitlines()
    if rights != EXPECTED or user == "0":
        sys.exit(f"A process in the container may do too much: {rights}, user {user}")
    print(f"  user {user}, no capability, only /tmp can be written to")


def healthy(container: Container, port: int, original: int) -> None:
    """Run the image's health check against the port that it listens on here."""
    container.output(*(word.replace(f":{original}/", f":{port}/") for word in container.check))
    print("  its health check succeeds")


def sizes() -> None:
    """Print the sizes of both images, and of their bases."""
    for image, base in BASES.items():
        found: list[dict[str, Any]] = [
            json.loads(buildah("images", "--json", name))[0] for name in (f"rollcall-{image}", base)
        ]
        print(f"rollcall-{image}: {found[0]['size']}, of which {found[1]['size']} are {base}")


def main() -> None:
    """Print the sizes, then run both."""
    sizes()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as cleanup:
        engines = cleanup.enter_context(stack(Path(folder)))
        port, console_port = free_port(), free_port()
        own = {"API_HOST": "127.0.0.1", "API_PORT": str(port), "PUBLIC_URL": f"http://localhost:{console_port}"}
        print("rollcall-api:")
        api = Container("rollcall-api", cleanup.enter_context(mounted("rollcall-api")), {**engines.environment, **own})
        examine(api)
        print("  " + api.output("python", "-m", "api", "migrate", "--sql").splitlines()[0])
        backup = api.output("python", "-m", "api", "backup", "/tmp/a.backup")  # noqa: S108 - the container's own
        print(f"  backup: {backup}")
        with api.serving(f"http://127.0.0.1:{port}/livez"):
            healthy(api, port, 8000)
            print(f"  GET /readyz: {status(f'http://127.0.0.1:{port}/readyz')}")
            print("rollcall-console:")
            values = {"API_URL": f"http://127.0.0.1:{port}", "HOST": "127.0.0.1", "PORT": str(console_port)}
            root = cleanup.enter_context(mounted("rollcall-console"))
            console = Container("rollcall-console", root, own | values)
            examine(console)
            with console.serving(f"http://127.0.0.1:{console_port}/robots.txt"):
                healthy(console, console_port, 3000)
                print(f"  GET /sign-in: {status(f'http://127.0.0.1:{console_port}/sign-in')}")


if __name__ == "__main__":
    main()
