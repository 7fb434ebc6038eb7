"""An export, page by page: what the command line and v1 have in common."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from api.files.reader import Form
from api.files.writer import UserWriter
from domain.models.actor import Actor
from domain.models.directory import UserFilter, UserSort
from domain.models.user import Status
from domain.pagination import PAGE_MAX, Window
from domain.services.directory import DirectoryService

PRESENT = frozenset(Status) - {Status.DELETED}
"""The statuses of an export that names none: deleted users are left out."""
PART = 1000
"""Users that are read at once; of a search a page, because its users are read several times."""


async def export_users(
    directory: DirectoryService,
    actor: Actor,
    form: Form,
    *,
    search: str | None = None,
    filter_: UserFilter | None = None,
    sort: UserSort | None = None,
    descending: bool = False,
    hashes: bool = False,
) -> AsyncGenerator[tuple[str, int], None]:
    """The text of the file in parts, each with how many users it has; the first is the header.

    A user who changes meanwhile is in it as they were when their page was read. Raises ValidationFailed, Unavailable,
    and Forbidden for hashes that the actor may not read.
    """
    filter_ = filter_ or UserFilter()
    filter_ = filter_ if filter_.status is not None else replace(filter_, status=PRESENT)
    size = PART if search is None else PAGE_MAX
    query = directory.query(actor, Window(size), search, filter_, sort, descending=descending)
    writer = UserWriter(form, actor, hashes=hashes)
    page = await directory.page(query)
    yield writer.header(), 0
    while True:
        known = await directory.password_hashes(actor, [u.id for u in page.items]) if hashes else None
        yield writer.lines(page.items, known), len(page.items)
        if not page.has_next:
            return
        query = replace(query, window=Window(size, after=page.cursors[-1]))
        page = await directory.page(query)
