"""The client's cursor into the log: the log's epoch and a position, opaque, compared only for equality.

A position is either a sequence number (how far a stream has read) or, for a write that was just made, the insertion
number of its event, which is resolved to a sequence number once the relay has assigned one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LogCursor:
    """A position: a sequence number (`seq`) or an insertion number (`ord`), never both. `epoch` is its first 8 hex digits.

    `role` is the role with which a feed or a page was read, according to the cursor. It is compared with the viewer's
    current role and used for nothing else, because a client can put anything there.
    """

    epoch: str
    seq: int | None = None
    ord: int | None = None
    role: str | None = None

    @classmethod
    def reached(cls, epoch: UUID, seq: int, role: str | None = None) -> LogCursor:
        """The position after the entry with this sequence number."""
        return cls(epoch.hex[:8], seq=seq, role=role)

    def belongs_to(self, epoch: UUID) -> bool:
        """Whether this is a position in the log of this epoch."""
        return self.epoch == epoch.hex[:8]

    def __str__(self) -> str:
        kind, number = ("s", self.seq) if self.seq is not None else ("o", self.ord)
        suffix = f".{self.role}" if self.role else ""
        return base64.urlsafe_b64encode(f"{kind}{self.epoch}{number}{suffix}".encode()).rstrip(b"=").decode()


def sequence_cursor(epoch: UUID, seq: int, role: str | None = None) -> str:
    """The cursor of a sequence number; a feed's cursor also has the role with which it was read."""
    return str(LogCursor.reached(epoch, seq, role))


UNFINISHED = "snapshot"
"""Instead of a role: the position of an incomplete snapshot, from which nothing can be resumed."""


FRESH = "fresh"
"""Instead of a role: a feed subscribed to with this cursor starts with a complete snapshot."""


def fresh_cursor(epoch: UUID, seq: int) -> str:
    """The position to continue from if only a new snapshot can show which rows match."""
    return str(LogCursor.reached(epoch, seq, FRESH))


def unfinished_cursor(epoch: UUID) -> str:
    """The cursor sent with the entries of a snapshot until it is complete."""
    return str(LogCursor.reached(epoch, 0, UNFINISHED))


def written_cursor(epoch: UUID, ord_: int) -> str:
    """The cursor of a committed write whose event may not have a sequence number yet."""
    return str(LogCursor(epoch.hex[:8], ord=ord_))


def parse_cursor(text: str) -> LogCursor | None:
    """The cursor, or None for text that is not a valid cursor."""
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
        raw, _, role = raw.partition(".")
        kind, epoch, number = raw[:1], raw[1:9], raw[9:]
        if kind not in "so" or len(epoch) != 8 or not number.isdigit() or not 0 <= int(number, 10) < 2**63:
            return None
        int(epoch, 16)
        position = {"seq": int(number)} if kind == "s" else {"ord": int(number)}
        return LogCursor(epoch, role=role or None, **position)
    except (ValueError, UnicodeError, binascii.Error):
        return None
