"""Unicode's composed normal form (NFC, UAX 15), the same with every Python version.

The form of text whose characters are assigned never changes (UAX 15, stability). What Python 3.11 takes for unassigned
is left as it was typed.
"""

from __future__ import annotations

import re
import unicodedata

_LATER = re.compile(
    "([\u1acf-\u1add\u1ae0-\u1aeb\u0897\U000105c9\U000105d2\U000105da\U000105e4\U00010d69-\U00010d6d\U00010efa\U00010efb"
    "\U00010efd-\U00010eff\U00011382-\U00011385\U0001138b\U0001138e\U00011390\U00011391\U000113b8\U000113bb\U000113c2"
    "\U000113c5\U000113c7-\U000113c9\U000113ce-\U000113d0\U00011f41\U00011f42\U0001611e-\U00016129\U0001612f\U00016d63"
    "\U00016d67-\U00016d6a\U0001e08f\U0001e4ec-\U0001e4ef\U0001e5ee\U0001e5ef\U0001e6e3\U0001e6e6\U0001e6ee\U0001e6ef"
    "\U0001e6f5]+)"
)
"""The characters of Unicode 15 to 17 that compose, decompose or are reordered; Python 3.11 knows Unicode 14."""


def compose(text: str) -> str:
    """The text in NFC, as Unicode 14 defines it."""
    return "".join(unicodedata.normalize("NFC", part) for part in _LATER.split(text))
