"""Shared by the tests of feeds: the copy that a client keeps, and waiting until an event has been sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.api.conftest import Api, Person, Socket
from tests.integration.logs import session, until

FEED = """subscription($search: String, $filter: UserFilter, $after: Cursor) {
  userFeed(search: $search, filter: $filter, after: $after) {
    __typename
    ... on UserEntered { cursor user { id displayName role status version } }
    ... on UserChanged { cursor user { id displayName role status version } }
    ... on UserLeft { cursor userId }
    ... on FeedReady { cursor }
    ... on Heartbeat { cursor }
    ... on ResyncRequired { cursor reason }
  }
}"""


BY_ID = "mutation($id: ID!) { %s(id: $id) { __typename } }"
SEQ = "select seq from events where subject_id = $1 and type = $2"


class Copy:
    """A client's copy: the visible users by id, and the cursor from which it would resume."""

    def __init__(self) -> None:
        self.users: dict[str, Any] = {}
        self.cursor: str | None = None
        self.ready = 0
        self.resynced = False

    def apply_message(self, message: dict[str, Any]) -> None:
        """Apply one message, as every client does."""
        self.cursor = message["cursor"]
        match message["__typename"]:
            case "UserEntered" | "UserChanged":
                user = message["user"]
                if user["version"] >= self.users.get(user["id"], user)["version"]:
                    self.users[user["id"]] = user
            case "UserLeft":
                self.users.pop(message["userId"], None)
            case "FeedReady":
                self.ready += 1
            case "ResyncRequired":
                self.resynced = True

    async def until_ready(self, socket: Socket) -> None:
        """Apply messages until the snapshot or the replay is complete."""
        before = self.ready
        while self.ready == before:
            self.apply_message((await socket.next("f"))["userFeed"])

    async def until(self, socket: Socket, user_id: str, name: str | None) -> None:
        """Apply messages until a user has this name, or has left (None)."""
        while self.users.get(user_id, {}).get("displayName") != name:
            self.apply_message((await socket.next("f"))["userFeed"])


async def created_user(api: Api, admin: Person, name: str) -> str:
    """Create a user; returns the id."""
    query = "mutation($i: CreateUserInput!) { createUser(input: $i) { ... on UserPayload { user { id } } } }"
    email = f"{name.replace(' ', '.').lower()}@example.com"
    created = await api.ask(query, {"i": {"email": email, "displayName": name}}, admin)
    return str(created["createUser"]["user"]["id"])


async def until_sent(api: Api, user_id: str, type_: str) -> None:
    """Wait until a subscription that starts now starts after this user's event, however late the relay numbers it."""
    container = api.server.container

    async def is_sent() -> bool:
        seq = await connection.fetchval(SEQ, UUID(user_id), type_)
        return seq is not None and container.live.cursor >= seq

    async with session(container.core.settings.database_url.dsn) as connection:
        await until(is_sent)
