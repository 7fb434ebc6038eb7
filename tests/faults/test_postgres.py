"""Real failures of PostgreSQL: no acknowledged write is lost, refusals are clean, streams continue, everything recovers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN
from tests.faults.work import Duo, Work, at_work, codes, duo, health, metric

ANSWER_SECONDS = 25.0
"""No response takes longer: a connection is waited for five seconds at most, and no statement for DATABASE_WRITE_SECONDS."""
END_ALL = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'rollcall'"
BACKENDS = "select array_agg(pid) from pg_stat_activity where usename = 'rollcall'"
ANY_OF = "select exists (select from pg_stat_activity where pid = any($1::int[]))"
READ_ONLY = "alter system set default_transaction_read_only = on"
WRITABLE = "alter system reset default_transaction_read_only"
FEED = "subscription($search: String) { userFeed(search: $search) { ... on UserEntered { user { displayName } } ... on UserChanged { user { displayName } } } }"
OWN = """subscription($user: ID) { userEvents(filter: {userId: $user}) {
  ... on Event { user { displayName lastSeenAt } actor { displayName } } } }"""
RELOAD = "select pg_reload_conf()"


@pytest.fixture(scope="module")
def place() -> Iterator[Duo]:
    """Two instances; both have recovered after each test."""
    with duo() as running:
        yield running


@pytest.fixture
async def work(place: Duo) -> AsyncIterator[Work]:
    """Three writers and a reader at each instance, and watchers whose feeds query the database at each event."""
    async with at_work(place, writers=3) as running:
        await running.watch(FEED, search=running.writers[0].name)
        await running.watch(OWN, user=running.writers[0].user_id)
        await running.more(5)
        yield running


async def run(place: Duo, *statements: str) -> Any:
    """Run statements as the superuser, each in its own transaction; returns the value of the last one."""
    connection = await asyncpg.connect(place.engines.postgres.address("rollcall", "postgres"))
    try:
        return [await connection.fetchval(s) for s in statements][-1]
    finally:
        await connection.close()


async def end_all(place: Duo, work: Work) -> None:
    """End every connection; returns once the server has closed them and both instances have noticed.

    A backend reports its end before it closes the connection; what arrives in between is refused, as during a write.
    """
    connection = await asyncpg.connect(place.engines.postgres.address("rollcall", "postgres"))
    try:
        ended = await connection.fetchval(BACKENDS)
        await connection.execute(END_ALL)

        async def closed() -> bool:
            return not await connection.fetchval(ANY_OF, ended)

        await work.until(closed)
    finally:
        await connection.close()
    await work.until(partial(healthy, work))


async def refused(work: Work, count: int = 3) -> None:
    """Return once each writer has been refused this often."""
    wanted = {w: len(w.refused) + count for w in work.writers}
    await work.until(lambda: all(len(w.refused) >= n for w, n in wanted.items()))


async def any_refused(work: Work, count: int = 3) -> None:
    """Return once the writers together have been refused this often: if some connections are left, some writers get one."""
    wanted = sum(len(w.refused) for w in work.writers) + count
    await work.until(lambda: sum(len(w.refused) for w in work.writers) >= wanted)


async def assert_unavailable(work: Work) -> None:
    """Assert that each instance reports it through every interface."""
    for api in work.apis:
        path = f"/api/v1/users/{work.admin.id}"
        put = await api.rest("PUT", path, work.admin, json={"display_name": "Never"})
        assert codes(put) == (503, "UNAVAILABLE")
        assert put.headers["retry-after"] == "1"
        entered = await api.graphql(SIGN_IN, {"email": ADMIN, "password": PASSWORD})
        assert entered["errors"][0]["extensions"]["code"] == "UNAVAILABLE", entered


async def one_leader_reported(work: Work) -> bool:
    """Whether one of the relays is reported as the leader."""
    return sum([await metric(api, "relay_leading") for api in work.apis]) == 1


async def healthy(work: Work) -> bool:
    """Whether both instances report it."""
    return all([(await health(api))["status"] == "healthy" for api in work.apis])


async def until_recovered(work: Work) -> None:
    """Wait until everything has recovered, and compare every stream with the log."""
    place = work.duo
    await work.until(place.one_leads)
    await work.until(partial(one_leader_reported, work))
    await work.until(partial(healthy, work))
    for api in work.apis:
        await api.sign_in(ADMIN, PASSWORD)
    await work.more(5)
    await work.all_received()
    await work.assert_complete()
    for writer in work.writers:
        assert writer.slowest < ANSWER_SECONDS
        for answer in writer.refused:
            assert [e["extensions"]["code"] for e in answer["errors"]] == ["UNAVAILABLE"], answer
            assert answer.get("data") is None, answer


async def test_postgres_is_killed_during_writes(place: Duo, work: Work) -> None:
    for _ in range(2):
        await asyncio.to_thread(place.engines.postgres.kill)
        try:
            await refused(work)
            await assert_unavailable(work)
            for api in work.apis:
                assert (await health(api))["checks"]["database"] is False
        finally:
            await asyncio.to_thread(place.engines.postgres.start)
        await work.more(5)
        await work.all_received()
    await until_recovered(work)


async def test_every_connection_is_ended_repeatedly(place: Duo, work: Work) -> None:
    for _ in range(6):
        assert await run(place, END_ALL) >= 2
        await work.more(3)
    await work.all_received()
    await until_recovered(work)


async def test_unused_connections_that_end_are_not_noticed(place: Duo) -> None:
    async with at_work(place, writers=3) as work:
        await work.more(5)
        await work.assert_complete()
        await end_all(place, work)
        await work.until(place.one_leads)
        for writer in work.writers:
            await writer.write()
            assert not writer.refused


async def test_an_unexpected_schema_is_waited_out(place: Duo) -> None:
    async with at_work(place) as work:
        await work.more()
        await work.assert_complete()
        await run(place, "alter table users rename to users_elsewhere")
        try:
            await run(
                place,
                "insert into events (type, subject_kind, subject_id, user_id) select 'user_updated', 'user', id, id from gen_random_uuid() id",
            )
            log = place.engines.postgres.log
            await work.until(lambda: log.read_text().count('relation "users" does not exist') >= 4)
        finally:
            await run(place, "alter table users_elsewhere rename to users")
        await work.assert_complete()


async def test_read_only(place: Duo, work: Work) -> None:
    await run(place, READ_ONLY, RELOAD)
    try:
        await refused(work)
        await assert_unavailable(work)
        for api in work.apis:
            assert (await api.ask("{ me { email } }", by=work.admin))["me"]["email"] == ADMIN, "reading continues"
        await work.until(lambda: not any(c.relay.leading for c in place.containers))
    finally:
        await run(place, WRITABLE, RELOAD)
    await work.more(5)
    await work.all_received()
    await until_recovered(work)


@pytest.mark.parametrize("limit", [0, 4])
async def test_no_more_connections(place: Duo, work: Work, limit: int) -> None:
    await run(place, f"alter role rollcall connection limit {limit}", END_ALL)
    try:
        if limit == 0:
            await refused(work)
            await assert_unavailable(work)
        else:
            await any_refused(work)
    finally:
        await run(place, "alter role rollcall connection limit -1")
    await work.more(5)
    await work.all_received()
    await until_recovered(work)
