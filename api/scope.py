"""Reading an ASGI scope: headers, cookies, the client's address. It imports nothing of ours, and everybody may read it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from starlette.types import Scope

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(text: str | None) -> Ip | None:
    """An address, with IPv4-mapped IPv6 addresses as IPv4; None for text that is not an address.

    A port is left out, as proxies write it (`203.0.113.7:50123`, `[2001:db8::1]:99`; RFC 7239 section 6), and so is a zone.
    """
    host = text or ""
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped) or ip


@lru_cache(1024)
def _canonical(address: str | None) -> str | None:
    """The usual spelling of an address; the peers of a process are few, and each sends many requests."""
    ip = address_of(address)
    return None if ip is None else str(ip)


def header(scope: Scope, name: bytes) -> str | None:
    """A header of a request, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def cookie_values(scope: Scope, name: str) -> list[str]:
    """The distinct values of a cookie, in their order in the request; empty values are ignored.

    Read as browsers write them: a strict parser would stop at the first odd cookie of another application on the host,
    and lose ours; one that makes a dictionary of them would hide the second.
    """
    found: dict[str, None] = {}
    for key, value in scope["headers"]:
        if key == b"cookie":
            for pair in value.decode("latin-1").split(";"):
                given, _, text = pair.partition("=")
                if given.strip() == name and text.strip():
                    found[text.strip()] = None
    return list(found)


def client_address(scope: Scope, is_trusted: Callable[[Ip], bool], *, vouched: bool) -> str | None:
    """The peer's address, or what the last trusted proxy saw of it (X-Forwarded-For, read from its end).

    If that is not an address (`unknown`), the proxy's own is used, because limits by address always need one. `vouched`
    says that the peer has proved to be our own proxy, with any address.
    """
    address: str | None = scope["client"][0] if scope.get("client") else None
    forwarded = [value for key, value in scope["headers"] if key == b"x-forwarded-for"]
    if not forwarded:
        return _canonical(address)
    ip = address_of(address)
    if ip is None or not (vouched or is_trusted(ip)):
        return None if ip is None else str(ip)
    given = b",".join(forwarded).decode("latin-1")
    hops = [h.strip() for h in given.split(",") if h.strip()]
    while hops and (vouched or is_trusted(ip)):
        seen, vouched = address_of(hops.pop()), False
        if seen is None:
            break
        ip = seen
    return str(ip)


def names_tag(condition: str, tag: str) -> bool:
    """Whether an If-None-Match names an entity tag, compared weakly (RFC 9110 sections 8.8.3.2 and 13.1.2)."""
    if condition.strip() == "*":
        return True
    return tag.removeprefix("W/") in (named.strip().removeprefix("W/") for named in condition.split(","))
