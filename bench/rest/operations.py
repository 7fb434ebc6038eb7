"""The requests: one user by id, and a page of 20 that begins anywhere, in the order of creation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bench.queries.operations import VARIABLES_MAX, Encode, shuffled
from domain.models.user import User


@dataclass(frozen=True, slots=True)
class Request:
    """A kind of request: its targets, the same for every server except for the cursors, and text of every correct response."""

    name: str
    title: str
    targets: Callable[[Sequence[User], Encode], Iterator[str]]
    needle: str = '"display_name"'

    def bodies(self, users: Sequence[User], _dialect: str, encode: Encode) -> list[str]:
        """The targets of its requests, which the load client requests by GET."""
        return list(islice(self.targets(users, encode), VARIABLES_MAX))


def _one(users: Sequence[User], _: Encode) -> Iterator[str]:
    for user in shuffled([u for u in users if u.status != "deleted"], 1):  # for v1, deleted users do not exist
        yield f"/api/v1/users/{user.id}"


def _page(users: Sequence[User], encode: Encode) -> Iterator[str]:
    for user in shuffled(users[:-100], 2):  # a full page comes after each of these
        yield f"/api/v1/users?limit=20&after={encode(user)}"


REQUESTS = (Request("one", "one user", _one), Request("page", "page of 20", _page))
