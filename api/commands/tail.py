"""`rollcall tail`: the log as it grows, over the public subscription, from where it was left off."""

from __future__ import annotations

import asyncio
import getpass
import random
import sys
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import orjson
import typer
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from api.settings import LocalSettings

EVENTS = """subscription Tail($after: Cursor, $filter: EventFilter) {
  userEvents(after: $after, filter: $filter) {
    __typename
    ... on Event { cursor type occurredAt userId user { displayName email } actor { displayName } changes { field before after } }
    ... on Heartbeat { cursor }
    ... on ResyncRequired { reason cursor }
  }
}"""
SIGN_IN = """mutation SignIn($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) {
    __typename ... on SessionPayload { accessToken } ... on Problem { message }
  }
}"""
LONGEST_PAUSE = 10.0


class CannotFollow(Exception):
    """Trying again would not help; the message says why."""


@dataclass
class Follower:
    """One tail: `cursor` is the last position printed."""

    url: str
    email: str
    password: str
    cursor: str | None
    filter: dict[str, Any]
    as_json: bool
    token: str | None = None

    async def follow(self) -> None:
        """Print events until interrupted, reconnecting from the cursor. Raises CannotFollow."""
        pause = 0.2
        while True:
            try:
                self.token = self.token or await self._sign_in()
                async for _ in self._stream():
                    pause = 0.2
            except (OSError, WebSocketException, httpx.HTTPError) as error:
                typer.echo(f"Connection lost ({type(error).__name__}); trying again", err=True)
            await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _sign_in(self) -> str:
        async with httpx.AsyncClient(base_url=self.url) as client:
            variables = {"email": self.email, "password": self.password}
            answer = await client.post("/graphql", json={"query": SIGN_IN, "variables": variables})
        if answer.status_code >= 500:
            raise httpx.TransportError("the server cannot answer now")
        payload = answer.json()["data"]["signIn"]
        if payload["__typename"] != "SessionPayload":
            raise CannotFollow(payload["message"])
        return str(payload["accessToken"])

    async def _stream(self) -> Any:
        address = f"{self.url.replace('http', 'ws', 1)}/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"], max_size=2**24) as socket:  # type: ignore[list-item]
            await socket.send(
                orjson.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}}).decode()
            )
            async for text in socket:
                message = orjson.loads(text)
                match message["type"]:
                    case "connection_ack":
                        variables = {"after": self.cursor, "filter": self.filter}
                        payload = {"query": EVENTS, "variables": variables}
                        await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
                    case "next":
                        self._show(message["payload"]["data"]["userEvents"])
                        yield
                    case "error":
                        raise CannotFollow(message["payload"][0]["message"])
                    case "ping":
                        await socket.send('{"type":"pong"}')
            if socket.close_code in (4401, 4403):
                self.token = None

    def _show(self, message: dict[str, Any]) -> None:
        kind = message["__typename"]
        self.cursor = message["cursor"]
        if kind == "ResyncRequired":
            typer.echo(f"-- {message['reason']}: going on from now --", err=True)
        elif kind == "Event":
            typer.echo(orjson.dumps(message).decode() if self.as_json else describe(message))


def describe(event: dict[str, Any]) -> str:
    """One line for an event."""
    user = event["user"] or {}
    who = user.get("email") or user.get("displayName") or event["userId"]
    by = f" by {event['actor']['displayName']}" if event["actor"] else ""
    changes = "; ".join(f"{c['field']}: {c['before']} -> {c['after']}" for c in event["changes"])
    return f"{event['occurredAt']}  {event['type']:<22} {who}{by}" + (f"  [{changes}]" if changes else "")


def tail(
    *,
    after: Annotated[str | None, typer.Option(help="Begin after this cursor instead of now.")] = None,
    url: Annotated[str, typer.Option(help="Where the API answers; by the settings unless told.")] = "",
    email: Annotated[str, typer.Option(help="Who follows; ROLLCALL_EMAIL or the first admin unless told.")] = "",
    types: Annotated[list[str] | None, typer.Option("--type", help="Only events of this type.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print events as they happen, each once and in order; the password comes from ROLLCALL_PASSWORD or a prompt."""
    settings = LocalSettings.load()
    base = (url or f"http://{settings.api_host}:{settings.api_port}").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https"):
        sys.exit("--url must begin with http:// or https://")
    given = settings.rollcall_password
    password = given.get_secret_value() if given else getpass.getpass("Password: ")
    who = email or settings.rollcall_email or settings.admin_email or "admin@example.com"
    wanted = {"types": [t.upper() for t in types]} if types else {}
    follower = Follower(base, who, password, after, wanted, as_json)
    try:
        asyncio.run(follower.follow())
    except CannotFollow as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        pass
    finally:
        if follower.cursor:
            typer.echo(f"Go on with: rollcall tail --after {follower.cursor}", err=True)
