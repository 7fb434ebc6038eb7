"""The one form of an e-mail address's domain: U-labels, by UTS 46 processing (non-transitional) and IDNA 2008.

So `münchen.example` and `xn--mnchen-3ya.example` are one domain, while `ß` and `ς` stay as they are (`straße.example`
is not `strasse.example`). The tables of the `idna` package decide, not those of the Python version.
"""

from __future__ import annotations

import re
from functools import lru_cache

import idna

DOMAIN_MAX, LABEL_MAX = 253, 63
"""Characters of a domain and of a label as A-labels (RFC 1035 section 2.3.4)."""
A_LABEL = "xn--"
_ASCII_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")


class InvalidDomain(ValueError):
    """A label that no domain can have; the message names it."""


@lru_cache(1_000)  # the addresses of a file have few domains
def canonical_domain(text: str) -> str:
    """The domain as U-labels, with full stops between them. Raises InvalidDomain."""
    labels = _mapped(text).split(".")
    canonical = [_u_label(label) for label in labels]
    if sum(len(_a_label(label)) + 1 for label in canonical) > DOMAIN_MAX + 1:
        raise InvalidDomain(f"the domain is longer than {DOMAIN_MAX} characters")
    return ".".join(canonical)


def written_domain(text: str) -> str:
    """A domain or a part of one, in the spelling of stored domains; nothing is refused."""
    try:
        labels = _mapped(text).split(".")
    except InvalidDomain:
        return text.lower()
    return ".".join(map(_decoded, labels))


def _decoded(label: str) -> str:
    try:
        return _u_label(label)
    except InvalidDomain:
        return label


def _mapped(text: str) -> str:
    """The text after the mapping step of UTS 46 (section 4)."""
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=False, transitional=False)
    except idna.IDNAError:
        raise InvalidDomain(f"{text!r} has a character that no domain can have") from None


def _u_label(label: str) -> str:
    """The label as a U-label.

    Other ASCII labels may have characters that names of hosts may not have, as before: underscores, and hyphens anywhere inside.
    """
    if label.isascii() and not label.startswith(A_LABEL):
        if not _ASCII_LABEL.fullmatch(label):
            raise InvalidDomain(f"{label!r} is not a label of a domain")
        return label
    try:
        decoded = idna.ulabel(label)
        if _mapped(decoded) == decoded and idna.alabel(decoded).decode() == idna.alabel(label).decode():
            return decoded
    except (idna.IDNAError, UnicodeError):
        pass
    raise InvalidDomain(f"{label!r} is not a label of a domain")


def _a_label(label: str) -> str:
    return label if label.isascii() else idna.alabel(label).decode()
