"""An SMTP server of the tests (RFC 5321), which can refuse, stall and die at any step of the next conversations."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

STALL, DIE = "stall", "die"
"""Instead of an answer: never answer, or end the connection."""


@dataclass
class MailServer:
    """`faults` has one fault for each of the next conversations: a step, and what happens in it instead of its answer.

    The steps are GREETING, EHLO, MAIL, RCPT, DATA and END (of the message). `received` has the messages in order, including
    those whose acceptance the client never learned of.
    """

    port: int = 0
    faults: deque[tuple[str, str]] = field(default_factory=deque)
    received: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    conversations: int = 0
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until_received(self, count: int) -> list[EmailMessage]:
        """Wait until so many messages have arrived."""
        async with asyncio.timeout(120), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    async def until_conversations(self, count: int) -> None:
        """Wait until so many conversations have begun."""
        async with asyncio.timeout(120), self.arrived:
            await self.arrived.wait_for(lambda: self.conversations >= count)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        async with self.arrived:
            self.conversations += 1
            self.arrived.notify_all()
        fault = self.faults.popleft() if self.faults else ("", "")
        try:
            await self._converse(reader, writer, fault)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: tuple[str, str]
    ) -> None:
        step, answer = "GREETING", "220 test"
        while True:
            if step == fault[0]:
                if fault[1] == DIE:
                    return
                if fault[1] == STALL:
                    await reader.read()  # until the client gives up
                    return
                answer = fault[1]
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if step == "DATA" and answer.startswith("354"):
                await self._message((await reader.readuntil(b"\r\n.\r\n"))[:-3])
                step, answer = "END", "250 accepted"
                continue
            line = (await reader.readline()).decode().strip()
            if not line or line == "QUIT":
                return
            self.commands.append(line)
            step = line.split(" ")[0].upper()
            answer = {"EHLO": "250-test\r\n250-8BITMIME\r\n250 SMTPUTF8", "DATA": "354 go on"}.get(step, "250 ok")

    async def _message(self, content: bytes) -> None:
        lines = (line[1:] if line.startswith(b".") else line for line in content.split(b"\r\n"))
        async with self.arrived:
            self.received.append(message_from_bytes(b"\r\n".join(lines), policy=policy.default))
            self.arrived.notify_all()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A server on a free port, for the block."""
    made = MailServer()
    server = await asyncio.start_server(made.converse, "0.0.0.0", 0)  # noqa: S104 - also reached as 127.0.0.2
    made.port = int(server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        server.close()


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """The text of a part."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def link_in(message: EmailMessage) -> str:
    """The link, which has a line of its own in the text part."""
    (line,) = [line for line in text_of(message).splitlines() if line.startswith("http")]
    return line


def token_in(message: EmailMessage) -> str:
    """The token of the link."""
    return link_in(message).partition("?token=")[2]
