"""Pages of every noun: `Connection[X]` is served as XConnection, `Edge[X]` as XEdge (GraphQL Cursor Connections)."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import strawberry

from domain.pagination import PAGE_DEFAULT, Page, Window
from schema.context import Info
from schema.node import as_node, given

N = TypeVar("N")


@strawberry.type
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None

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

    cursor: str
    node: N


@strawberry.type
class Connection(Generic[N]):
    """A page of entities, which `as_node` turns into what the schema shows of them.

    The page holds only what its viewer may see: the services see to that.
    """

    page: strawberry.Private[Page[Any]]

    @strawberry.field
    def edges(self, info: Info) -> list[Edge[N]]:
        """The items of the page, in order."""
        page = self.page
        return [Edge(cursor=c, node=as_node(info, e)) for c, e in zip(page.cursors, page.items, strict=True)]

    @strawberry.field
    def page_info(self) -> PageInfo:
        """Where the page stands in its list."""
        return PageInfo.of(self.page)


def window_of(first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window of a field whose `first` has PAGE_DEFAULT as its default, which gives way to a `last`.

    Raises ValidationFailed for a size outside 1 to 100 and for another `first` together with `last`.
    """
    backward = given(last) is not None and first == PAGE_DEFAULT
    return Window.of(None if backward else first, given(after), given(last), given(before))
