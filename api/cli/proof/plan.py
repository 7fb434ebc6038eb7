"""What one proof is asked to do."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PREFIX = "rollcall-verify-"
"""How the addresses of all accounts begin that a proof makes."""
RECEIPTS_PER_SECOND = 5000.0
"""What one client in Python can take in beside the servers it watches, all its subscribers together."""
RATE_MAX = 200.0
CHURN_SECONDS, RECONNECTS_PER_SECOND = 5.0, 10.0


class NotProven(Exception):
    """Nothing can be said about the deployment; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One proof; times are in seconds. `run` is in the address and the name of everybody it makes.

    `rate` is how many writes a second are begun by all writers together, `patience` how long is waited for what should
    come at once, at the beginning and at the end.
    """

    addresses: tuple[str, ...]
    email: str
    password: str = field(repr=False)
    seconds: float = 30.0
    writers: int = 4
    subscribers: int = 20
    rate: float = RATE_MAX
    patience: float = 60.0
    allow_resync: bool = False
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def prefix(self) -> str:
        """How the addresses of this run's accounts begin."""
        return f"{PREFIX}{self.run}-"

    @property
    def churn(self) -> float:
        """After how long a subscriber changes its connection without need, on average."""
        return max(CHURN_SECONDS, self.subscribers / RECONNECTS_PER_SECOND)


def usual_rate(subscribers: int) -> float:
    """As many writes a second as so many subscribers can be told of."""
    return min(RATE_MAX, RECEIPTS_PER_SECOND / subscribers)


def is_loopback(url: str) -> bool:
    """Whether every address behind a URL's host is this machine's own; also False for a host without any."""
    host = urlsplit(url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(f[4][0]).partition("%")[0]).is_loopback for f in found)
