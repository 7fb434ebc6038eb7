"""An export, page by page: what the command line and v1 have in common."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from api.files.reader import Form
from api.files.writer import UserWriter
from domain.models.actor import Actor
from domain.models.directory import CsvLines, UserFilter, UserQuery, UserSort
from domain.models.user import Status, User
from domain.pagination import PAGE_MAX, Window
from domain.services.directory import DirectoryService

PRESENT = frozenset(Status) - {Status.DELETED}
"""The statuses of an export that names none: deleted users are left out."""
PART = 1000
"""Users that are read at once; of a search a page, because its users are read several times."""
LINES_PART = 5000
"""Users whose lines the database writes at once: rewriting their times holds the event loop for 5 ms."""


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
    window = Window(PART if search is None else PAGE_MAX)
    query = directory.query(actor, window, search, filter_, sort, descending=descending)
    parts = _Parts(directory, actor, form, query, hashes=hashes)
    part = await parts.after(None)
    yield parts.writer.header(), 0
    while True:
        yield part.text, part.count
        if part.end is None:
            return
        part = await parts.after(part.end)


class _Parts:
    """Pages of users as text: lines that the database writes, where it can, or else those of users who are read."""

    def __init__(
        self, directory: DirectoryService, actor: Actor, form: Form, query: UserQuery, *, hashes: bool
    ) -> None:
        self._directory, self._actor, self._query, self._hashes = directory, actor, query, hashes
        self._by_database = form is Form.CSV and not hashes
        self.writer = UserWriter(form, actor, hashes=hashes)

    async def after(self, cursor: str | None) -> CsvLines:
        """The part that follows a cursor."""
        if self._by_database:
            query = replace(self._query, window=Window(LINES_PART, after=cursor))
            if (lines := await self._directory.csv_lines(self._actor, query)) is not None:
                return lines
        page = await self._directory.page(replace(self._query, window=Window(self._query.window.size, after=cursor)))
        known = await self._hashes_of(page.items) if self._hashes else None
        end = page.cursors[-1] if page.has_next else None
        return CsvLines(self.writer.lines(page.items, known), len(page.items), end)

    async def _hashes_of(self, users: Sequence[User]) -> Mapping[UUID, str]:
        return await self._directory.password_hashes(self._actor, [user.id for user in users])
