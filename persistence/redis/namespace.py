"""The part of a Redis that belongs to this deployment: names of channels and keys, and a seal on all data in it.

A Redis may be shared: pub/sub ignores database numbers, and every client with the password can write. So names contain a
keyed tag of the log's epoch, and data is only trusted with an HMAC-SHA256 (RFC 2104, truncated to 16 bytes) under a key
derived from SECRET_KEY and the epoch. Messages of another deployment, of another log, or of an attacker are counted in
`refused` and dropped. A message also has its sender and an increasing number, so that a replayed message is dropped too.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

import structlog

LABEL = b"redis"
VERSION = "1"
TAG_LENGTH = 32
"""Hexadecimal digits of an authentication tag: 128 bits."""
SENDER_LENGTH, NUMBER_LENGTH = 16, 12
SENDERS_MAX = 1024
LOG_SECONDS = 60.0

_SENDER_AT = len(VERSION) + TAG_LENGTH
_NUMBER_AT = _SENDER_AT + SENDER_LENGTH
_BODY_AT = _NUMBER_AT + NUMBER_LENGTH

log = structlog.get_logger(__name__)


def log_key(root: bytes, epoch: UUID) -> bytes:
    """The key of one log, derived from the deployment's (`root_key`)."""
    return hmac.digest(root, epoch.bytes, "sha256")


def root_key(secret: str) -> bytes:
    """The key from which those of all logs of a deployment are derived."""
    return hmac.digest(secret.encode(), LABEL, "sha256")


class RedisNamespace:
    """One per process. Before `bind` is called, it has no names, and nothing may be read or written."""

    def __init__(self, secret: str) -> None:
        self._root = root_key(secret)
        self._key = b""
        self._tag = ""
        self._sender = secrets.token_hex(SENDER_LENGTH // 2)
        self._number = 0
        self._newest: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._listeners: list[Callable[[], None]] = []
        self._logged_at = -LOG_SECONDS
        self.refused = 0

    @property
    def bound(self) -> bool:
        """Whether the log is known."""
        return bool(self._key)

    def bind(self, epoch: UUID) -> None:
        """Use the names and the key of this log from now on; listeners are called if the log has changed."""
        key = log_key(self._root, epoch)
        if key == self._key:
            return
        self._key = key
        self._tag = self._mac("tag")
        self._newest.clear()
        for listener in list(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call the listener after each change of the log."""
        self._listeners.append(listener)

    def name(self, *parts: str) -> str:
        """The name of a channel or a key."""
        return ":".join(("rollcall", self._tag, *parts))

    def hidden(self, *parts: str) -> str:
        """As `name`, without showing the parts after the first: addresses and e-mails are not written in clear."""
        return self.name(parts[0], self._mac("name", *parts))

    def seal(self, channel: str, message: str) -> str:
        """Seal a message for publishing on a channel."""
        self._number += 1
        stamp = f"{self._sender}{self._number:0{NUMBER_LENGTH}x}"
        return f"{VERSION}{self._mac('message', channel, stamp, message)}{stamp}{message}"

    def open(self, channel: str, sealed: str) -> str | None:
        """The message, or None (counted) if it was not sealed here for this channel or has been received before."""
        tag, stamp, message = sealed[len(VERSION) : _SENDER_AT], sealed[_SENDER_AT:_BODY_AT], sealed[_BODY_AT:]
        whole = sealed.startswith(VERSION) and len(stamp) == SENDER_LENGTH + NUMBER_LENGTH
        if not whole or not self._fits(tag, "message", channel, stamp, message) or not self._is_new(channel, stamp):
            self.refuse("message")
            return None
        return message

    def sign(self, kind: str, text: str) -> str:
        """A text with its authentication tag after a colon, for what is kept under a key."""
        return f"{text}:{self._mac(kind, text)}"

    def verified(self, kind: str, signed: str) -> str | None:
        """The text of `sign`, or None (counted) for anything else."""
        text, _, tag = signed.rpartition(":")
        if not self._fits(tag, kind, text):
            self.refuse(kind)
            return None
        return text

    def refuse(self, kind: str) -> None:
        """Count data that is not authentic, and log it at most once a minute."""
        self.refused += 1
        now = time.monotonic()
        if now - self._logged_at >= LOG_SECONDS:
            self._logged_at = now
            log.warning("redis.not_authentic", kind=kind, total=self.refused)

    def _is_new(self, channel: str, stamp: str) -> bool:
        source, number = (channel, stamp[:SENDER_LENGTH]), stamp[SENDER_LENGTH:]
        if number <= self._newest.get(source, ""):
            return False
        self._newest[source] = number
        self._newest.move_to_end(source)
        if len(self._newest) > SENDERS_MAX:
            self._newest.popitem(last=False)
        return True

    def _fits(self, tag: str, *parts: str) -> bool:
        return hmac.compare_digest(tag.encode(), self._mac(*parts).encode())

    def _mac(self, *parts: str) -> str:
        """The tag of several texts; each but the last is preceded by its length, so that no two lists are alike."""
        if not self._key:
            raise RuntimeError("The namespace is not bound to a log")
        *first, last = parts
        head = "".join(f"{len(part)}:{part}" for part in first)
        return hmac.digest(self._key, f"{head}\0{last}".encode("utf-8", "surrogatepass"), "sha256").hex()[:TAG_LENGTH]
