"""What is asked: the searches, filters, orders and pages that a console or a client has, of both sizes the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bench.growth.generate import Names, generated_users
from bench.growth.place import Place
from domain.models.actor import Role

SIZE = 50
"""Users of a page, as the console asks for them."""
DEEP = 20
"""How many pages into a search a deep page is."""
DOCUMENT = """query($first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: UserFilter, $orderBy: UserOrder) {
  users(first: $first, after: $after, last: $last, before: $before, search: $search, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id email displayName role status lastSeenAt createdAt updatedAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
SORTS = ("CREATED_AT", "UPDATED_AT", "EMAIL", "DISPLAY_NAME", "LAST_SEEN_AT")
FILTERS: Mapping[str, Mapping[str, Any]] = {
    "status ACTIVE": {"status": ["ACTIVE"]},
    "status DISABLED": {"status": ["DISABLED"]},
    "status DELETED": {"status": ["DELETED"]},
    "role MEMBER": {"role": ["MEMBER"]},
    "role AUDITOR": {"role": ["AUDITOR"]},
    "role ADMIN": {"role": ["ADMIN"]},
    "online": {"online": True},
    "not online": {"online": False},
    "verified": {"emailVerified": True},
    "not verified": {"emailVerified": False},
    "createdAfter": {"createdAfter": "2021-01-05T00:00:00Z"},
    "createdBefore": {"createdBefore": "2021-01-05T00:00:00Z"},
    "deleted admins, not verified": {"status": ["DELETED"], "role": ["ADMIN"], "emailVerified": False},
}
FIRST: Mapping[str, Any] = {"first": SIZE}


@dataclass(frozen=True, slots=True)
class Ask:
    """A question; `place_it` finds the cursor that it begins behind, once for each place."""

    name: str
    variables: Mapping[str, Any]
    role: Role = Role.ADMIN
    begin: Callable[[Place, Ask], Ask] = field(default=lambda _place, ask: ask, compare=False)

    def run(self, place: Place) -> Any:
        """The connection that it gives."""
        return place.ask(DOCUMENT, self.variables, self.role)["users"]


def asks() -> list[Ask]:
    """Everything that is measured, in the order of the table."""
    return [*_searches(), *_filters(), *_orders(), *_deep()]


def _searches() -> Iterator[Ask]:
    names = Names.all()
    (first, second, third), (last, other, another) = names.first[:3], names.last[:3]
    user = list(generated_users(5_000))[-1]
    texts = {
        "one letter": "a",
        "two letters": "ma",
        "common first name": first,
        "common surname": last,
        "first and last": f"{first} {last}",
        "a misspelling": names.first[200][:-2] + names.first[200][:-3:-1],
        "first and misspelt last": f"{first} {last[0]}{last[2]}{last[1]}{last[3:]}",
        "shared domain": "@example.org",
        "whole e-mail": user.email,
        "part of an e-mail": f"{first}.{last[:2]}".lower(),
        "a number": "12",
        "%": "%",
        "CJK surname": "佐藤",
        "o'b": "o'b",
        "a part inside words": "ann",
        "four common words": f"{first} {second} {last} {other}",
        "no match": "zzzzqq",
        "six words without a match": f"{first} {second} {third} {last} {other} {another}",
    }
    for name, text in texts.items():
        yield Ask(f"search: {name} ({text})", {**FIRST, "search": text})
    for name in ("one letter", "common first name", "first and last", "a misspelling"):
        yield Ask(f"search by a member: {name}", {**FIRST, "search": texts[name]}, Role.MEMBER)


def _filters() -> Iterator[Ask]:
    first = Names.all().first[0]
    for name, wanted in FILTERS.items():
        yield Ask(f"filter: {name}", {**FIRST, "filter": wanted})
        for text in ("a", first):
            yield Ask(f"filter: {name}, with search {text}", {**FIRST, "filter": wanted, "search": text})


def _orders() -> Iterator[Ask]:
    first = Names.all().first[0]
    for sort in SORTS:
        for direction in ("ASC", "DESC"):
            order = {"orderBy": {"field": sort, "direction": direction}}
            yield Ask(f"sort: {sort} {direction}", {**FIRST, **order})
            yield Ask(f"sort: {sort} {direction}, with search {first}", {**FIRST, **order, "search": first})


def _deep() -> Iterator[Ask]:
    for sort in SORTS:
        order: Mapping[str, Any] = {"orderBy": {"field": sort, "direction": "ASC"}}
        yield Ask(f"deep: forward in {sort}", {**FIRST, **order}, begin=_from_the_middle)
        yield Ask(f"deep: backward in {sort}", {"last": SIZE, **order}, begin=_from_the_middle)
    for text in ("a", Names.all().first[0], "@example.org"):
        yield Ask(f"deep: page {DEEP} of search {text}", {**FIRST, "search": text}, begin=_some_pages_on)
        yield Ask(f"deep: last page of search {text}", {"last": SIZE, "search": text})
        yield Ask(f"deep: page {DEEP} back of search {text}", {"last": SIZE, "search": text}, begin=_some_pages_on)


def _from_the_middle(place: Place, ask: Ask) -> Ask:
    """Behind (or before) a user who stands about in the middle of each order."""
    middle = {**ask.variables, "search": _middle(place), "first": 1, "last": None}
    [edge] = place.ask(DOCUMENT, middle)["users"]["edges"]
    return replace(ask, variables={**ask.variables, "before" if "last" in ask.variables else "after": edge["cursor"]})


def _middle(place: Place) -> str:
    edges = place.ask(DOCUMENT, {"first": 1, "search": "m", "filter": {"emailVerified": True, "online": False}})
    email: str = edges["users"]["edges"][0]["node"]["email"]
    return email


def _some_pages_on(place: Place, ask: Ask) -> Ask:
    back = "last" in ask.variables
    variables = dict(ask.variables)
    for _ in range(DEEP - 1):
        info = place.ask(DOCUMENT, variables)["users"]["pageInfo"]
        if not info["hasPreviousPage" if back else "hasNextPage"]:
            break
        variables["before" if back else "after"] = info["startCursor" if back else "endCursor"]
    return replace(ask, variables=variables)
