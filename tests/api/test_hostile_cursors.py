"""A cursor that a member forges reveals no more than a genuine one, and never causes an error of the server.

Every kind of cursor, with every kind, epoch, number and role: those of the log (subscriptions, pages of events,
`Rollcall-Read-After`) and those of lists (users in every order, sessions, REST).
"""

from __future__ import annotations

import base64
import itertools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.models.directory import UserSort
from domain.pagination import encode_key
from tests.api.conftest import Api, Person, Socket

ROLES = ("", ".member", ".auditor", ".admin", ".ADMIN", ".snapshot", ".fresh", ".admin.auditor", ".None", ".")
KIND = "__typename ... on Heartbeat { cursor } ... on ResyncRequired { cursor reason }"
PERSON = "id displayName email role status"
FEED = f"""subscription($after: Cursor, $search: String) {{ userFeed(after: $after, search: $search) {{ {KIND}
  ... on UserEntered {{ user {{ {PERSON} }} }} ... on UserChanged {{ user {{ {PERSON} }} changes {{ before after }} }}
  ... on UserLeft {{ userId }} }} }}"""
EVENTS = f"""subscription($after: Cursor) {{ userEvents(after: $after) {{ {KIND}
  ... on Event {{ type userId user {{ {PERSON} }} actor {{ {PERSON} }} changes {{ before after }} }} }} }}"""
ENTRIES = f"edges {{ node {{ userId user {{ {PERSON} }} changes {{ before after }} }} }}"
PAGES = (
    f"query($c: String) {{ events(first: 50, after: $c) {{ {ENTRIES} }} }}",
    f"query($c: String) {{ events(last: 50, before: $c) {{ {ENTRIES} }} }}",
    f"query($c: String) {{ me {{ events(after: $c) {{ {ENTRIES} }} }} }}",
    "query($c: String) { me { sessions(after: $c) { edges { node { id } } } } }",
)
LIST = f"""query($c: String, $search: String, $order: UserOrder!) {{
  users(after: $c, search: $search, orderBy: $order) {{ totalCount edges {{ node {{ {PERSON} }} }} }}
}}"""
ONE = f"query($id: ID!) {{ user(id: $id) {{ {PERSON} }} }}"


@dataclass(frozen=True)
class Directory:
    """Users whom a member may not see, the names and addresses that must stay secret, and the log with both."""

    member: Person
    hidden: Sequence[Person]
    secret: Sequence[str]
    epoch: UUID
    head: int

    def log_cursors(self) -> list[str]:
        """Every kind, epoch, number and role, and text that is not a cursor."""
        epochs = (self.epoch.hex[:8], "00000000", uuid4().hex[:8])
        numbers = (0, 1, self.head // 2, self.head, self.head + 1, 2**63 - 1)
        made = [f"s{e}{n}{r}" for e, n, r in itertools.product(epochs[:1], numbers, ROLES)]
        made += [f"s{e}{n}{r}" for e, n, r in itertools.product(epochs[1:], (0, self.head), ROLES[:5])]
        made += [f"o{epochs[0]}{n}{r}" for n, r in itertools.product((0, 1), (".admin", ".auditor"))]
        made += ["", "s", f"s{epochs[0]}", f"s{epochs[0]}-1", f"s{epochs[0]}1e3.admin", f"s{epochs[0]}{'9' * 60}", "\0"]
        return [base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode() for text in made] + ["=", "é", "a" * 5000]

    def list_cursors(self) -> list[tuple[str, dict[str, str]]]:
        """Cursors at a hidden user and at no user, and every cursor of the log, each with an order to use it in."""
        values = ["", "2026-01-01T00:00:00+00:00", "not a time", "9" * 400, *self.secret[:2]]
        orders = [(sort, way) for sort in UserSort for way in ("asc", "desc")]
        ids = (UUID(self.hidden[0].id), UUID(int=0), uuid4())
        made = [
            (encode_key(f"{sort}-{way}", value, ids[number % 3]), {"field": sort.upper(), "direction": way.upper()})
            for number, ((sort, way), value) in enumerate(itertools.product(orders, values))
        ]
        others = [encode_key(kind, "x", ids[0]) for kind in ("session", "event", "email-up")] + self.log_cursors()[::9]
        return made + [(cursor, {"field": "EMAIL", "direction": "ASC"}) for cursor in others]

    def check(self, shown: Any) -> None:
        """Assert that a response contains no secret and no internal error."""
        text = str(shown)
        assert not [word for word in self.secret if word in text], text
        assert "INTERNAL_ERROR" not in text, text
        assert "Internal error" not in text, text


@pytest.fixture
async def directory(fresh_api: tuple[Api, Person]) -> Directory:
    """Users who were renamed, got another address, and were then disabled or deleted."""
    api, admin = fresh_api
    member = await api.new_user(admin, name="Ordinary Viewer")
    await api.new_user(admin, name="Ordinary Colleague")
    hidden, secret = [], []
    for word, role in (("disable", "MEMBER"), ("disable", "AUDITOR"), ("delete", "ADMIN"), ("delete", "MEMBER")):
        first, second = f"First{secrets.token_hex(4)}", f"Second{secrets.token_hex(4)}"
        person = await api.new_user(admin, role, first)
        email = f"{secrets.token_hex(6)}@example.com"
        await api.ask(
            "mutation($i: UpdateUserInput!) { updateUser(input: $i) { __typename } }",
            {"i": {"id": person.id, "displayName": second, "email": email}},
            admin,
        )
        await api.ask(f"mutation($id: ID!) {{ {word}User(id: $id) {{ __typename }} }}", {"id": person.id}, admin)
        hidden.append(person)
        secret += [first, second, email, person.email]
    container = api.server.container
    for person in hidden:
        assert (await api.ask(ONE, {"id": person.id}, member))["user"] is None, "a member must not see them"
    return Directory(member, hidden, secret, container.hub.epoch, container.hub.head)


numbers = itertools.count()


async def messages_until_live(socket: Socket, query: str, variables: dict[str, Any]) -> list[Any]:
    """The messages of a subscription until it has sent everything that was missed."""
    id_, found = f"o{next(numbers)}", []
    await socket.subscribe(id_, query, variables)
    while True:
        message = await socket.receive()
        if message.get("id") != id_:
            continue
        found.append(message)
        if message["type"] != "next":
            return found
        [one] = (message["payload"].get("data") or {"none": {}}).values()
        if one is None or one.get("__typename") in (None, "Heartbeat", "FeedReady", "ResyncRequired"):
            await socket.complete(id_)
            return found


def ids_in(directory: Directory, found: Any) -> set[str]:
    """The ids of hidden users that the messages contain."""
    return {person.id for person in directory.hidden if person.id in str(found)}


async def test_no_cursor_makes_a_subscription_reveal_hidden_users(
    fresh_api: tuple[Api, Person], directory: Directory
) -> None:
    api, _ = fresh_api
    async with api.socket(directory.member) as socket:
        honest = {
            n: ids_in(directory, await messages_until_live(socket, FEED, {"after": log_cursor(directory, n)}))
            for n in (0, directory.head)
        }
        assert not honest[directory.head]
        for cursor in directory.log_cursors():
            for search in (None, directory.secret[2].partition("@")[0]):
                found = await messages_until_live(socket, FEED, {"after": cursor, "search": search})
                directory.check(found)
                # A replay from the beginning reports everyone who has left since, and no other hidden user.
                assert ids_in(directory, found) <= honest[0], cursor
                if search:
                    assert not ids_in(directory, found), "no id may reveal whose address was searched"
            directory.check(await messages_until_live(socket, EVENTS, {"after": cursor}))


def log_cursor(directory: Directory, seq: int) -> str:
    """A position without a claim about its role."""
    return base64.urlsafe_b64encode(f"s{directory.epoch.hex[:8]}{seq}".encode()).rstrip(b"=").decode()


async def test_no_cursor_makes_a_page_reveal_hidden_users(fresh_api: tuple[Api, Person], directory: Directory) -> None:
    api, _ = fresh_api
    member = directory.member
    shown = 0
    for cursor in directory.log_cursors():
        for query in PAGES:
            answer = await api.graphql(query, {"c": cursor}, member)
            directory.check(answer)
            shown += "errors" not in answer
        position = {"Rollcall-Read-After": cursor} if cursor.isascii() else {}
        answer = await api.graphql(ONE, {"id": directory.hidden[0].id}, member, **position)
        assert answer == {"data": {"user": None}}, answer
    assert shown > len(PAGES), "some cursors must be valid, or the test shows nothing"


async def test_no_cursor_makes_a_list_reveal_hidden_users(fresh_api: tuple[Api, Person], directory: Directory) -> None:
    api, _ = fresh_api
    shown = 0
    for cursor, order in directory.list_cursors():
        for search in (None, directory.secret[0]):
            answer = await api.graphql(LIST, {"c": cursor, "search": search, "order": order}, directory.member)
            directory.check(answer.get("data"))
            directory.check([e["extensions"]["code"] for e in answer.get("errors", ())])
            assert not ids_in(directory, answer.get("data"))
            shown += "errors" not in answer
        rest = await api.rest("GET", "/api/v1/users", directory.member, params={"after": cursor, "limit": 100})
        assert rest.status_code in (200, 400), rest.text
        directory.check(rest.json().get("data"))
    assert shown > len(UserSort), "some cursors must be valid, or the test shows nothing"
