"""Canonical forms of what people type: e-mail addresses, display names, passwords and search words.

Only one spelling is stored, so that the unique index and the search treat texts that look the same as equal:
compatibility forms and widths are folded (NFKC, Unicode UAX 15), case is folded, invisible characters are removed.
"""

from __future__ import annotations

import re
import unicodedata

from domain.errors import ValidationFailed
from domain.models.latin import ASCII

EMAIL_MAX = 254
"""Characters; RFC 5321 section 4.5.3.1.3 allows a path of 256 octets with its angle brackets."""
LOCAL_PART_MAX = 64
NAME_MAX = 200
PASSWORD_MIN, PASSWORD_MAX = 8, 256
SEARCH_MAX = 200
"""Characters of a search as typed."""
SEARCH_FOLDED_MAX, SEARCH_WORDS_MAX = 64, 8
"""Characters and words of a search after folding: one typed character may fold to eighteen."""

_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]]+")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_JOINERS = "\u200c\u200d"
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _visible(text: str, keep: str = "") -> str:
    return "".join(c for c in text if c in keep or unicodedata.category(c) not in _INVISIBLE)


def canonical_email(text: str, field: str = "email") -> str:
    """The one form of an address: NFKC, case-folded, without spaces and invisible characters.

    Raises ValidationFailed on the field. The syntax is RFC 6531's dot-atom form without quoted local parts.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[: 4 * EMAIL_MAX]).casefold())
    # Again, because removing a space may have put a combining mark directly after a letter.
    email = unicodedata.normalize("NFKC", re.sub(r"\s+", "", _visible(folded)))
    local, at, domain = email.rpartition("@")
    labels = domain.split(".")
    if (
        not at
        or len(text) > 4 * EMAIL_MAX
        or len(email) > EMAIL_MAX
        or len(local) > LOCAL_PART_MAX
        or not _LOCAL.fullmatch(local)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or not all(_LABEL.fullmatch(label) for label in labels)
    ):
        raise ValidationFailed.one(field, "Invalid email format", text)
    return email


def address_of(text: str) -> str:
    """The address that a text means: canonical, or, for what is none, a text that is nobody's."""
    try:
        return canonical_email(text)
    except ValidationFailed:
        return ""


def clean_name(text: str, field: str = "display_name") -> str:
    """A name as shown: NFC, single spaces, no control or bidirectional override characters, 1 to 200 characters.

    Raises ValidationFailed on the field.
    """
    name = " ".join(_visible(unicodedata.normalize("NFC", re.sub(r"\s+", " ", text[: 4 * NAME_MAX])), _JOINERS).split())
    if not name.strip(_JOINERS):
        raise ValidationFailed.one(field, f"The {field.replace('_', ' ')} is empty", text)
    if len(name) > NAME_MAX or len(text) > 4 * NAME_MAX:
        raise ValidationFailed.one(field, f"The {field.replace('_', ' ')} is longer than {NAME_MAX} characters", text)
    return name


def fold(text: str) -> str:
    """The form in which text is searched: compatibility-decomposed, without marks, case-folded, Latin as plain letters."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(ASCII)
    return " ".join(_visible(unicodedata.normalize("NFKC", kept).replace("\0", " ")).split())


def normal_password(text: str) -> str:
    """A password in the form that is hashed and compared: NFKC (NIST SP 800-63B section 3.1.1.2).

    It rejects nothing: a new rule in `clean_password` must not lock out users whose password is older than the rule.
    """
    return unicodedata.normalize("NFKC", text)


def clean_search(text: str) -> str | None:
    """The folded form of a search, or None if nothing is left after folding.

    Raises ValidationFailed on `search`: the cost of a search grows with the folded text, not with the typed text.
    """
    if len(text) > SEARCH_MAX:
        raise ValidationFailed.one("search", f"The search is longer than {SEARCH_MAX} characters", text)
    folded = fold(text)
    if len(folded) > SEARCH_FOLDED_MAX:
        raise ValidationFailed.one("search", f"Search for at most {SEARCH_FOLDED_MAX} characters", text)
    if folded.count(" ") >= SEARCH_WORDS_MAX:
        raise ValidationFailed.one("search", f"Search for at most {SEARCH_WORDS_MAX} words", text)
    return folded or None


def clean_password(text: str, field: str = "password") -> str:
    """A new password in the form that is hashed, of 8 to 256 characters.

    Raises ValidationFailed on the field, never repeating the value.
    """
    if len(text) > PASSWORD_MAX:
        raise ValidationFailed.one(field, f"The password is longer than {PASSWORD_MAX} characters")
    password = normal_password(text)
    if len(password) < PASSWORD_MIN:
        raise ValidationFailed.one(field, f"The password is shorter than {PASSWORD_MIN} characters")
    return password
