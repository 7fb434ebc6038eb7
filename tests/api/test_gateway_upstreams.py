"""The gateway before several processes of the API: those that are not ready get no requests."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from api.cli.local.embedded.process import free_port, wait_until
from tests.api.test_gateway import caddy

pytestmark = pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not installed")
PATIENCE = 30.0


class Upstream(ThreadingHTTPServer):
    """Answers 200 to everything, to /readyz only while it is `ready`; counts what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.ready, self.watched, self.requests = True, 0, 0


class Answers(BaseHTTPRequestHandler):
    """One connection to an upstream."""

    server: Upstream
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, and count."""
        watched = self.path == "/readyz"
        self.server.watched += watched
        self.server.requests += not watched
        self.send_response(503 if watched and not self.server.ready else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def upstream() -> Iterator[Upstream]:
    """One that answers until the block ends."""
    with Upstream() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_a_process_that_is_not_ready_gets_no_requests_until_it_is(tmp_path: Path) -> None:
    port = free_port()
    with upstream() as one, upstream() as other:
        addresses = " ".join(f"127.0.0.1:{server.server_port}" for server in (one, other))
        with caddy(tmp_path, port, 0, free_port(), API_UPSTREAM=addresses):
            url = f"http://127.0.0.1:{port}/graphql"

            def reaches(server: Upstream) -> bool:
                before = server.requests
                assert all(httpx.get(url).status_code == 200 for _ in range(20))
                return server.requests > before

            assert reaches(one)
            assert reaches(other)
            one.ready, watched = False, one.watched
            assert wait_until(lambda: one.watched > watched + 1, PATIENCE), "it is asked again and again"
            assert not reaches(one)
            assert reaches(other)
            one.ready = True
            assert wait_until(lambda: reaches(one), PATIENCE)
