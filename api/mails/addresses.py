"""Addresses as headers have them."""

from __future__ import annotations

from email.headerregistry import Address

import idna


def header_address(email: str, name: str = "") -> Address:
    """An address for a header, with the domain in A-labels (RFC 5891), which every server accepts."""
    local, _, domain = email.rpartition("@")
    return Address(name, local, domain if domain.isascii() else idna.encode(domain).decode("ascii"))
