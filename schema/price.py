"""Prices that a field states itself because they differ from others of its kind; `execution/cost.py` adds them up.

The unit is roughly the cost of executing and serializing one scalar field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

COST_MAX = 20_000
"""The maximum cost of one query or mutation. Measured: 4 to 10 µs a unit, so the most expensive takes under 250 ms."""
MUTATION_COST = COST_MAX // 6
"""A mutation without a stated cost: a transaction, and about 30 ms of a thread for hashing a password."""
WRITE_COST = 600
"""A transaction without password hashing."""

LOADED_ROW_COST = 10
"""A row that is read in a batch with similar rows."""
SHORT_LIST = 10
"""The maximum size of a list with one item for each role, status or field of an entity."""

KEY = "price"


class Price(NamedTuple):
    """The cost of the field itself, and the maximum size of its list; None for the default of its kind."""

    cost: int | None = None
    items: int | None = None


def price(cost: int | None = None, items: int | None = None) -> Mapping[Any, Any]:
    """The `metadata` that states a field's price. `items` is for a list that is not a page."""
    return {KEY: Price(cost, items)}
