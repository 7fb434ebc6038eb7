"""Sessions as the schema shows them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.errors import NotFound
from domain.models import session as domain
from domain.pagination import Page
from schema.connection import PageInfo
from schema.node import Node
from schema.user import Info, User


@strawberry.type(description="One sign-in on one client.")
class Session(Node):
    """A session that the viewer may see."""

    entity: strawberry.Private[domain.Session]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The row's UUID."""
        return strawberry.ID(str(self.entity.id))

    @strawberry.field
    async def user(self, info: Info) -> User:
        """Whose it is."""
        found = await info.context.loaders.user_by_id.load(self.entity.user_id)
        if found is None:
            raise NotFound("The user of this session is gone")
        return User(entity=found)

    @strawberry.field
    def user_agent(self) -> str | None:
        """What the client called itself when it signed in."""
        return self.entity.user_agent

    @strawberry.field
    def ip_address(self) -> str | None:
        """Where the client last refreshed from."""
        return self.entity.ip_address

    @strawberry.field
    def current(self, info: Info) -> bool:
        """Whether this request belongs to it."""
        return info.context.viewer.session_id == self.entity.id

    @strawberry.field
    def created_at(self) -> datetime:
        """When it began."""
        return self.entity.created_at

    @strawberry.field
    def last_seen_at(self) -> datetime:
        """When a request of it last came, to about a minute."""
        return self.entity.last_seen_at

    @strawberry.field
    def expires_at(self) -> datetime:
        """When it ends unless it is refreshed."""
        return self.entity.expires_at


@strawberry.type
class SessionEdge:
    """A session in a list, with its place."""

    cursor: str
    node: Session


def _edges(root: strawberry.Parent[Page[domain.Session]]) -> list[SessionEdge]:
    pairs = zip(root.cursors, root.items, strict=True)
    return [SessionEdge(cursor=c, node=Session(entity=s)) for c, s in pairs]


def _page_info(root: strawberry.Parent[Page[domain.Session]]) -> PageInfo:
    return PageInfo.of(root)


@strawberry.type
class SessionConnection:
    """A page of sessions, newest first; its source is the domain's page."""

    edges: list[SessionEdge] = strawberry.field(resolver=_edges)
    page_info: PageInfo = strawberry.field(resolver=_page_info)
