"""`rollcall tail`: prints new events of the log over the public subscription, resuming from a cursor."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import orjson
import typer

from api.cli.client import Refused, ServerUnavailable, SignedIn, SignedOut, refresh, sign_out, subscribe
from api.cli.credential import Credential, credential_of
from api.settings import LocalSettings
from domain.backoff import Backoff

EVENTS = """subscription Tail($after: Cursor, $filter: EventFilter) {
  userEvents(after: $after, filter: $filter) {
    __typename
    ... on Event { cursor type occurredAt userId user { displayName email } actor { displayName } changes { field before after } }
    ... on Heartbeat { cursor }
    ... on ResyncRequired { reason cursor }
  }
}"""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
LEAVE_SECONDS = 2.0


@dataclass
class Follower:
    """One tail: `cursor` is the last position printed."""

    url: str
    credential: Credential
    cursor: str | None
    filter: dict[str, Any]
    as_json: bool
    session: SignedIn | None = None
    pause: Backoff = field(default_factory=lambda: Backoff(FIRST_PAUSE, LONGEST_PAUSE))

    async def follow(self) -> None:
        """Print events until interrupted, reconnecting from the cursor; then sign out. Raises Refused."""
        async with httpx.AsyncClient(base_url=self.url) as http:
            try:
                while True:
                    await self._try(http)
            finally:
                await self._leave(http)

    async def _try(self, http: httpx.AsyncClient) -> None:
        try:
            await self._connect(http)
        except SignedOut:
            await self._renew(http)
        except ServerUnavailable as error:
            typer.echo(f"Connection lost ({error}); reconnecting", err=True)
        await self.pause.wait()

    async def _connect(self, http: httpx.AsyncClient) -> None:
        """Print the events of one connection. Raises ServerUnavailable, SignedOut and Refused."""
        if self.session is None:
            self.session = await self.credential.begin(http)
        variables = {"after": self.cursor, "filter": self.filter}
        async with aclosing(subscribe(self.url, self.session.token, EVENTS, variables)) as messages:
            async for message in messages:
                self.pause.reset()
                self._show(message)

    async def _renew(self, http: httpx.AsyncClient) -> None:
        """Refresh the session, or drop it if that fails or its outcome is unknown."""
        session, self.session = self.session, None
        with contextlib.suppress(ServerUnavailable, SignedOut):
            self.session = None if session is None else await refresh(http, session)

    async def _leave(self, http: httpx.AsyncClient) -> None:
        """End the session, if the server answers quickly."""
        if self.session is None:
            return
        with contextlib.suppress(ServerUnavailable, SignedOut, Refused, TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                try:
                    await sign_out(http, self.session)
                except SignedOut:  # the access token may have expired before the session
                    await sign_out(http, await refresh(http, self.session))

    def _show(self, message: dict[str, Any]) -> None:
        kind = message["__typename"]
        if kind == "ResyncRequired":
            typer.echo(f"-- {message['reason']}; continuing from now --", err=True)
        elif kind == "Event":
            typer.echo(orjson.dumps(message).decode() if self.as_json else describe(message))
        self.cursor = message["cursor"]  # last, so that an event that was not printed is not skipped


def describe(event: dict[str, Any]) -> str:
    """One line for an event."""
    user = event["user"] or {}
    who = user.get("email") or user.get("displayName") or event["userId"]
    by = f" by {event['actor']['displayName']}" if event["actor"] else ""
    changes = "; ".join(f"{c['field']}: {c['before']} -> {c['after']}" for c in event["changes"])
    return f"{event['occurredAt']}  {event['type']:<22} {who}{by}" + (f"  [{changes}]" if changes else "")


def tail(
    *,
    after: Annotated[str | None, typer.Option(help="Start after this cursor instead of now.")] = None,
    url: Annotated[str, typer.Option(help="The address of the API; by default from the settings.")] = "",
    email: Annotated[
        str,
        typer.Option(
            help="The account to sign in with; by default ROLLCALL_API_KEY, ROLLCALL_EMAIL or the first admin."
        ),
    ] = "",
    types: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per line.")] = False,
) -> None:
    """Print events as they happen, each once and in order.

    With ROLLCALL_API_KEY, the key is used in place of a session; otherwise the password is read from ROLLCALL_PASSWORD
    or a prompt.
    """
    settings = LocalSettings.load()
    base = (url or f"http://{settings.api_host}:{settings.api_port}").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        sys.exit("--url must begin with http:// or https://")
    wanted = {"types": [t.upper() for t in types]} if types else {}
    follower = Follower(base, credential_of(settings, email), after, wanted, as_json)
    try:
        asyncio.run(follower.follow())
    except Refused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        if follower.cursor:
            typer.echo(f"Continue with: rollcall tail --after {follower.cursor}", err=True)
