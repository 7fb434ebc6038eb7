"""Pages of every noun: `Connection[X]` is served as XConnection, `Edge[X]` as XEdge (GraphQL Cursor Connections)."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import strawberry

from domain.pagination import PAGE_DEFAULT, Page, Window
from schema.context import Info
from schema.marks import LOGGED
from schema.node import as_node, given

N = TypeVar("N")


@strawberry.type
class PageInfo:
    """The position of a page in its list."""

    has_next_page: bool = strawberry.field(metadata=LOGGED)
    has_previous_page: bool = strawberry.field(metadata=LOGGED)
    start_cursor: str | None = strawberry.field(metadata=LOGGED)
    end_cursor: str | None = strawberry.field(metadata=LOGGED)

    @classmethod
    def of(cls, page: Page[Any]) -> PageInfo:
        """The information of a page."""
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )


@strawberry.type
class Edge(Generic[N]):
    """An item of a list, with its cursor."""

    cursor: str = strawberry.field(metadata=LOGGED)
    node: N = strawberry.field(metadata=LOGGED)


@strawberry.type
class Connection(Generic[N]):
    """A page of entities, which `as_node` turns into nodes of the schema.

    The services have already removed what the viewer may not see.
    """

    page: strawberry.Private[Page[Any]]

    @strawberry.field(metadata=LOGGED)
    def edges(self, info: Info) -> list[Edge[N]]:
        """The items of the page, in order."""
        page = self.page
        return [Edge(cursor=c, node=as_node(info, e)) for c, e in zip(page.cursors, page.items, strict=True)]

    @strawberry.field(metadata=LOGGED)
    def page_info(self) -> PageInfo:
        """The position of the page in its list."""
        return PageInfo.of(self.page)


def window_of(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window of a field whose `first` defaults to PAGE_DEFAULT; a given `last` overrides that default.

    Raises ValidationFailed for a size outside 1 to 100 and for any other `first` together with `last`.
    """
    backward = given(last) is not None and first == PAGE_DEFAULT
    return Window.of(None if backward else first, given(after), given(last), given(before))
