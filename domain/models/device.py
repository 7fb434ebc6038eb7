"""What a user agent says of a device, in few known words: it is text of a stranger, and mails repeat no such text."""

from __future__ import annotations

import re
from typing import NamedTuple

_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""What the user agents of browsers contain, in the order in which it is decisive: Edge also says that it is Chrome."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z_-]{0,29}(?=/|$)", re.ASCII)
"""The first product of another program (RFC 9110 section 10.1.5), without its version."""


class Device(NamedTuple):
    """A program and the system that it runs on; an empty text for what is unknown."""

    program: str = ""
    system: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, self)) or "?"


def device_of(user_agent: str | None) -> Device:
    """The device of a user agent. Versions are left out: a program that was updated is no new device."""
    text = user_agent or ""
    program, system = _first(_PROGRAMS, text), _first(_SYSTEMS, text)
    if not program and (product := _PRODUCT.match(text)):
        program = product[0]
    return Device(program, system)


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in known if mark in text), "")
