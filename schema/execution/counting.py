"""An executor that counts what it answers: the second wall behind the cost that was computed beforehand.

Cost is computed from the sizes a request asks for. Should a field bring more than was computed, or longer text,
execution ends there: every field that would follow fails at once, and the answer is one error.
"""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError, GraphQLLeafType, GraphQLObjectType
from graphql.execution import Executor

from schema.price import COST_MAX

FIELDS_MAX = COST_MAX
BYTES_MAX = 4 * 1024 * 1024
"""Characters of names and text in an answer."""


class Counting(Executor[Any]):
    """Executes one query or mutation."""

    fields = 0
    bytes = 0

    @property
    def exceeded(self) -> bool:
        """Whether the answer is larger than any may be."""
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
            raise GraphQLError("This answer is too large")
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]
        """Count the length of text; anything else is short."""
        value = super().complete_leaf_value(return_type, result)
        if isinstance(value, str):
            self.bytes += len(value)
        return value
