"""Counts for a dashboard."""

from __future__ import annotations

from uuid import UUID

import strawberry

from domain.cursors import sequence_cursor
from domain.models.user import Status
from domain.services.directory import DirectoryCounts
from schema.context import Info
from schema.marks import SHORT_LIST, price
from schema.node import Role, UserStatus
from schema.scalars import Cursor


@strawberry.type
class RoleCount:
    """How many users have a role."""

    role: Role
    count: int


@strawberry.type
class StatusCount:
    """How many users have a status."""

    status: UserStatus
    count: int


@strawberry.type(description="Counts for a dashboard, with the log position they belong to.")
class DirectoryStats:
    """Counts of the users whom the viewer sees; every role and status is listed, even if its count is zero."""

    total: int
    by_role: list[RoleCount] = strawberry.field(metadata=price(items=SHORT_LIST))
    by_status: list[StatusCount] = strawberry.field(metadata=price(items=SHORT_LIST))
    online: int
    cursor: Cursor = strawberry.field(description="The log's newest position at the time of counting.")

    @classmethod
    def of(cls, counts: DirectoryCounts, epoch: UUID) -> DirectoryStats:
        """Build it from the domain's counts."""
        by = counts.by.items()
        return cls(
            total=sum(counts.by.values()),
            by_role=[RoleCount(role=r, count=sum(n for (role, _), n in by if role is r)) for r in Role],
            by_status=[StatusCount(status=s, count=sum(n for (_, st), n in by if st is s)) for s in Status],
            online=counts.online,
            cursor=Cursor(sequence_cursor(epoch, counts.head)),
        )


@strawberry.type
class StatsQueries:
    """Counts."""

    @strawberry.field
    async def stats(self, info: Info) -> DirectoryStats:
        """Counts of the users whom the viewer sees."""
        context, services = info.context, info.context.services
        return DirectoryStats.of(await services.users.counts(context.viewer, context.at_least), services.epoch)
