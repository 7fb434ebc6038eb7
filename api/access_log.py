"""What the access log says of a request besides its status: who sent it, which operation it was, what it cost in SQL.

The parts that know these note them in the record of the current request. There is one only if ACCESS_LOG is on.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(slots=True)
class RequestRecord:
    """One request. `operation` is the root field of a GraphQL operation, `operation_name` the client's name for it;
    `sql_seconds` is the sum over the statements, which may overlap.
    """

    user: UUID | None = None
    session: UUID | None = None
    operation: str | None = None
    operation_name: str | None = None
    statements: int = 0
    sql_seconds: float = 0.0

    def fields(self) -> dict[str, Any]:
        """The fields of its line; ids only, and nothing for what there was not."""
        known = {
            "user": self.user and str(self.user),
            "session": self.session and str(self.session),
            "operation": self.operation,
            "operation_name": self.operation_name,
        }
        cost = {"sql": self.statements, "sql_ms": round(self.sql_seconds * 1000, 1)}
        return {name: value for name, value in known.items() if value is not None} | cost


current_request: ContextVar[RequestRecord | None] = ContextVar("current_request", default=None)
"""Tasks that a request starts share its record."""


def note_actor(user: UUID, session: UUID | None) -> None:
    """Note who sent the current request."""
    if (record := current_request.get()) is not None:
        record.user, record.session = user, session


def note_statement(seconds: float) -> None:
    """Note a statement that the current request has executed."""
    if (record := current_request.get()) is not None:
        record.statements += 1
        record.sql_seconds += seconds
