"""Canonical forms of what people type: e-mail addresses, display names and search words.

Only one spelling is stored, so that the unique index and the search treat texts that look the same as equal:
compatibility forms and widths are folded (NFKC, Unicode UAX 15), case is folded. In an e-mail address and a search
invisible characters are removed; a name that has them is refused.
"""

from __future__ import annotations

import re
import unicodedata

from domain.errors import ValidationFailed
from domain.models.email_domain import A_LABEL, InvalidDomain, canonical_domain, written_domain
from domain.models.hidden_characters import find_hidden, is_blank, single_spaced, without_hidden
from domain.models.latin import ASCII
from domain.models.normal_form import compose

EMAIL_MAX = 254
"""Characters; RFC 5321 section 4.5.3.1.3 allows a path of 256 octets with its angle brackets."""
LOCAL_PART_MAX = 64
NAME_MAX = 200
SEARCH_MAX = 200
"""Characters of a search as typed."""
SEARCH_FOLDED_MAX, SEARCH_WORDS_MAX = 64, 8
"""Characters and words of a search after folding: one typed character may fold to eighteen."""

_AT = re.compile("[@\ufe6b\uff20]")
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\]]+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_UNKNOWN = frozenset({"Cn", "Co"})


def _without(text: str, categories: frozenset[str]) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in categories)


def canonical_email(text: str, field: str = "email") -> str:
    """The one form of an address, without spaces and invisible characters.

    The local part is NFKC and case-folded, the domain consists of U-labels (`email_domain`). Raises ValidationFailed on
    the field. The syntax is RFC 6531's dot-atom form without quoted local parts.
    """
    before, domain = _parts(text[: 4 * EMAIL_MAX])
    local = _canonical_local(before)
    if (
        len(text) > 4 * EMAIL_MAX
        or len(local) > LOCAL_PART_MAX
        or not _LOCAL.fullmatch(local)
        or local.startswith(".")
        or local.endswith(".")
        or ".." in local
        or not domain
    ):
        raise ValidationFailed.one(field, "Invalid email format", text)
    try:
        email = f"{local}@{canonical_domain(without_hidden(domain))}"
    except InvalidDomain as error:
        raise ValidationFailed.one(field, f"Invalid email format: {error}", text) from None
    if len(email) > EMAIL_MAX:
        raise ValidationFailed.one(field, f"Invalid email format: longer than {EMAIL_MAX} characters", text)
    return email


def address_of(text: str) -> str:
    """The canonical address, or for text that is not an address an empty one, which no user has."""
    try:
        return canonical_email(text)
    except ValidationFailed:
        return ""


def address_part(text: str) -> str:
    """An address or a part of one, in the spelling of stored addresses; without an at sign, a part of either side."""
    before, domain = _parts("".join(text.split()))
    local = unicodedata.normalize("NFKC", before.casefold()).replace("\0", "")
    if _AT.search(text) is None:
        return written_domain(local) if A_LABEL in local else local
    return f"{local}@{written_domain(domain)}".replace("\0", "")


def _parts(text: str) -> tuple[str, str]:
    """What is before and behind the last at sign, of any width; nothing behind it if there is none."""
    signs = list(_AT.finditer(text))
    return (text[: signs[-1].start()], text[signs[-1].end() :]) if signs else (text, "")


def _canonical_local(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text.lower().replace(" ", "")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Again, because removing a space may have put a combining mark directly after a letter.
    return unicodedata.normalize("NFKC", re.sub(r"\s+", "", _without(folded, _INVISIBLE | _UNKNOWN)))


def clean_name(text: str, field: str = "display_name") -> str:
    """A name as shown: NFC, single spaces, 1 to 200 characters, and nothing else changed.

    Raises ValidationFailed on the field, also for characters that cannot be seen or that reverse others.
    """
    if len(text) <= NAME_MAX and text.isascii() and text.isprintable() and (short := " ".join(text.split())):
        return short  # most are: the same result, in a fifth of the time
    words = field.replace("_", " ")
    name = compose(single_spaced(text[: 4 * NAME_MAX]))
    if is_blank(name):
        raise ValidationFailed.one(field, f"The {words} is empty", text)
    if len(name) > NAME_MAX or len(text) > 4 * NAME_MAX:
        raise ValidationFailed.one(field, f"The {words} is longer than {NAME_MAX} characters", text)
    if (hidden := find_hidden(name)) is not None:
        raise ValidationFailed.one(
            field, f"The {words} has a character that cannot be seen: U+{ord(hidden):04X}; remove it", text
        )
    return name


def fold(text: str) -> str:
    """The form in which text is searched: compatibility-decomposed, without marks, case-folded, Latin as plain letters."""
    if text.isascii() and text.isprintable():  # most are: the same result, in a tenth of the time
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(ASCII)
    return " ".join(_without(unicodedata.normalize("NFKC", kept).replace("\0", " "), _INVISIBLE).split())


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
