"""What a new password must be (NIST SP 800-63B-4 section 3.1.1.2): its length, not a common one, not one's own name.

`common-passwords.txt.xz` has the 100,000 most frequent passwords of 8 to 128 characters, case-folded and sorted, from the
list of ten million that Mark Burnett gave to the public domain in 2015, in the edition of OWASP SecLists
(Passwords/Common-Credentials/10-million-password-list-top-1000000.txt).
"""

from __future__ import annotations

import lzma
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from domain.errors import ValidationFailed
from domain.models.text import fold

PASSWORD_MIN, PASSWORD_MAX = 8, 128
"""Characters of a new password."""
PASSWORD_SENT_MAX = 256
"""Characters of a password that may be right: until the limit was lowered, new ones could be this long."""
OWN_MIN = 5
"""The fewest characters that a password must have besides names, addresses and the name of the product."""

COMMON = Path(__file__).with_name("common-passwords.txt.xz")
PRODUCT = "rollcall"
_WORD_MIN = 3


def normal_password(text: str) -> str:
    """A password in the form that is hashed and compared: NFKC (NIST SP 800-63B-4 section 3.1.1.2).

    It rejects nothing: a new rule in `clean_password` must not lock out users whose password is older than the rule.
    """
    return unicodedata.normalize("NFKC", text)


def clean_password(text: str, field: str = "password") -> str:
    """A new password in the form that is hashed: of 8 to 128 characters of any kind, and not a common one.

    Raises ValidationFailed on the field, never repeating the value.
    """
    if len(text) > PASSWORD_MAX:
        raise ValidationFailed.one(field, f"The password is longer than {PASSWORD_MAX} characters")
    password = normal_password(text)
    if len(password) < PASSWORD_MIN:
        raise ValidationFailed.one(field, f"The password is shorter than {PASSWORD_MIN} characters")
    if is_common(password):
        raise ValidationFailed.one(field, "The password is one of the most common ones; choose another")
    return password


def refuse_own_words(password: str, email: str, display_name: str, field: str = "password") -> None:
    """Raise ValidationFailed for a password made of the user's name or address, or of the name of the product."""
    if is_made_of(password, (email, display_name, PRODUCT)):
        raise ValidationFailed.one(field, "The password is made of the name, the address or 'Rollcall'; choose another")


def is_common(password: str) -> bool:
    """Whether it is one of the most common passwords, in any case."""
    word = password.casefold()
    return "\n" not in word and b"\n%b\n" % word.encode("utf-8", "surrogatepass") in common_passwords()


def is_made_of(password: str, texts: Iterable[str]) -> bool:
    """Whether fewer than OWN_MIN letters and digits remain without the words of the texts, which has some of them."""
    folded = fold(password)
    rest = folded
    for word in sorted(_words(texts), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return rest != folded and sum(c.isalnum() for c in rest) < OWN_MIN


@cache
def common_passwords() -> bytes:
    """The list in memory: about a megabyte, read once, each password between two line ends."""
    return b"\n" + lzma.decompress(COMMON.read_bytes())


def _words(texts: Iterable[str]) -> set[str]:
    """The words of the texts, and the words of each text joined."""
    apart = ["".join(c if c.isalnum() else " " for c in fold(text)).split() for text in texts]
    return {w for words in apart for w in (*words, "".join(words)) if len(w) >= _WORD_MIN}
