"""What a file is refused with as a whole."""

from __future__ import annotations


class FileRefused(Exception):
    """The whole file is rejected; the message says why, in one line."""
