"""What the OpenAPI document says of the lines of an import's response."""

from __future__ import annotations

from typing import Any

from api.files.reader import Form
from api.files.vendors import Vendor

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "integer", "minimum": 0}
TRUTH: Json = {"type": "boolean"}
TEXTS: Json = {"type": "array", "items": TEXT}
COUNTS = ("created", "updated", "unchanged", "refused", "role_changes", "status_changes")


def import_line() -> Json:
    """One line of the response."""
    return {
        "oneOf": [_start(), _written("created"), _written("updated"), _unchanged(), _refused(), _progress(), _summary()]
    }


def _start() -> Json:
    return _line(
        "start",
        format={"enum": [str(f) for f in Form]},
        encoding=TEXT,
        separator=_or_null(TEXT),
        **{"from": _or_null({"enum": [str(v) for v in Vendor]})},
        unused=TEXTS | {"description": "The columns that are not used; in NDJSON they are only known in the end"},
        start=NUMBER,
        dry_run=TRUTH,
        bytes=NUMBER,
    )


def _written(outcome: str) -> Json:
    value: Json = {"type": ["string", "number", "boolean", "null"]}
    change = _object(field=TEXT, before=value, after=value)
    id_ = TEXT | {"format": "uuid"}
    return _row(outcome, id=id_, email=TEXT, changes={"type": "array", "items": change})


def _unchanged() -> Json:
    return _row("unchanged", email=TEXT)


def _refused() -> Json:
    cells: Json = {"type": ["object", "null"], "additionalProperties": TEXT}
    return _row(
        "refused",
        code=TEXT,
        field=TEXT | {"description": "The field at fault; `line` for the whole line"},
        reason=TEXT,
        cells=cells
        | {"description": "The fields of the row as they were read, to be corrected; null if they could not be"},
        text=_or_null(TEXT | {"description": "The beginning of a line that could not be read"}),
    )


def _progress() -> Json:
    return _line("progress", line=NUMBER, bytes_read=NUMBER, bytes=NUMBER)


def _summary() -> Json:
    error = _object(code=TEXT, message=TEXT)
    return _line(
        "summary",
        complete=TRUTH | {"description": "False if it stopped: go on with `start` = `line`"},
        error=_or_null(error),
        **dict.fromkeys(COUNTS, NUMBER),
        unused=TEXTS,
        line=NUMBER,
        dry_run=TRUTH,
    )


def _row(outcome: str, **fields: Json) -> Json:
    return _line("row", line=NUMBER, outcome={"const": outcome}, **fields)


def _line(type_: str, **fields: Json) -> Json:
    return _object(type={"const": type_}, **fields)


def _object(**fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}
