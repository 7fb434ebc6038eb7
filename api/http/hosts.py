"""Which hosts a request may name: DNS rebinding ends here.

A page of another site can make its own name resolve to 127.0.0.1 and then talk to whatever listens there as if it were
its own site. Its requests still name its own host; so a server that only this machine reaches answers to this machine's
names and to PUBLIC_URL's alone (421, RFC 9110 section 15.5.20). A server that others reach stands behind a gateway,
which has hosts of its own. The console's door keeps the same rule (frontend/server/hosts.js) and vouches for its visitors.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.refusals import Refuse
from api.scope import header
from api.settings import Settings

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})

misdirected = Refuse(421, "MISDIRECTED_REQUEST", "Rollcall does not answer to this host: set PUBLIC_URL to use it")


def host_name(host: str) -> str:
    """The host without its port, in small letters; an IPv6 address keeps its brackets."""
    name = host.lower()
    return name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]


def is_loopback(address: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def served_hosts(settings: Settings) -> frozenset[str] | None:
    """The names that a server on this machine alone answers to; None where others reach it."""
    if not is_loopback(settings.api_host):
        return None
    own = f"[{settings.api_host}]" if ":" in settings.api_host else settings.api_host
    return LOCAL_HOSTS | {host_name(own), host_name(urlsplit(settings.public_url).netloc)}


class HostGuard:
    """Passes on requests that name one of our hosts, or come through a proxy with PROXY_TOKEN; without a coroutine of its own."""

    def __init__(self, app: ASGIApp, settings: Settings, vouched: Callable[[Scope], bool]) -> None:
        self._app, self._hosts, self._vouched = app, served_hosts(settings), vouched

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass it on or refuse it."""
        return (self._app if self._serves(scope) else misdirected)(scope, receive, send)

    def _serves(self, scope: Scope) -> bool:
        if self._hosts is None:
            return True
        return host_name(header(scope, b"host") or "") in self._hosts or self._vouched(scope)
