"""Marks in the `metadata` of a field's declaration, for the engines that know no noun: its price, and who may share it.

The unit of prices is roughly the cost of executing and serializing one scalar field; `execution/cost.py` adds them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import GraphQLField, GraphQLObjectType
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

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

_PRICE, _PER_VIEWER, _LOGGED = "price", "per_viewer", "logged"

PER_VIEWER: Mapping[Any, Any] = {_PER_VIEWER: True}
"""The mark of a field that depends on the viewer and not only on their role: its rendering is never shared."""


class Logged(NamedTuple):
    """What a field shows changes with events about users alone, never with time, presence or anything else.

    `unless` names the input fields and enum values for which this is not so. A field that `shows_users` shows the one whom
    its `user_argument` names, or a page without such an argument.
    """

    unless: tuple[str, ...] = ()
    user_argument: str | None = None
    shows_users: bool = False


LOGGED: Mapping[Any, Any] = {_LOGGED: Logged()}
"""The mark of a field of a user, or of a page of users: see Logged. An answer of such fields may be given again."""


def shows_users(user_argument: str | None = None, unless: tuple[str, ...] = ()) -> Mapping[Any, Any]:
    """The mark of a query for users: see Logged."""
    return {_LOGGED: Logged(unless, user_argument, shows_users=True)}


def logged_of(field: GraphQLField) -> Logged | None:
    """How a field is marked as LOGGED; None if it is not."""
    found = _marks(field).get(_LOGGED)
    return found if isinstance(found, Logged) else None


class Price(NamedTuple):
    """The cost of the field itself, and the maximum size of its list; None for the default of its kind."""

    cost: int | None = None
    items: int | None = None


def price(cost: int | None = None, items: int | None = None) -> Mapping[Any, Any]:
    """The mark that states a field's price. `items` is for a list that is not a page."""
    return {_PRICE: Price(cost, items)}


def price_of(field: GraphQLField) -> Price:
    """The price that a field states."""
    found = _marks(field).get(_PRICE)
    return found if isinstance(found, Price) else Price()


def depends_on_viewer(field: GraphQLField) -> bool:
    """Whether a field is marked as PER_VIEWER or returns a page, which holds only what its viewer may see."""
    return is_paged(field) or _PER_VIEWER in _marks(field)


def is_paged(field: GraphQLField) -> bool:
    """Whether a field returns a page (GraphQL Cursor Connections, section 4)."""
    return "first" in field.args


def definition_of(field: GraphQLField) -> StrawberryField | None:
    """The field as it was declared; None for one that is not declared here."""
    definition = (field.extensions or {}).get("strawberry-definition")
    return definition if isinstance(definition, StrawberryField) else None


def class_of(type_: GraphQLObjectType) -> type | None:
    """The class of a type's values, `Connection` for `Connection[User]`; None for a type that is not declared here."""
    definition = (type_.extensions or {}).get("strawberry-definition")
    if not isinstance(definition, StrawberryObjectDefinition):
        return None
    return (definition.concrete_of or definition).origin


def _marks(field: GraphQLField) -> Mapping[Any, Any]:
    definition = definition_of(field)
    return {} if definition is None else definition.metadata
