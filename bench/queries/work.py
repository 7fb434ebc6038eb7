"""What servers are loaded with: an operation of GraphQL or a kind of REST request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bench.queries.operations import Encode
from domain.models.user import User


class Work(Protocol):
    """One kind of request; every correct response contains `needle`."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def needle(self) -> str: ...
    def bodies(self, users: Sequence[User], dialect: str, encode: Encode) -> list[str]:
        """Bodies that are posted to /graphql, or targets (with a slash first) that are requested by GET."""
        ...
