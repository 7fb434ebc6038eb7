"""What a field says of its own price, where it is not that of its kind; `execution/cost.py` adds it up.

The unit is about what one scalar field costs to execute and to serialize.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

COST_MAX = 20_000
"""What one query or mutation may cost. Measured: 4 to 10 µs a unit, so that the most expensive takes less than 250 ms."""
MUTATION_COST = COST_MAX // 6
"""A mutation that does not state its cost: a transaction, and the hash of a password, some 30 ms of a thread."""
WRITE_COST = 600
"""A transaction alone."""

LOADED_ROW_COST = 10
"""A row that is read together with others like it."""
SHORT_LIST = 10
"""Items of a list that has one for each role, status or field of an entity, at most."""

KEY = "price"


class Price(NamedTuple):
    """The cost of the field itself, and the most items of its list; None where its kind decides."""

    cost: int | None = None
    items: int | None = None


def price(cost: int | None = None, items: int | None = None) -> Mapping[Any, Any]:
    """The price of a field, as the `metadata` of its declaration. `items` is for a list that is not a page."""
    return {KEY: Price(cost, items)}
