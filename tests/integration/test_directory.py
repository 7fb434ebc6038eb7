"""The repositories on the real PostgreSQL: pages, search, races, import, lost connections."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from api.bootstrap.core import Core
from api.logs import strike_text
from api.settings import Settings
from domain.errors import IdempotencyMismatch, LastAdmin, Taken, Unavailable, ValidationFailed, VersionConflict
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import Count, UserFilter, UserQuery, UserSort
from domain.models.event_types import EventType
from domain.models.relevance import parse_search
from domain.models.text import fold
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.importing import ImportRow
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from persistence.errors import translated
from persistence.user_table import users
from tests.api.conftest import settings_for
from tests.integration.signing import signing_core


@pytest.fixture
def settings(fresh_database_url: str, redis_url: str) -> Settings:
    """Settings for a database of the test's own."""
    return settings_for(fresh_database_url, redis_url)


@pytest.fixture
async def core(settings: Settings) -> AsyncIterator[Core]:
    """The services on that database."""
    async with signing_core(settings) as opened:
        yield opened


async def make(core: Core, name: str, email: str = "", role: Role = Role.MEMBER) -> User:
    email = email or f"{fold(name).replace(' ', '.')}-{uuid4().hex[:6]}@example.com"
    return (await core.users.create(system(), CreateUser(email, name, role))).value


async def found(core: Core, search: str, actor: Actor | None = None) -> list[str]:
    """The names that a search finds."""
    query = core.users.query(actor or system(), Window(100), search)
    page = await core.users.page(query)
    assert len(page.items) == (await core.users.count(query)).value
    matches = await core.users.matching(query, page.items)
    assert all(matches), "the feed must agree with the page"
    return sorted(u.display_name for u in page.items)


async def test_twenty_sign_ups_of_one_address_in_different_spellings_create_one_account(core: Core) -> None:
    spellings = [
        "ada@example.com",
        "ADA@Example.com",
        " ada@example.com ",
        "ａｄａ@example.com",
        "a\u200bda@example.com",
    ]

    async def sign_up(email: str) -> bool:
        try:
            await core.sessions.sign_up(Origin(), SignUp(email, "correct horse battery", "Ada"))
        except Taken:
            return False
        return True

    results = await asyncio.gather(*(sign_up(e) for e in spellings * 4))
    assert results.count(True) == 1
    assert await core.users.count(core.users.query(system())) == Count(1)


async def test_the_row_of_a_violation_is_not_logged(core: Core) -> None:
    row = {"email": "erased@example.com", "display_name": "X", "name_key": "x", "role": "nobody"}
    with pytest.raises(IntegrityError) as raised:
        async with core.database.primary.connect() as connection:
            await connection.execute(insert(users).values(row))
    said = "".join(traceback.format_exception(raised.value))
    assert "erased@example.com" in said
    assert "erased@example.com" not in strike_text(said)
    assert "ck_users_role" in strike_text(said)


async def test_a_violated_constraint_raises_the_error_that_its_table_names(core: Core) -> None:
    user = await make(core, "First")
    row = {"email": user.email, "display_name": "X", "name_key": "x", "role": "member"}
    with pytest.raises(Taken) as taken, translated():
        async with core.database.primary.connect() as connection:
            await connection.execute(insert(users).values(row))
    assert (taken.value.field, taken.value.code) == ("email", "EMAIL_TAKEN")
    with pytest.raises(IntegrityError), translated():
        async with core.database.primary.connect() as connection:
            await connection.execute(insert(users).values({**row, "id": user.id, "email": "other@example.com"}))


async def test_two_admins_who_demote_each_other_at_once_leave_one(core: Core) -> None:
    one, two = await make(core, "One", role=Role.ADMIN), await make(core, "Two", role=Role.ADMIN)
    for admin in (one, two):
        await core.users.update(system(), UpdateUser(admin.id, password="a password of theirs"))

    async def demote(actor: User, subject: User) -> bool:
        try:
            await core.users.update(Actor(actor.id, Role.ADMIN), UpdateUser(subject.id, role=Role.MEMBER))
        except LastAdmin:
            return False
        return True

    assert sorted(await asyncio.gather(demote(one, two), demote(two, one))) == [False, True]


@pytest.mark.parametrize("sort", list(UserSort))
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
async def test_paging_returns_each_remaining_user_once_while_others_are_added_and_removed(
    core: Core, sort: UserSort, descending: bool, backward: bool
) -> None:
    rows = [ImportRow(i, f"u{i}@example.com", f"Name {i % 7}", "") for i in range(60)]
    await core.imports.import_batch(system(), rows)
    all_users = {u.email: u for u in (await core.users.page(core.users.query(system(), Window(100)))).items}
    staying = {u.id for e, u in all_users.items() if int(e[1:].partition("@")[0]) % 3}
    leaving = [u for u in all_users.values() if u.id not in staying]
    seen: list[User] = []
    cursor: str | None = None
    for step in range(100):
        window = Window.of(last=7, before=cursor) if backward else Window.of(7, cursor)
        search = parse_search("name") if sort is UserSort.RELEVANCE else None
        page = await core.users.page(UserQuery(window, search, sort=sort, descending=descending))
        seen += page.items[::-1] if backward else page.items
        if not (page.has_previous if backward else page.has_next):
            break
        cursor = page.cursors[0] if backward else page.cursors[-1]
        await make(core, f"Name Newcomer {step}")
        if leaving:
            await core.users.erase(system(), leaving.pop().id)
    ids = [u.id for u in seen]
    assert len(ids) == len(set(ids))
    assert staying <= set(ids)


async def test_search_finds_prefixes_substrings_and_typing_errors(core: Core) -> None:
    for name in ("José García", "Amélie Lefèvre", "Søren Larsen", "Nakamura Haruto"):
        await make(core, name)
    assert await found(core, "jose") == ["José García"]
    assert await found(core, "arcí") == ["José García"]
    assert await found(core, "lefevre") == ["Amélie Lefèvre"]
    assert await found(core, "nakamrua") == ["Nakamura Haruto"]
    assert "Nakamura Haruto" in await found(core, "n")
    assert await found(core, "zzzzqq") == []


@pytest.mark.parametrize(
    "text", ["%", "_", "\\", ":", "&", "|", "!", "(", ")", "*", "'", '"', "a:*", "%_%", "<->", "x' or 1=1"]
)
async def test_special_characters_are_searched_as_text(core: Core, text: str) -> None:
    await make(core, "Plain Person", "plain@example.org")
    await make(core, f"Odd {text} Person", "odd@example.org")
    assert await found(core, f"odd {text}") == [f"Odd {text} Person"]
    assert f"Odd {text} Person" in await found(core, text)


async def test_a_search_with_nul_is_answered(core: Core) -> None:
    await make(core, "Plain Person")
    assert await found(core, "pla\0in") in (["Plain Person"], [])


async def test_a_viewer_who_sees_no_email_cannot_search_by_it(core: Core) -> None:
    user = await make(core, "Quiet Person", "secretive@example.net")
    member = Actor((await make(core, "Member")).id, Role.MEMBER)
    assert await found(core, "secretive") == ["Quiet Person"]
    assert await found(core, "secretive", member) == []
    page = await core.users.page(core.users.query(member, Window(100), sort=UserSort.EMAIL))
    assert user.id in {u.id for u in page.items}


async def test_filters(core: Core) -> None:
    user = await make(core, "Filtered")
    await core.users.set_status(system(), user.id, Status.DISABLED)
    now = datetime.now(UTC)
    for wanted, expected in (
        (UserFilter(status=frozenset({Status.DISABLED})), 1),
        (UserFilter(status=frozenset()), 0),
        (UserFilter(role=frozenset({Role.ADMIN})), 0),
        (UserFilter(email_verified=True), 0),
        (UserFilter(created_after=now - timedelta(hours=1), created_before=now + timedelta(hours=1)), 1),
        (UserFilter(online=True), 0),
    ):
        assert await core.users.count(core.users.query(system(), filter_=wanted)) == Count(expected)


async def test_a_stale_version_is_refused_with_the_current_row(core: Core) -> None:
    user = await make(core, "First")
    await core.users.update(system(), UpdateUser(user.id, display_name="Second"))
    with pytest.raises(VersionConflict) as conflict:
        await core.users.update(system(), UpdateUser(user.id, display_name="Third", expected_version=user.version))
    assert isinstance(conflict.value.current, User)
    assert conflict.value.current.display_name == "Second"


async def test_an_idempotency_key_creates_one_user(core: Core) -> None:
    command = CreateUser("idem@example.com", "Idem", idempotency_key="k1")
    results = await asyncio.gather(*(core.users.create(system(), command) for _ in range(5)))
    assert len({(r.value.id, r.position) for r in results}) == 1
    with pytest.raises(IdempotencyMismatch):
        await core.users.create(system(), CreateUser("other@example.com", "Idem", idempotency_key="k1"))


async def test_erasing_leaves_no_personal_data(core: Core, settings: Settings) -> None:
    user = await make(core, "Erased Person", "erased@example.com")
    await core.users.update(system(), UpdateUser(user.id, display_name="Erased Again"))
    await core.users.erase(system(), user.id)
    connection = await asyncpg.connect(settings.database_url.dsn)
    rows = [
        str(r)
        for t in ("users", "user_words", "words", "sessions", "events")
        for r in await connection.fetch(f"select * from {t}")  # noqa: S608
    ]
    types = [r["type"] for r in await connection.fetch("select type from events order by ord")]
    await connection.close()
    assert not [r for r in rows if "rased" in r.replace("user_erased", "")]
    assert types == [EventType.USER_CREATED, EventType.USER_UPDATED, EventType.USER_ERASED]


def rows(*imported: tuple[str, str, str]) -> Sequence[ImportRow]:
    """Rows of an import."""
    return [ImportRow(i, *p) for i, p in enumerate(imported, 2)]


async def test_an_import_refuses_single_rows_and_may_be_repeated(core: Core, settings: Settings) -> None:
    imported = rows(
        ("a@example.com", "A", "member"),
        ("A@EXAMPLE.com", "Again", ""),
        ("nonsense", "B", ""),
        ("c@example.com", "", ""),
        ("d@example.com", "D", "king"),
        ("e@example.com", "E", "AUDITOR"),
    )
    dry = await core.imports.import_batch(system(), imported, dry_run=True)
    assert await core.users.count(core.users.query(system())) == Count(0)
    first = await core.imports.import_batch(system(), imported)
    assert (first.created, first.updated) == (dry.created, dry.updated) == (2, 0)
    assert [(r.line, r.field) for r in first.refused] == [(3, "email"), (4, "email"), (5, "display_name"), (6, "role")]
    again = await core.imports.import_batch(system(), imported)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = await core.imports.import_batch(system(), rows(("e@example.com", "E2", "member")))
    assert changed.updated == 1
    connection = await asyncpg.connect(settings.database_url.dsn)
    types = [r["type"] for r in await connection.fetch("select type from events order by ord")]
    await connection.close()
    assert types == ["user_created", "user_created", "user_updated", "user_role_changed"]


async def test_after_a_killed_backend_the_database_is_unavailable_and_then_recovers(
    core: Core, settings: Settings
) -> None:
    await make(core, "Before")
    connection = await asyncpg.connect(settings.database_url.dsn)
    async with core.store.write() as unit:
        await unit.users.count_other_active_admins(uuid4())
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rollcall' and datname = current_database()"
        )
        with pytest.raises(Unavailable):
            await _translated(unit.users.counts())
    for _ in range(20):
        try:
            await make(core, "After")
            break
        except Unavailable:
            continue
    else:
        pytest.fail("the pool did not recover")
    await connection.close()


async def _translated(work: object) -> None:
    with translated():
        await work  # type: ignore[misc]


async def test_an_invalid_cursor_is_refused(core: Core) -> None:
    for cursor in ("", "nonsense", "WyJjcmVhdGVkX2F0LWFzYyIsIm5vdGltZSIsIjEiXQ"):
        with pytest.raises(ValidationFailed):
            await core.users.page(core.users.query(system(), Window(after=cursor)))
