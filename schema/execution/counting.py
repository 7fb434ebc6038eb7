"""An executor that counts what it returns: a second limit behind the cost that is computed before execution.

The cost is computed from the sizes a request asks for. If a field returns more than that, or longer text, execution
stops: all following fields fail immediately, and the response is a single error.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLLeafType, GraphQLObjectType
from graphql.execution import Executor

from schema.marks import COST_MAX

FIELDS_MAX = COST_MAX
BYTES_MAX = 4 * 1024 * 1024
"""Characters of names and text in a response."""


class Counting(Executor[Any]):
    """Executes one query or mutation."""

    fields = 0
    bytes = 0

    @property
    def exceeded(self) -> bool:
        """Whether the response exceeds a limit."""
        return self.fields > FIELDS_MAX or self.bytes > BYTES_MAX

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,
        path: Any,
        grouped_field_set: Any,
        position_context: Any,
    ) -> Any:
        """Count the fields of an object, then execute them."""
        self.fields += len(grouped_field_set)
        self.bytes += sum(map(len, grouped_field_set))
        if self.exceeded:
            raise GraphQLError("This response is too large")
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        """Count the length of text; other values are short."""
        value = super().complete_leaf_value(return_type, result)
        if isinstance(value, str):
            self.bytes += len(value)
        return value
