"""`node` and `nodes`: objects by their id."""

from __future__ import annotations

import strawberry

from domain.errors import ValidationFailed
from schema.context import Info
from schema.node import Node, as_node
from schema.scalars import uuid_of

NODES_MAX = 100


@strawberry.type
class NodeQueries:
    """Reads by id."""

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        """The object with this id; null if there is none or the viewer may not see it."""
        info.context.viewer  # noqa: B018 - raises without a session
        return await _node(info, id)

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        """The objects with these ids, in the same order; at most 100 ids."""
        info.context.viewer  # noqa: B018 - raises without a session
        if len(ids) > NODES_MAX:
            raise ValidationFailed.one("ids", f"At most {NODES_MAX} ids at once", len(ids))
        uuids = [uuid_of(i) for i in ids]
        found = await info.context.loaders.node_by_id.load_many([u for u in uuids if u is not None])
        rest = iter(found)
        return [None if u is None else _shown(info, next(rest)) for u in uuids]


async def _node(info: Info, text: str) -> Node | None:
    key = uuid_of(text)
    return None if key is None else _shown(info, await info.context.loaders.node_by_id.load(key))


def _shown(info: Info, found: object) -> Node | None:
    return None if found is None else as_node(info, found)
