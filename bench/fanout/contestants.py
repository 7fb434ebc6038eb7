"""The contestants: Rollcall and its peers, how each is started, its document and what is published to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from api.cli.local.console.node import node
from bench.process import ROOT
from bench.programs import compile_client
from bench.stack import Stack
from domain.models.event import Audience, Change, Event, Subject
from domain.models.event_types import EventType, SubjectKind
from persistence.log.wire import encode
from persistence.redis.broadcast import EVENTS
from persistence.redis.namespace import RedisNamespace, log_key, root_key

PEERS = ROOT / "bench" / "peers"
MARK = "\x7f"
"""Stands for the event's number, and in a document for an alias."""
FIRST = 10**9
"""The number of a peer's first event: all numbers have equally many digits, because msgpack states the length first."""

EVENTS_MAX = 10**7
"""More events than one server of Rollcall gets within a cell."""

SIX_FIELDS = "user { id email displayName role status updatedAt }"
PEER_DOCUMENT = f"subscription {{ userChanged {{ {MARK}cursor type {SIX_FIELDS} }} }}".replace(
    f"{MARK}cursor type", f"cursor {MARK}type"
)
ROLLCALL_DOCUMENT = f"subscription {{ userEvents {{ ... on Event {{ cursor {MARK}type {SIX_FIELDS} }} }} }}"
USER = {
    "id": "8adf61fc-e3b8-4314-7f9d-5236e53e2d73",
    "email": "subject@example.com",
    "displayName": "Sam Subject",
    "role": "MEMBER",
    "status": "ACTIVE",
    "updatedAt": "2026-01-03T02:47:06.123456Z",
}


@dataclass(frozen=True, slots=True)
class Feed:
    """What is published to a running server. `template` is the payload of PUBLISH, `first` the first event's number."""

    template: str
    channel: str = "userChanged"
    first: int = FIRST
    seal_key: str = field(default="", repr=False)
    """The hexadecimal key with which messages are sealed; empty if they are not sealed."""
    sealed_for: str = ""
    """The instances' name of the channel, which is part of the seal."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables of the load client."""
        return {"WSFAN_SEAL_KEY": self.seal_key, "WSFAN_SEAL_CHANNEL": self.sealed_for}


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server with one worker; `feed` is called once it runs."""

    name: str
    title: str
    command: Sequence[str]
    environment: Callable[[Stack], Mapping[str, str]]
    feed: Callable[[Stack], Feed]
    document: str = PEER_DOCUMENT
    cursor: str = "plain"
    path: str = "/graphql"


def json_event(_: Stack) -> Feed:
    """An event as most peers read it."""
    user = ",".join(f'"{key}":"{value}"' for key, value in USER.items())
    return Feed(f'{{"cursor":"{MARK}","type":"USER_UPDATED","user":{{{user}}}}}')


def packed_event(_: Stack) -> Feed:
    """The same in the envelope of mqemitter-redis: a msgpack map of texts."""
    number = _text(MARK * len(str(FIRST)))
    user = _map({key: _text(value) for key, value in USER.items()})
    event = _map({"cursor": number, "type": _text("USER_UPDATED"), "user": user})
    message = _map({"topic": _text("userChanged"), "payload": _map({"userChanged": event})})
    return Feed(_map({"id": number, "msg": message}).decode("latin-1"))


def _map(items: Mapping[str, bytes]) -> bytes:
    return bytes([0x80 | len(items)]) + b"".join(_text(key) + value for key, value in items.items())


def _text(value: str) -> bytes:
    raw = value.encode()
    return (bytes([0xA0 | len(raw)]) if len(raw) < 32 else bytes([0xD9, len(raw)])) + raw


def log_entry(stack: Stack) -> Feed:
    """An entry of the log as another instance's relay publishes it: sealed, on the log's own channel."""
    epoch, first = stack.reserve(EVENTS_MAX)
    secret = stack.settings.secret_key.get_secret_value()
    namespace = RedisNamespace(secret)
    namespace.bind(epoch)
    entry = Event(
        type=EventType.USER_UPDATED,
        subject=Subject(SubjectKind.USER, stack.subject),
        user_id=stack.subject,
        occurred_at=datetime.now(UTC),
        changes=(Change("display_name", "Sam", "Sam Subject"),),
        audience_before=Audience.EVERYONE,
        audience_after=Audience.EVERYONE,
        user_version=2,
        id=uuid4(),
        seq=FIRST,
        ord=FIRST,
    )
    template = encode([entry], epoch).replace(str(FIRST), MARK)
    return Feed(template, namespace.name(EVENTS), first, log_key(root_key(secret), epoch).hex(), EVENTS)


def _redis(stack: Stack) -> Mapping[str, str]:
    return {"REDIS_URL": stack.redis_url}


def _node(stack: Stack) -> Mapping[str, str]:
    return {"REDIS_URL": stack.redis_url, "PORT": "{port}", "NODE_ENV": "production"}


def _rollcall(stack: Stack) -> Mapping[str, str]:
    return {**stack.environment, "API_PORT": "{port}"}


def _uvicorn(app: str) -> list[str]:
    options = "--port {port} --host 127.0.0.1 --loop uvloop --ws websockets-sansio --ws-per-message-deflate false"
    return [
        sys.executable,
        "-m",
        "uvicorn",
        app,
        *f"{options} --no-access-log --log-level error --backlog 4096".split(),
    ]


def _node_command(script: str) -> list[str]:
    return [str(node()), str(PEERS / script)]


ROLLCALL = Contestant(
    "rollcall",
    "Rollcall",
    [sys.executable, "-m", "api", "serve"],
    _rollcall,
    log_entry,
    document=ROLLCALL_DOCUMENT,
    cursor="log",
)
GRAPHQL_WS = Contestant("graphql-ws", "graphql-ws on Node", _node_command("graphql-ws.js"), _node, json_event)
MERCURIUS = Contestant("mercurius", "Mercurius on Node", _node_command("mercurius.js"), _node, packed_event)
STRAWBERRY = Contestant(
    "strawberry", "Strawberry + broadcaster", _uvicorn("bench.peers.strawberry_app:app"), _redis, json_event
)
BUN = Contestant(
    "bun",
    "bare Bun (uWebSockets)",
    [str(PEERS / "node_modules" / ".bin" / "bun"), str(PEERS / "bun.js")],
    _node,
    json_event,
)
ASGI = Contestant("asgi", "bare ASGI send (uvicorn)", _uvicorn("bench.peers.asgi_app:app"), _redis, json_event)
CONTESTANTS = (ROLLCALL, BUN, GRAPHQL_WS, MERCURIUS, ASGI, STRAWBERRY)


def load_client(folder: Path) -> Path:
    """The load client, built in a folder. Raises StartError."""
    return compile_client(folder / "wsfan", [Path(__file__).with_name(name) for name in ("wsfan.c", "seal.c")])
