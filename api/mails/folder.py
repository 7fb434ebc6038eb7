"""Mails as files, where no SMTP server is set: each is written to a folder, and a page there lists the newest.

The links in it can be used by everyone who can read it. So only its owner can read the folder and its files, and no
server shows them.
"""

from __future__ import annotations

import asyncio
import os
import re
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

import structlog

from api.logs import Verbatim
from api.mails.composing import Composer
from domain.models.mail import Letter, LetterNotSent
from domain.services.unit import Clock

LISTED = 50
"""Mails on the page, newest first."""
PAGE = "index.html"
_UNSAFE = re.compile(r"[^\w@.+-]")
_LINK = re.compile(r"https?://\S+")

log = structlog.get_logger(__name__)


class MailFolder:
    """Writes each letter to a file `<time>-<kind>-<address>.eml` in `folder`."""

    def __init__(self, folder: Path, compose: Composer, clock: Clock) -> None:
        self._folder, self._compose, self._clock = folder, compose, clock
        self._turn = asyncio.Lock()

    async def send(self, letter: Letter) -> None:
        """Return once the file is on the disk. Raises LetterNotSent."""
        now = self._clock.now()
        message = self._compose(letter, now)
        path = self._folder / file_name(letter, now)
        try:
            async with self._turn:
                await asyncio.to_thread(self._write, path, message)
        except OSError as error:
            raise LetterNotSent(f"the folder of mails cannot be written to: {error.strerror}") from None
        log.info("mail.written", file=Verbatim(str(path)))

    def _write(self, path: Path, message: EmailMessage) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(path, message.as_bytes(policy=policy.SMTPUTF8))
        _replace(self._folder / PAGE, _page(self._folder).encode())


def file_name(letter: Letter, now: datetime) -> str:
    """The name of a mail's file; names sort by time."""
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{letter.kind}-{_UNSAFE.sub('_', letter.email)}.eml"


def _replace(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, so that it is there as a whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(content)
    draft.replace(path)


def _page(folder: Path) -> str:
    """The newest mails as a page without script."""
    entries = [_entry(path) for path in sorted(folder.glob("*.eml"), reverse=True)[:LISTED]]
    head = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
    )
    style = "<style>body{font:16px/1.5 system-ui;max-width:50rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap}</style>"
    return f"{head}<title>Mails</title>{style}</head><body><h1>Mails</h1>\n{''.join(entries)}</body></html>\n"


def _entry(path: Path) -> str:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    part = message.get_body(("plain",))
    text = escape("" if part is None else part.get_content())
    linked = _LINK.sub(lambda m: f'<a href="{m[0]}">{m[0]}</a>', text)
    return f"<h2>{escape(str(message['Subject']))}</h2><p>{escape(str(message['To']))}, {escape(str(message['Date']))}</p><pre>{linked}</pre>\n"
