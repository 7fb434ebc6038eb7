"""Users in the schema, and the queries for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import strawberry
from graphql import GraphQLError

from domain import policies
from domain.models import user as domain
from domain.models.directory import Count, UserFilter, UserQuery
from domain.pagination import Window
from schema.connection import Connection
from schema.context import Info
from schema.marks import LOADED_ROW_COST, LOGGED, price, shows_users
from schema.node import Node, Role, UserSortField, UserStatus, given, shows
from schema.scalars import uuid_of


@strawberry.type(
    description="A person or a service in the directory.\n"
    "A member sees active users; an auditor and an admin see every status."
)
class User(Node):
    """A user as the viewer sees them: of these fields, `email`, `canSignIn` and `hasPassword` depend on the viewer.

    Other nouns add their lists to it (`add_fields` in schema/root.py), so that nouns depend on each other in one order.
    """

    entity: strawberry.Private[domain.User]

    @strawberry.field(metadata=LOGGED)
    def email(self, info: Info) -> str | None:
        """The e-mail address; auditors and admins see everyone's, members only their own and otherwise null."""
        return self.entity.email if policies.can_see_email(info.context.person, self.entity.id) else None

    @strawberry.field(metadata=LOGGED)
    def display_name(self) -> str:
        """The name as shown to others."""
        return self.entity.display_name

    @strawberry.field(metadata=LOGGED)
    def role(self) -> Role:
        """What the user may do."""
        return self.entity.role

    @strawberry.field(metadata=LOGGED)
    def status(self) -> UserStatus:
        """Whether the user may sign in."""
        return self.entity.status

    @strawberry.field
    def online(self, info: Info) -> bool:
        """Whether the user is online: has an open WebSocket on any client."""
        return self.entity.id in info.context.services.presence.online_ids()

    @strawberry.field
    def last_seen_at(self) -> datetime | None:
        """When the user last made a request, accurate to about a minute."""
        return self.entity.last_seen_at

    @strawberry.field(metadata=LOGGED)
    def email_verified_at(self) -> datetime | None:
        """When the e-mail address was verified; null if it is not."""
        return self.entity.email_verified_at

    @strawberry.field(metadata=LOGGED)
    def can_sign_in(self, info: Info) -> bool | None:
        """Whether there is any way to sign in as this user; for auditors and admins and the user's own, otherwise null."""
        return self.entity.can_sign_in if policies.can_see_access(info.context.person, self.entity.id) else None

    @strawberry.field(metadata=price(cost=LOADED_ROW_COST))
    async def has_password(self, info: Info) -> bool | None:
        """Whether they sign in with one; the user's own, and for admins, otherwise null."""
        return await info.context.loaders.by_user(info.context.services.users.have_password).load(self.entity.id)

    @strawberry.field(metadata=LOGGED)
    def created_at(self) -> datetime:
        """When the user was created."""
        return self.entity.created_at

    @strawberry.field(metadata=LOGGED)
    def updated_at(self) -> datetime:
        """When the user was last changed."""
        return self.entity.updated_at

    @strawberry.field(metadata=LOGGED)
    def version(self) -> int:
        """Increases by one with every change; send it back as expectedVersion."""
        return self.entity.version


@shows(domain.User)
def _node(_: Info, user: domain.User) -> User:
    return User(entity=user)


@strawberry.type
class UserConnection(Connection[User]):
    """A page of users, with their total count."""

    query: strawberry.Private[UserQuery]

    @strawberry.field(metadata=LOGGED)
    async def total_count(self, info: Info) -> int:
        """How many users match, counted only if it is selected: exactly up to 10,000 and wherever that costs little, otherwise an estimate."""
        return (await self._count(info)).value

    @strawberry.field(metadata=LOGGED)
    async def total_count_exact(self, info: Info) -> bool:
        """Whether totalCount is exact."""
        return (await self._count(info)).exact

    async def _count(self, info: Info) -> Count:
        count = await info.context.loaders.count_by_query.load(self.query.whole)
        return count.with_at_least(self.page.known)


@strawberry.enum
class SortDirection(StrEnum):
    """Whether the smallest or the largest value comes first."""

    ASC = "asc"
    DESC = "desc"


@strawberry.input(name="UserFilter")
class UserFilterInput:
    """Which users are included; omitted fields do not filter."""

    status: list[UserStatus] | None = strawberry.UNSET
    role: list[Role] | None = strawberry.UNSET
    online: bool | None = strawberry.UNSET
    email_verified: bool | None = strawberry.UNSET
    created_after: datetime | None = strawberry.UNSET
    created_before: datetime | None = strawberry.UNSET
    email: str | None = strawberry.UNSET
    can_sign_in: bool | None = strawberry.UNSET


def _set(values: Sequence[Any] | None) -> frozenset[Any] | None:
    found = given(values)
    return None if found is None else frozenset(found)


def filter_of(input_: UserFilterInput | None) -> UserFilter:
    """The domain's filter."""
    input_ = given(input_)
    if input_ is None:
        return UserFilter()
    return UserFilter(
        status=_set(input_.status),
        role=_set(input_.role),
        online=given(input_.online),
        email_verified=given(input_.email_verified),
        created_after=given(input_.created_after),
        created_before=given(input_.created_before),
        email=given(input_.email),
        can_sign_in=given(input_.can_sign_in),
    )


@strawberry.input
class UserOrder:
    """The sort order; the id breaks ties."""

    field: UserSortField
    direction: SortDirection = SortDirection.ASC


@strawberry.type
class UserQueries:
    """Reads of the directory."""

    @strawberry.field(metadata=shows_users("id"))
    async def user(self, info: Info, id: strawberry.ID) -> User | None:
        """One user; null if there is none or the viewer may not see them."""
        info.context.viewer  # noqa: B018 - raises without a session
        key = uuid_of(id)
        found = None if key is None else await info.context.loaders.user_by_id.load(key)
        return None if found is None else User(entity=found)

    @strawberry.field(
        metadata=shows_users(unless=("online", "LAST_SEEN_AT")),
        description="A page of the directory. `search` finds whole names and e-mail addresses, beginnings and parts of "
        "their words, best first, and tolerates typing errors where it finds little else. Viewers who may not see e-mail "
        "addresses search and sort by names only.",
    )
    async def users(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
        search: str | None = strawberry.UNSET,
        filter: UserFilterInput | None = strawberry.UNSET,
        order_by: UserOrder | None = strawberry.UNSET,
    ) -> UserConnection:
        """A page of the directory."""
        context, order = info.context, given(order_by)
        window = Window.of(given(first), given(after), given(last), given(before))
        if order and order.field is UserSortField.RELEVANCE and not given(search):
            raise GraphQLError("Only a search can be sorted by RELEVANCE", extensions={"code": "BAD_USER_INPUT"})
        query = context.services.users.query(
            context.viewer,
            window,
            given(search),
            filter_of(filter),
            order.field if order else None,
            descending=order is not None and order.direction is SortDirection.DESC,
        )
        return UserConnection(page=await context.services.users.page(query, context.at_least), query=query)
