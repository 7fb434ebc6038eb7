"""Export, import and export again on the real PostgreSQL: the second export equals the first."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.bootstrap.core import Core, open_core
from api.cli.files.events import EventFile, line_of
from api.cli.files.exported import ExportedEvents
from domain.errors import Unavailable
from domain.models.actor import system
from domain.models.event import Audience, Change, Event, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.services.restoring import RestoreRefused, Survey
from domain.services.user import CreateUser
from tests.api.conftest import settings_for
from tests.integration.logs import instance, session, until

EMPTIED = "delete from events; update log_state set last_seq = 0, horizon = 0, ancestors = '[]'"
FORMER = UUID(int=7)
ids = st.integers(1, 5).map(lambda n: UUID(int=n))
texts = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
fields = st.sampled_from(["display_name", "email", "role", "é"])
entries = st.builds(
    Event,
    type=st.sampled_from(EventType),
    subject=st.builds(Subject, st.sampled_from(SubjectKind), ids),
    user_id=st.none() | ids,
    occurred_at=st.datetimes(max_value=datetime(2020, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis requires it
    actor_id=st.none() | ids,
    session_id=st.none() | ids,
    changes=st.lists(st.builds(Change, fields, texts, texts | st.booleans()), max_size=3),
    audience_before=st.none() | st.sampled_from(Audience),
    audience_after=st.none() | st.sampled_from(Audience),
    user_version=st.none() | st.integers(1, 99),
    request_id=texts,
    ip_address=texts,
    id=st.uuids(version=4),
    ord=st.integers(1, 2**40),
)


def exported(events: Sequence[Event], path: Path) -> ExportedEvents:
    """An export of a log with these events."""
    data = b"".join(line_of(event, FORMER) for event in events)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return ExportedEvents(path)


async def restore(core: Core, export: ExportedEvents) -> Survey:
    """Import an export."""
    survey = Survey()
    for event in export:
        survey.add(event)
    batches = ([event] for event in export)
    await core.restoring.restore(system(), survey, batches, lambda _: None)
    return survey


async def export_again(core: Core, path: Path) -> list[Event]:
    """Prune all old events into a file; returns them."""
    state = await core.events.state()
    with closing(EventFile(path, state.epoch)) as file:

        async def keep(pruned: Sequence[Event]) -> None:
            file.append(pruned)

        async for _ in core.retention.prune(system(), 1, keep):
            pass
    return list(ExportedEvents(path))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(entries, min_size=1, max_size=12, unique_by=(lambda e: e.id, lambda e: e.ord)),
    first=st.integers(1, 10**6),
    suffix=st.sampled_from(["ndjson", "ndjson.gz"]),
)
def test_an_export_is_unchanged_after_an_import(
    fresh_database_url: str, redis_url: str, drawn: list[Event], first: int, suffix: str
) -> None:
    events = [replace(event, seq=first + n) for n, event in enumerate(drawn)]

    async def run(folder: Path) -> None:
        async with open_core(settings_for(fresh_database_url, redis_url)) as core:
            async with session(fresh_database_url) as connection:
                await connection.execute(EMPTIED)
            survey = await restore(core, exported(events, folder / f"first.{suffix}"))
            state = await core.events.state()
            assert (state.horizon, state.head) == (first - 1, events[-1].seq)
            again = await export_again(core, folder / f"second.{suffix}")
            assert again == [survey.cleaned(event) for event in events]
            if not survey.erased:
                assert again == events
            # Data that were erased before leave nothing to erase.
            await restore(core, ExportedEvents(folder / f"second.{suffix}"))
            assert await export_again(core, folder / f"third.{suffix}") == again

    with TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


async def test_an_erasure_after_an_export_is_repeated_as_the_log_has_it(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    """The same entries, erased by the service in one case and by importing an earlier export in the other."""
    async with instance(settings_for(fresh_database_url, redis_url)) as one:
        user = (await one.core.users.create(system(), CreateUser("gone@example.com", "Gone Person"))).value
        await until(lambda: one.hub.head == 1)
        async with one.core.store.read() as unit:
            before = list(await unit.events.after(0, 10))
        await one.core.users.erase(system(), user.id)
        await until(lambda: one.hub.head == 2)
        async with one.core.store.read() as unit:
            after = list(await unit.events.after(0, 10))
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        await connection.execute(EMPTIED)
        await restore(core, exported([*before, after[1]], tmp_path / "events.ndjson"))
        async with core.store.read() as unit:
            assert list(await unit.events.after(0, 10)) == after
    assert "gone@example.com" in repr(before)
    assert "gone@example.com" not in repr(after)


async def test_a_log_in_use_is_not_waited_for_and_not_changed(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    made = exported([event_at(1), event_at(2)], tmp_path / "events.ndjson")
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        async with session(fresh_database_url) as other, other.transaction():
            await other.execute("lock table events in row exclusive mode")
            with pytest.raises(Unavailable):
                await restore(core, made)
        await restore(core, made)
        with pytest.raises(RestoreRefused, match="empty log"):
            await restore(core, made)
        assert await connection.fetchval("select count(*) from events") == 2


async def test_one_event_that_cannot_be_stored_refuses_all(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    twin = replace(event_at(3), id=event_at(1).id)
    strange = replace(event_at(3), changes=[Change("a\0", None, None)])
    async with (
        open_core(settings_for(fresh_database_url, redis_url)) as core,
        session(fresh_database_url) as connection,
    ):
        for bad, words in ((twin, "another event has it too"), (strange, "the log cannot store")):
            made = exported([event_at(1), event_at(2), bad], tmp_path / "events.ndjson")
            with pytest.raises(RestoreRefused, match=words):
                await restore(core, made)
            assert await connection.fetchval("select count(*) from events") == 0
            assert (await core.events.state()).head == 0


async def test_later_events_continue_after_the_imported_ones(
    fresh_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    made = exported([event_at(41), event_at(42)], tmp_path / "events.ndjson")
    settings = settings_for(fresh_database_url, redis_url)
    async with open_core(settings) as core, session(fresh_database_url) as connection:
        before = (await core.events.state()).epoch
        await restore(core, made)
        assert (await core.events.state()).epoch != before, "before a relay can begin one for another database"
        async with instance(settings) as one:
            await one.core.users.create(system(), CreateUser("next@example.com", "Next"))
            await until(lambda: one.hub.head == 43)
        rows = await connection.fetch("select seq, ord from events order by ord")
        assert [row["seq"] for row in rows] == [41, 42, 43], "insertion numbers continue as well"
        state = await core.events.state()
        assert state.shared_head(FORMER.hex[:8]) is None, "positions of the log of the export are refused"


def event_at(seq: int) -> Event:
    """An event with this number."""
    about, long_ago = Subject(SubjectKind.USER, UUID(int=1)), datetime(2020, 1, 1, tzinfo=UTC)
    return Event(EventType.USER_UPDATED, about, about.id, long_ago, id=UUID(int=seq), seq=seq, ord=seq * 10)
