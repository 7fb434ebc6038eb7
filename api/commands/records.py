"""Records of people as files: CSV (RFC 4180) and NDJSON, read a line at a time and written so that nothing runs.

A spreadsheet takes a cell that begins with one of FORMULA_STARTS for a formula; such a cell is written with an
apostrophe before it, and read without.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TextIO

import orjson

from domain.commands import ImportRefusal, ImportRow

COLUMNS = ("email", "display_name", "role")
REQUIRED = frozenset({"email", "display_name"})
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LINE_MAX = 10_000


class FileRefused(Exception):
    """The file as a whole cannot be read; the message says why."""


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) or cell.startswith("'") else cell


def plain(cell: str) -> str:
    """A cell as it was before `neutral`."""
    rest = cell[1:]
    return rest if cell.startswith("'") and (rest.startswith(FORMULA_STARTS) or rest.startswith("'")) else cell


def read_csv(stream: Iterable[str]) -> Iterator[ImportRow | ImportRefusal]:
    """The rows of a CSV file with a header, each by the line it ends on. Raises FileRefused for a wrong header."""
    reader = csv.reader(stream, strict=True)
    header = [c.strip().lower() for c in next(reader, [])]
    header[:1] = [h.removeprefix("\ufeff") for h in header[:1]]
    unknown, missing = set(header) - set(COLUMNS), REQUIRED - set(header)
    if missing or unknown or len(set(header)) != len(header):
        wrong = [f"without {', '.join(sorted(missing))}"] if missing else []
        wrong += [f"with an unknown {', '.join(sorted(unknown))}"] if unknown else []
        raise FileRefused(f"The header is {' and '.join(wrong) or 'doubled'}; it must be {','.join(COLUMNS)}")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield ImportRefusal(reader.line_num, "line", f"Not CSV: {error}")
            continue
        if cells:
            yield _csv_row(reader.line_num, header, cells)


def _csv_row(line: int, header: list[str], cells: list[str]) -> ImportRow | ImportRefusal:
    if len(cells) != len(header):
        return ImportRefusal(line, "line", f"{len(cells)} fields instead of {len(header)}")
    values = dict(zip(header, map(plain, cells), strict=True))
    return _row(line, values["email"], values["display_name"], values.get("role", ""))


def read_ndjson(stream: Iterable[str]) -> Iterator[ImportRow | ImportRefusal]:
    """The rows of a file with one JSON object a line."""
    for line, text in enumerate(stream, 1):
        if not text.strip("\ufeff \r\n\t"):
            continue
        try:
            value = orjson.loads(text.lstrip("\ufeff"))
        except ValueError:
            yield ImportRefusal(line, "line", "Not JSON")
            continue
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            yield ImportRefusal(line, "line", "Not an object of texts")
        elif unknown := set(value) - set(COLUMNS):
            yield ImportRefusal(line, min(unknown), "Unknown field")
        elif missing := REQUIRED - set(value):
            yield ImportRefusal(line, min(missing), "This field is missing")
        else:
            yield _row(line, value["email"], value["display_name"], value.get("role", ""))


def _row(line: int, email: str, display_name: str, role: str) -> ImportRow | ImportRefusal:
    if any("\ufffd" in text for text in (email, display_name, role)):
        return ImportRefusal(line, "line", "Not UTF-8")
    if max(len(email), len(display_name), len(role)) > LINE_MAX:
        return ImportRefusal(line, "line", "This line is too long")
    return ImportRow(line, email, display_name, role)


class Writer:
    """Writes people, in one format, to a text stream."""

    def __init__(self, stream: TextIO, form: str) -> None:
        self._stream, self._form = stream, form
        if form == "csv":
            stream.write(",".join(COLUMNS) + "\r\n")

    def write(self, email: str, display_name: str, role: str) -> None:
        """Write one."""
        if self._form == "csv":
            cells = io.StringIO()
            csv.writer(cells).writerow([neutral(c) for c in (email, display_name, role)])
            self._stream.write(cells.getvalue())
        else:
            record = {"email": email, "display_name": display_name, "role": role}
            self._stream.write(orjson.dumps(record).decode() + "\n")
