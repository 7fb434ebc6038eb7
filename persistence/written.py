"""SQL written as text, with columns and values in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.sql.visitors import InternalTraversal


class Written(ColumnElement[Any]):
    """An expression as text, in which `{0}`, `{1}` … are its `parts`: columns and bound values, never text of a client.

    An operator of SQLAlchemy costs some 10 µs. The conditions of a search have hundreds, which took longer to build than
    PostgreSQL took to read.
    """

    _traverse_internals = [  # noqa: RUF012 - of this form in every class of SQLAlchemy
        ("text", InternalTraversal.dp_string),
        ("parts", InternalTraversal.dp_clauseelement_list),
        ("type", InternalTraversal.dp_type),
    ]

    def __init__(self, text: str, parts: Sequence[ColumnElement[Any]], of_type: TypeEngine[Any]) -> None:
        self.text, self.parts, self.type = text, parts, of_type

    def self_group(self, against: Any = None) -> Written:  # noqa: ARG002 - SQLAlchemy's
        """The text is in parentheses where it needs them."""
        return self

    @property
    def _from_objects(self) -> list[Any]:
        return [table for part in self.parts for table in part._from_objects]  # noqa: SLF001 - SQLAlchemy's own way


@compiles(Written)
def _compiled(written: Written, compiler: SQLCompiler, **options: Any) -> str:
    options.pop("add_to_result_map", None)
    return written.text.format(*(compiler.process(part, **options) for part in written.parts))
