"""Users from a file: CSV (RFC 4180, and what people have instead) or NDJSON, row by row in bounded memory.

What is wrong with the file as a whole is raised before the first row; what is wrong with a row refuses that row alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, BinaryIO

import orjson

from api.files.columns import Cells, Mapping, shown
from api.files.encoding import open_text
from api.files.lines import LINE_MAX, Lines
from api.files.records import TOO_LONG, Fault, Record, Records, separator_of
from api.files.refused import FileRefused
from api.files.vendors import Vendor
from domain.services.importing import ImportRefusal, ImportRow

FIELD_MAX = 10_000
"""Characters of a field that is used."""
TEXT_SHOWN = 200
UNUSED_MAX = 200
"""How many unused columns are named."""
SHAPES_MAX = 64
"""How many sets of names NDJSON objects may have whose mapping is kept."""
LOST = "This has a character that stands for one that was lost (\ufffd); save the file as UTF-8 again"
_UNFIT = re.compile("[\r\n\ufffd\ud800-\udfff]")
Row = ImportRow | ImportRefusal


class Form(StrEnum):
    """The formats."""

    CSV = "csv"
    NDJSON = "ndjson"


class UserFile:
    """A file of users that is read from its beginning, once, by iterating over it. Raises FileRefused.

    `source` can be read again from its start; all of its bytes are checked against the encoding first.
    """

    def __init__(
        self, source: BinaryIO, form: Form, *, encoding: str | None = None, vendor: Vendor | None = None
    ) -> None:
        self.form, self._asked = form, vendor
        self._source = source
        self._stream, self.encoding = open_text(source, encoding)
        self._lines = Lines(self._stream)
        self._unused: dict[str, None] = {}
        self.vendor = vendor
        self.separator: str | None = None
        self._shapes: dict[tuple[str, ...], tuple[Mapping, Callable[[int, Cells], ImportRow]]] = {}
        self._rows = self._csv() if form is Form.CSV else self._ndjson()

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    @property
    def unused(self) -> Sequence[str]:
        """The columns that no field was taken from, as far as the file was read."""
        return list(self._unused)

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._source.tell()

    def _note(self, mapping: Mapping) -> None:
        self.vendor = mapping.vendor
        for name in mapping.unused:
            if len(self._unused) < UNUSED_MAX:
                self._unused[name] = None

    def _csv(self) -> Iterator[Row]:
        separator = self.separator = separator_of(self._lines)
        records = Records(self._lines, separator)
        header = next(iter(records), Record(1, []))
        if isinstance(header, Fault):
            raise FileRefused(f"The header is not CSV: {header.reason}")
        mapping = Mapping(header.cells, self._asked)
        self._note(mapping)
        records.width = len(header.cells)
        records.is_address = lambda cells: any("@" in cells[i] for i in mapping.email)
        return self._csv_rows(records, mapping)

    def _csv_rows(self, records: Iterable[Record | Fault], mapping: Mapping) -> Iterator[Row]:
        make = mapping.row_maker()
        for record in records:
            if isinstance(record, Fault):
                text = "" if mapping.password_hash else _beginning(record.text)
                yield ImportRefusal(record.line, "line", record.reason, record.code, text=text)
                continue
            row = make(record.line, record.cells)
            yield _fault(row) or row

    def _ndjson(self) -> Iterator[Row]:
        for text in self._lines:
            line = self._lines.number
            if not text.strip("\ufeff \r\n\t"):
                continue
            if len(text) > LINE_MAX:
                yield ImportRefusal(line, "line", TOO_LONG, "TOO_LONG", text=_beginning(text))
                continue
            try:
                value = orjson.loads(text.lstrip("\ufeff"))
            except ValueError:
                yield ImportRefusal(line, "line", "Not JSON", "NOT_JSON", text=_beginning(text))
                continue
            yield self._object(line, value, text)

    def _object(self, line: int, value: Any, text: str) -> Row:
        if not isinstance(value, dict):
            return ImportRefusal(line, "line", "Not a JSON object", "NOT_JSON", text=_beginning(text))
        flat = _flat(value)
        try:
            mapping, make = self._shape(tuple(flat))
        except FileRefused:
            return ImportRefusal(line, "email", "This field is missing", text=_beginning(text))
        cells = [_text(v) for v in flat.values()]
        if wrong := [name for i, name in enumerate(flat) if cells[i] is None and i in mapping.used]:
            return ImportRefusal(line, shown(wrong[0]), "This field is not text", text=_beginning(text))
        row = make(line, [cell or "" for cell in cells])
        return _fault(row) or row

    def _shape(self, names: tuple[str, ...]) -> tuple[Mapping, Callable[[int, Cells], ImportRow]]:
        found = self._shapes.get(names)
        if found is None:
            mapping = Mapping(names, self._asked)
            self._note(mapping)
            found = mapping, mapping.row_maker(escaped=False)
            if len(self._shapes) < SHAPES_MAX:
                self._shapes[names] = found
        return found


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    """The object, with the names of objects in it put behind its own (`name.givenName`)."""
    if not any(isinstance(v, dict) for v in value.values()):
        return value
    flat: dict[str, Any] = {}
    for name, inner in value.items():
        flat.update({f"{name}.{k}": v for k, v in inner.items()} if isinstance(inner, dict) else {name: inner})
    return flat


def _text(value: Any) -> str | None:
    """A JSON value as text; None for what is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else None


def _beginning(text: str) -> str:
    """The beginning of a line, to be shown; nothing of one that may have a password or its hash."""
    return "" if "password" in text.casefold() else text[:TEXT_SHOWN].rstrip("\r\n")


def _fault(row: ImportRow) -> ImportRefusal | None:
    """What no field may have: half a character, what stands for a lost one, a line break, too much."""
    fields = f"{row.email}{row.display_name}{row.role}{row.status}{row.email_verified}"
    if len(fields) <= FIELD_MAX and not _UNFIT.search(fields):
        return None
    for name, value in row.cells.items():
        if len(value) > FIELD_MAX:
            return ImportRefusal(row.line, name, TOO_LONG, "TOO_LONG")
        if "\n" in value or "\r" in value:
            return ImportRefusal(row.line, name, "This goes on over a line break", "LINE_BREAK", row)
        if _UNFIT.search(value):
            return ImportRefusal(row.line, name, LOST, "LOST_CHARACTER", row)
    return None
