"""The lines of a text, in bounded memory, with those read ahead put back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TextIO

LINE_MAX = 100_000
"""Characters of a line, and of a record over several lines; what is longer is not kept in memory."""


class Lines:
    """The lines of a text stream with their line breaks (LF, CR LF, CR), numbered from 1.

    `number` is that of the line last taken. Of a line over LINE_MAX, the first LINE_MAX + 1 characters are given.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._ahead: deque[str] = deque()
        self._held = ""
        self.number = 0

    def take(self) -> str:
        """The next line, empty at the end."""
        line = self._ahead.popleft() if self._ahead else self._read()
        self.number += bool(line)
        return line

    def put_back(self, lines: Iterable[str]) -> None:
        """Give these lines, which were taken last, once more."""
        again = list(lines)
        self._ahead.extendleft(reversed(again))
        self.number -= len(again)

    def __iter__(self) -> Iterator[str]:
        while line := self.take():
            yield line

    def _read(self) -> str:
        line, self._held = self._held + self._stream.readline(LINE_MAX + 1), ""
        if len(line) > LINE_MAX:
            part = line
            while part and not part.endswith(("\n", "\r")):
                part = self._stream.readline(LINE_MAX)
            if part.endswith("\r") and (following := self._stream.read(1)) != "\n":
                self._held = following  # a line feed would have belonged to the cut line
        return line
