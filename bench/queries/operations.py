"""The operations: for each a document and variables of every dialect, and what a correct response contains."""

from __future__ import annotations

import base64
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from string import ascii_lowercase
from typing import Any

from domain.models.directory import UserQuery
from domain.models.user import User
from persistence.user_query import keyset_of

ROLLCALL, PEER, POSTGRAPHILE = "rollcall", "peer", "postgraphile"
"""The dialects: PostGraphile's schema is generated from the table."""
FIELDS = "id email displayName role status createdAt"
ROW_FIELDS = f"rowId {FIELDS.removeprefix('id ')}"
PAGE = "edges { cursor node { %s } } pageInfo { hasNextPage endCursor }"
VARIABLES_MAX = 50_000
"""The most different variables of an operation; more than are used in a run, so that no request repeats an earlier one."""
PREFIX_MIN = 4
"""The shortest beginning of a word that is searched for."""

Encode = Callable[[User], str]
"""The cursor of a user in the order of creation."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: its documents by dialect, its variables by dialect, and text of every correct response."""

    name: str
    title: str
    documents: Mapping[str, str]
    variables: Callable[[Sequence[User], Encode], Iterator[Mapping[str, Any]]]
    needle: str

    def bodies(self, users: Sequence[User], dialect: str, encode: Encode) -> list[str]:
        """The bodies of its requests."""
        found = islice(self.variables(users, encode), VARIABLES_MAX)
        document = self.documents[dialect]
        return [json.dumps({"query": document, "variables": v}, separators=(",", ":")) for v in found]


def shuffled(users: Sequence[User], seed: int) -> list[User]:
    """At most VARIABLES_MAX of them in another order, the same each time."""
    chance = random.Random(seed)  # noqa: S311 - the same each time
    return chance.sample(users, min(len(users), VARIABLES_MAX))


def _point(users: Sequence[User], _: Encode) -> Iterator[Mapping[str, Any]]:
    for user in shuffled(users, 1):
        yield {"id": str(user.id)}


def _page(users: Sequence[User], encode: Encode) -> Iterator[Mapping[str, Any]]:
    for user in shuffled(users[:-100], 2):  # a full page comes after each of these
        yield {"after": encode(user)}


def _again(users: Sequence[User], encode: Encode) -> Iterator[Mapping[str, Any]]:
    yield {"after": encode(users[len(users) // 2])}


def _search(users: Sequence[User], _: Encode) -> Iterator[Mapping[str, Any]]:
    """Beginnings of words that people have, each once."""
    seen: set[str] = set()
    for user in shuffled(users, 3):
        for word in user.display_name.lower().split():
            beginning = word[: max(PREFIX_MIN, len(word) - 2)]
            if len(beginning) >= PREFIX_MIN and word.isascii() and word.isalpha() and beginning not in seen:
                seen.add(beginning)
                yield {"search": beginning}


def _update(users: Sequence[User], _: Encode) -> Iterator[Mapping[str, Any]]:
    """Another name each time, with two letters behind it."""
    for first, second in itertools.product(ascii_lowercase, repeat=2):
        for user in shuffled(users, 4):
            yield {"id": str(user.id), "name": f"{user.display_name} {first}{second}"}


def _nothing(_users: Sequence[User], _: Encode) -> Iterator[Mapping[str, Any]]:
    yield {}


def _reads(arguments: str, declared: str) -> dict[str, str]:
    """A page of 20 in the dialects of Rollcall and the peers."""
    document = f"query Page({declared}) {{ users(first: 20, {arguments}) {{ {PAGE % FIELDS} }} }}"
    return {ROLLCALL: document, PEER: document}


_POINT = f"query User($id: ID!) {{ user(id: $id) {{ {FIELDS} }} }}"
_ROW_PAGE = (
    "query Page($after: Cursor) { allUsers(first: 20, after: $after, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]) "
    f"{{ {PAGE % ROW_FIELDS} }} }}"
)
_UPDATE = (
    "mutation Update($id: ID!, $name: String!) { updateUser(input: {id: $id, displayName: $name}) "
    f"{{ ... on UserPayload {{ user {{ {FIELDS} }} }} }} }}"
)
_PEER_UPDATE = f"mutation Update($id: ID!, $name: String!) {{ updateUser(id: $id, displayName: $name) {{ {FIELDS} }} }}"
_ROW_UPDATE = (
    "mutation Update($id: UUID!, $name: String!) { updateUserByRowId(input: {rowId: $id, "
    f"userPatch: {{displayName: $name}}}}) {{ user {{ {ROW_FIELDS} }} }} }}"
)
_TYPE_NAME = "query Nothing { __typename }"
_PAGES = {**_reads("after: $after", "$after: String"), POSTGRAPHILE: _ROW_PAGE}

OPERATIONS = (
    Operation(
        "point",
        "point read",
        {
            ROLLCALL: _POINT,
            PEER: _POINT,
            POSTGRAPHILE: f"query User($id: UUID!) {{ userByRowId(rowId: $id) {{ {ROW_FIELDS} }} }}",
        },
        _point,
        '"displayName"',
    ),
    Operation("page", "page of 20", _PAGES, _page, '"displayName"'),
    Operation(
        "search",
        "search page of 20",
        {
            **_reads("search: $search", "$search: String"),
            POSTGRAPHILE: f"query Page($search: String) {{ searchUsers(search: $search, first: 20) {{ {PAGE % ROW_FIELDS} }} }}",
        },
        _search,
        '"displayName"',
    ),
    Operation(
        "update",
        "update",
        {ROLLCALL: _UPDATE, PEER: _PEER_UPDATE, POSTGRAPHILE: _ROW_UPDATE},
        _update,
        '"displayName"',
    ),
    Operation("again", "page of 20, answered again", _PAGES, _again, '"displayName"'),
    Operation(
        "typename", "{ __typename }", dict.fromkeys((ROLLCALL, PEER, POSTGRAPHILE), _TYPE_NAME), _nothing, '"Query"'
    ),
)


def rollcall_cursor(user: User) -> str:
    """Rollcall's cursor."""
    return keyset_of(UserQuery()).encode(user)


def peer_cursor(user: User) -> str:
    """The cursor of the peers' schema."""
    return base64.urlsafe_b64encode(f"{user.created_at.isoformat()} {user.id}".encode()).decode()


def postgraphile_cursor(example: str) -> Encode:
    """PostGraphile's cursor: JSON in base64 of a name for the order, which an `example` has, and the key."""
    order = json.loads(base64.b64decode(example))[0]

    def encode(user: User) -> str:
        moment = user.created_at.isoformat(timespec="microseconds")
        key = json.dumps([order, moment, str(user.id)], separators=(",", ":"))
        return base64.b64encode(key.encode()).decode()

    return encode
