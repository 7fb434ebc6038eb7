"""The records of a CSV file (RFC 4180, and what people have instead), one bad line at a time.

A quoted cell may go over several lines. A quote that is never closed would swallow every line after it, so that a record
over several lines is believed only if it ends well and none of its lines looks like a record of its own; otherwise its
first line is refused, and reading goes on at the next.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from api.files.lines import LINE_MAX, Lines

TOO_LONG = "This line is too long"
SEPARATORS = ",;\t|"
BREAKS = "\r\n"
_SPACES = re.compile(r"[ \u00a0]*")
_SEPARATOR_LINE = re.compile(r"\"?sep=([^\w \"\r\n])\"?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record, and the line on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is no record; `text` is its beginning."""

    line: int
    reason: str
    code: str
    text: str


class Unreadable(Exception):
    """The quotes of a record do not fit."""


def separator_of(lines: Lines) -> str:
    """The separator that a `sep=` line names, or the one that the header has most of; the lines before are taken."""
    while line := lines.take():
        if found := _SEPARATOR_LINE.fullmatch(line):
            return found[1]
        if line.strip(BREAKS + SEPARATORS + ' "'):
            lines.put_back([line])
            bare = re.sub(r'"[^"]*"', "", line)
            return max(SEPARATORS, key=bare.count)
    return ","


class Records:
    """The records of some lines."""

    def __init__(self, lines: Lines, separator: str) -> None:
        self._lines, self._separator = lines, separator
        self._blank = BREAKS + separator + ' "\u00a0'
        self._taken: list[str] = []
        self.width = 0
        """How many cells a record has; 0 while that is unknown."""
        self.is_address: Callable[[list[str]], bool] = lambda _: False
        """Whether the cells of a line have an e-mail address where the header says so."""

    def __iter__(self) -> Iterator[Record | Fault]:
        lines, separator = self._lines, self._separator
        while line := lines.take():
            if '"' in line or len(line) > LINE_MAX:
                if not line.strip(self._blank):
                    continue
                yield self._quoted(line)
                continue
            cells = line.rstrip(BREAKS).split(separator)
            if len(cells) != self.width and self.width:
                if not line.strip(self._blank):
                    continue
                yield self._sized(cells, lines.number, line)
                continue
            if not line.strip(self._blank):
                continue
            yield Record(lines.number, cells)

    def _sized(self, cells: list[str], number: int, line: str) -> Record | Fault:
        """The record, without empty cells that it has too many."""
        while len(cells) > self.width and not cells[-1].strip():
            cells.pop()
        if len(cells) == self.width or not self.width:
            return Record(number, cells)
        return Fault(number, f"{len(cells)} fields instead of {self.width}", "FIELDS", line)

    def _quoted(self, line: str) -> Record | Fault:
        number = self._lines.number
        if len(line) > LINE_MAX:
            return Fault(number, TOO_LONG, "TOO_LONG", line)
        self._taken = []
        try:
            cells = self._cells(line)
        except Unreadable as error:
            return self._again(number, line, str(error))
        if not self._taken:
            return self._sized(cells, number, line)
        if self._swallows(cells):
            return self._again(number, line, "A quote on this line is not closed")
        return Record(number, cells)

    def _swallows(self, cells: list[str]) -> bool:
        """Whether a record over several lines has lines that are records of their own."""
        if len(cells) != self.width and self.width:
            return True
        for line in self._taken:
            bare = [cell.strip(BREAKS + ' "') for cell in line.split(self._separator)]
            if len(bare) == self.width and self.is_address(bare):
                return True
        return False

    def _again(self, number: int, line: str, reason: str) -> Fault:
        """Refuse the first line of a record alone; the others are read again."""
        count = len(self._taken)
        if count:
            least = "at least " if self._size > LINE_MAX else ""
            more = f"{count} more line{'s' if count > 1 else ''}"
            reason += f"; the record would have swallowed {least}{more}"
        self._lines.put_back(self._taken)
        self._taken = []
        return Fault(number, reason, "UNCLOSED_QUOTE" if count or "not closed" in reason else "QUOTES", line)

    _size = 0

    def _cells(self, text: str) -> list[str]:
        """Raises Unreadable."""
        cells, at, separator = [], 0, self._separator
        self._size = len(text)
        while True:
            begin = _after_spaces(text, at)
            if text[begin : begin + 1] == '"':
                cell, text, at = self._quoted_cell(text, begin + 1)
                cells.append(cell)
                if text[at : at + 1] != separator:
                    return cells
                at += 1
                continue
            end = text.find(separator, at)
            if end < 0:
                cells.append(text[at:].rstrip(BREAKS))
                return cells
            cells.append(text[at:end])
            at = end + 1

    def _quoted_cell(self, text: str, at: int) -> tuple[str, str, int]:
        """The cell, the line that it ends on, and where it goes on there."""
        parts = []
        while (end := _closing(text, at)) < 0:
            parts.append(text[at:])
            following = self._lines.take() if self._size <= LINE_MAX else ""
            if not following:
                raise Unreadable("A quote on this line is not closed")
            self._taken.append(following)
            self._size += len(following)
            text, at = following, 0
        parts.append(text[at:end])
        after = _after_spaces(text, end + 1)
        if text[after : after + 1] not in ("", self._separator, *BREAKS):
            raise Unreadable("A quote on this line is not closed" if self._taken else "Text follows a closing quote")
        return "".join(parts).replace('""', '"'), text, after


def _after_spaces(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _closing(text: str, at: int) -> int:
    """Where the quote is that closes a cell, -1 if it is not in this text."""
    while (at := text.find('"', at)) >= 0:
        if text[at + 1 : at + 2] != '"':
            return at
        at += 2
    return -1
