"""The examples of the guides for clients, run as they stand there against a live server."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.api.conftest import ADMIN, PASSWORD, Api, Person

GUIDES = Path(__file__).parents[2] / "docs" / "how-to"


def marked(page: str, mark: str, language: str) -> str:
    """The blocks of a guide that follow a mark, as one program."""
    blocks = re.findall(rf"<!-- run: {mark} -->\n```{language}\n(.*?)```", (GUIDES / page).read_text(), re.DOTALL)
    assert blocks
    return "\n".join(blocks)


async def test_the_guide_to_v1(fresh_api: tuple[Api, Person], tmp_path: Path) -> None:
    api, _ = fresh_api
    script = marked("v1.md", "v1", "sh").replace("localhost:8000", api.server.url.removeprefix("http://"))
    script = script.replace("admin@example.com", ADMIN)
    done = await asyncio.to_thread(
        subprocess.run,
        ["/bin/bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "ADMIN_PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "x-total-count: 1" in done.stdout.lower()
    assert '"Hedy Kiesler"' in done.stdout
    assert '"VERSION_CONFLICT"' in done.stdout


async def test_the_client_in_python(fresh_api: tuple[Api, Person], tmp_path: Path) -> None:
    api, admin = fresh_api
    (tmp_path / "client.py").write_text(marked("graphql.md", "python", "python"))
    variables = {"ROLLCALL": api.server.url, "TOKEN": admin.token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, tmp_path / "client.py", env=os.environ | variables, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert (await process.stdout.readline()).startswith(b"signed in as ")
        person = await api.new_user(admin)
        created = await process.stdout.readline()
        assert created.startswith(b"USER_CREATED"), created
        assert person.id
    finally:
        process.terminate()
        await process.wait()
