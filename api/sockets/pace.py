"""How fast one socket is read: everything that is allowed at once without delay, then slowly, and a flood not at all.

A client may open all of its operations in one burst, and do so again after a reconnect that it did not notice. Messages
beyond the burst are delayed before the next one is read: reading pauses, the peer's TCP window fills, and the sender
pays. Only a sender that keeps this up is disconnected.
"""

from __future__ import annotations

BURST = 256
"""Messages that are read without delay: `complete` and `subscribe` for 100 operations, connection_init and pings."""
PER_SECOND = 100
"""Messages a second that a socket may send for as long as it likes."""
DELAYED_MAX = 500
"""Messages that are delayed, without a pause in between, before the socket is disconnected: 5 seconds' worth."""


class Flood(Exception):
    """The sender went on for too long."""


class Pace:
    """A token bucket of one socket: `BURST` deep, refilled by `PER_SECOND`. All times are in seconds of one clock."""

    __slots__ = ("_delayed", "_level", "_since")

    def __init__(self, now: float = 0.0) -> None:
        self._level, self._since, self._delayed = float(BURST), now, 0

    def delay(self, now: float) -> float:
        """How long to wait before the message that has just come is handled and the next is read. Raises Flood."""
        self._level = min(float(BURST), self._level + (now - self._since) * PER_SECOND) - 1.0
        self._since = now
        if self._level >= BURST / 2:
            self._delayed = 0
        if self._level >= 0.0:
            return 0.0
        self._delayed += 1
        if self._delayed > DELAYED_MAX:
            raise Flood
        return -self._level / PER_SECOND
