"""Which addresses a webhook may be sent to: those of the public internet, and the networks that the operator allows.

An admin names a host, and the owner of that name decides what it resolves to, at any time. So the addresses are checked
after the name was resolved, and the connection is made to a checked address; there is no second lookup in between.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


class AddressNotAllowed(httpcore.ConnectError):
    """The host has no address to which webhooks may be sent."""


class Addresses:
    """Which addresses are allowed; `networks` are allowed besides public ones, and over plain HTTP too."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    def allows(self, ip: Ip, *, secure: bool) -> bool:
        """Whether webhooks may be sent there, over TLS or (`secure` is False) without it."""
        if any(ip in network for network in self._networks):
            return True
        return secure and _is_public(ip)


def _is_public(ip: Ip) -> bool:
    """Whether an address is one of the public internet, also when it stands for an IPv4 address (RFC 4291, 6052, 3056, 4380)."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return ip.is_global and not ip.is_multicast
    if ip.ipv4_mapped is not None:
        return _is_public(ip.ipv4_mapped)
    if ip in _NAT64:
        return _is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    embeds = ip.sixtofour is not None or ip.teredo is not None
    return ip in _GLOBAL_UNICAST and ip.is_global and not embeds


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, in the system's order. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to allowed addresses only. `secure` says whether TLS follows."""

    def __init__(self, addresses: Addresses, *, secure: bool, resolve: Resolve = resolve) -> None:
        self._addresses, self._secure, self._resolve = addresses, secure, resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, and connect to the first allowed address that answers. Raises AddressNotAllowed and ConnectError."""
        try:
            found = [ipaddress.ip_address(text.partition("%")[0]) for text in await self._resolve(host, port)]
        except (OSError, ValueError, UnicodeError) as error:
            raise httpcore.ConnectError("The host cannot be resolved") from error
        allowed = [ip for ip in found if self._addresses.allows(ip, secure=self._secure)]
        if not allowed:
            raise AddressNotAllowed
        last: Exception = httpcore.ConnectError()
        for ip in allowed:
            try:
                return await self._inner.connect_tcp(str(ip), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never used."""
        raise NotImplementedError

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
