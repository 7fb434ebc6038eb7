"""Addresses that name several hosts, with commas between them, as libpq's do."""

from __future__ import annotations

from urllib.parse import SplitResult


def split_hosts(address: str) -> SplitResult:
    """The parts of an address, whatever its hosts are; `hostname` and `port` have to be asked of each host's own address.

    `urlsplit` of some versions of Python takes no list of hosts in which an IPv6 address is not the only one.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "", address
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    hosts, slash, path = rest.partition("/")
    return SplitResult(scheme.lower(), hosts, slash + path, query, fragment)
