"""The schema, assembled."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.mutation import Mutation
from schema.query import Query
from schema.scalars import SCALARS
from schema.session import Session
from schema.subscription import Subscription
from schema.user import User


def build_schema() -> strawberry.Schema:
    """The served schema; made once a process."""
    config = StrawberryConfig(scalar_map=SCALARS)
    return strawberry.Schema(Query, Mutation, Subscription, types=[User, Session], config=config)


def export() -> str:
    """The schema in SDL, as it is committed in schema/schema.graphql."""
    return build_schema().as_str() + "\n"
