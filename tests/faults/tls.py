"""TLS in front of the tests' PostgreSQL, whose wheel is built without it: certificates, and a server that ends TLS."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import ssl
import struct
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.proxy import CHUNK, until_one_ends

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""What a client sends to begin TLS (PostgreSQL manual, section 55.7)."""


@dataclass(frozen=True)
class Certificates:
    """The files of two authorities, `ours` and `another`; ours has signed `server`, which is for the name localhost."""

    folder: Path

    def make(self) -> None:
        """Make them with OpenSSL."""
        for name in ("ours", "another"):
            self._openssl("req -x509 -days 2", f"-subj /CN={name} -keyout {name}.key -out {name}.pem", new=True)
        (self.folder / "names").write_text("subjectAltName=DNS:localhost")
        self._openssl("req", "-subj /CN=localhost -keyout server.key -out server.csr", new=True)
        sign = "-in server.csr -CA ours.pem -CAkey ours.key -CAcreateserial -extfile names -out server.pem"
        self._openssl("x509 -req -days 2", sign)

    def _openssl(self, command: str, options: str, *, new: bool = False) -> None:
        program = shutil.which("openssl")
        assert program, "install OpenSSL: apt-get install openssl"
        key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes" if new else ""
        words = f"{command} {options} {key}".split()
        done = subprocess.run([program, *words], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def root(self, name: str) -> str:
        """The certificate of an authority."""
        return str(self.folder / f"{name}.pem")

    def context(self) -> ssl.SSLContext:
        """The server's side."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context


@asynccontextmanager
async def tls_before(database_url: str, certificates: Certificates) -> AsyncIterator[int]:
    """A port of 127.0.0.1 on which PostgreSQL offers TLS, and accepts nothing else; ends with the block."""
    port, context, links = urlsplit(database_url).port, certificates.context(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        links.add(link)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            if await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(context)
                await forward(reader, writer, port)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)


@asynccontextmanager
async def tls_at_once(port: int | None, certificates: Certificates) -> AsyncIterator[int]:
    """A port of localhost that accepts TLS from the first byte, as Redis does, before a plain port; ends with the block."""
    links = set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = asyncio.current_task()
        assert link is not None
        links.add(link)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await forward(reader, writer, port)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificates.context())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for link in links:
            link.cancel()
        await asyncio.gather(*links, return_exceptions=True)


async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int | None) -> None:
    """Pass bytes on in both directions until one side closes."""
    there, back = await asyncio.open_connection("127.0.0.1", port)
    try:
        await until_one_ends(copy(reader, back), copy(there, writer))
    finally:
        back.close()


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass bytes on until the source ends."""
    while data := await source.read(CHUNK):
        target.write(data)
        await target.drain()
