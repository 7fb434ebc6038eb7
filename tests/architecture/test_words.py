"""Names and log events use plain technical words: a reader should never have to decode them (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.architecture.sources import PACKAGES, modules

WORDS = {
    "away": "unavailable or disconnected",
    "asker": "requester",
    "beat": "heartbeat",
    "dated": "needs_rehash, expired or stale",
    "doer": "actor",
    "everybody": "all users or all clients",
    "gone": "removed, ended or disconnected",
    "hear": "receive or subscribe",
    "heard": "received",
    "judge": "check",
    "lose": "resync or drop",
    "nobody": "no user, no client or anonymous",
    "people": "users",
    "put_off": "postpone or terminate",
    "somebody": "a user or a client",
    "stretch": "batch or range",
    "tell": "notify or send",
    "told": "sent, notified or seen",
    "tries": "attempts",
    "whoever": "the client or the caller",
}
"""Words that may not be a part of a name, with their replacements."""

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def parts(name: str) -> str:
    """A name in snake case between underscores, so that only whole words are found."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return f"_{re.sub(r'[^a-z0-9]+', '_', snake)}_"


@cache
def wrong(name: str) -> list[str]:
    """The faults of a name."""
    snake = parts(name)
    return [f"{name}: not {word!r}, but {instead}" for word, instead in WORDS.items() if f"_{word}_" in snake]


def names(tree: ast.Module) -> Iterator[str]:
    """The names that a module defines, and the log events that it writes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.Call(func=ast.Attribute(attr=level), args=[ast.Constant(value=str(event)), *_]) if level in LEVELS:
                yield event


def test_names_and_log_events_use_plain_words() -> None:
    written = modules((*PACKAGES, "bench", "tests"))
    found = {f"{path}: {fault}" for path, tree in written for name in names(tree) for fault in wrong(name)}
    assert not found, sorted(found)


def test_only_whole_words_of_names_and_log_events_are_found() -> None:
    source = "class Away: ...\nasync def _hear(self, asker): self._told_at = 1\nlog.warning('relay.put_off_leader')\n"
    found = [fault.partition(":")[0] for name in names(ast.parse(source)) for fault in wrong(name)]
    assert sorted(found) == ["Away", "_hear", "_told_at", "asker", "relay.put_off_leader"]
    assert [fault for name in ("headbeats", "retries", "hearing", "closest", "updated") for fault in wrong(name)] == []
