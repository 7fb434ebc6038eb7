"""The parameters of one proof."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from api.cli.credential import Credential

PREFIX = "rollcall-verify-"
"""The prefix of the addresses of all accounts that a proof creates."""
RECEIPTS_PER_SECOND = 5000.0
"""How many events one Python client can receive on the same machine as the servers, over all its subscribers."""
RATE_MAX = 200.0
CHURN_SECONDS, RECONNECTS_PER_SECOND = 5.0, 10.0


class NotProven(Exception):
    """The proof is inconclusive; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One proof; times are in seconds. `run` is part of the address and name of every account it creates.

    `rate` is the number of writes per second over all writers. `patience` is how long to wait for a response or an
    event that should arrive immediately, at the start and at the end.
    """

    addresses: tuple[str, ...]
    credential: Credential
    seconds: float = 30.0
    writers: int = 4
    subscribers: int = 20
    rate: float = RATE_MAX
    patience: float = 60.0
    allow_resync: bool = False
    run: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def prefix(self) -> str:
        """The prefix of the addresses of this run's accounts."""
        return f"{PREFIX}{self.run}-"

    @property
    def churn(self) -> float:
        """The average time after which a subscriber reconnects by choice."""
        return max(CHURN_SECONDS, self.subscribers / RECONNECTS_PER_SECOND)


def usual_rate(subscribers: int) -> float:
    """The writes per second whose events this many subscribers can receive."""
    return min(RATE_MAX, RECEIPTS_PER_SECOND / subscribers)


def is_loopback(url: str) -> bool:
    """Whether all addresses of a URL's host are loopback addresses; False for a host without addresses."""
    host = urlsplit(url).hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(str(f[4][0]).partition("%")[0]).is_loopback for f in found)
