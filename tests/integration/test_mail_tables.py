"""The queue of mails and the links over PostgreSQL: two instances, locks, leases, cascades."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.bootstrap.core import Core, open_core
from api.settings import Settings
from domain.models.actor import Origin, system
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.link import Link, LinkKind
from domain.models.mail import LEASE, Mail, MailKind, MailRequest
from domain.models.user import User
from domain.services.email_change import forget_address
from domain.services.user import CreateUser, UpdateUser
from tests.api.conftest import settings_for

NOW = datetime(2026, 11, 27, 14, 30, 0, 123456, tzinfo=UTC)
TYPES = {EventType.PASSWORD_RESET_REQUESTED}


@pytest.fixture
def settings(fresh_database_url: str, redis_url: str) -> Settings:
    return settings_for(fresh_database_url, redis_url)


@pytest.fixture
async def core(settings: Settings) -> AsyncIterator[Core]:
    async with open_core(settings) as opened:
        yield opened


async def user(core: Core) -> User:
    return (await core.users.create(system(), CreateUser(f"{uuid4().hex}@example.com", "Somebody"))).value


async def fetch(settings: Settings, statement: str, *values: object) -> list[Any]:
    """The rows of a statement."""
    connection = await asyncpg.connect(settings.database_url.dsn)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def number_events(settings: Settings) -> None:
    """Give the events their numbers, as the relay does."""
    await fetch(settings, "update events set seq = ord")
    await fetch(settings, "update log_state set last_seq = (select max(ord) from events)")


def mail_to(owner: UUID, user_id: UUID | None = None) -> Mail:
    return Mail(uuid4(), MailKind.PASSWORD_RESET, owner, user_id, NOW)


async def add(core: Core, *mails: Mail) -> None:
    async with core.store.write() as unit:
        await unit.mails.add(mails)
        await unit.commit()


async def test_a_request_is_read_as_it_was_stored_and_once(core: Core) -> None:
    request = MailRequest(
        uuid4(), MailKind.SIGN_UP, "a@example.com", Language.DE, NOW, Origin("r", "192.0.2.1"), "Ada", "hash"
    )
    async with core.store.write() as unit:
        await unit.mails.request(request)
        await unit.commit()
    async with core.store.write() as unit, core.store.write() as other:
        assert await unit.mails.take_requests(10) == [request]
        assert await other.mails.take_requests(10) == [], "another process is taking it"
        await unit.commit()
    async with core.store.write() as unit:
        assert await unit.mails.take_requests(10) == []


async def test_a_request_that_was_not_processed_stays(core: Core) -> None:
    request = MailRequest(uuid4(), MailKind.PASSWORD_RESET, "a@example.com", None, NOW, Origin())
    async with core.store.write() as unit:
        await unit.mails.request(request)
        await unit.commit()
    async with core.store.write() as unit:
        await unit.mails.take_requests(10)
    async with core.store.write() as unit:
        assert await unit.mails.take_requests(10) == [request]


async def test_each_event_is_read_once_by_one_process_and_not_before_it_has_a_number(
    core: Core, settings: Settings
) -> None:
    added = await user(core)
    await core.accounts.resets.request(Origin(language=Language.DE), added.email)
    assert not await core.mails.take_requests()
    async with core.store.write() as unit:
        assert await unit.mails.read_log(TYPES, 10) == []
        await unit.commit()
    await number_events(settings)
    async with core.store.write() as unit, core.store.write() as other:
        (event,) = await unit.mails.read_log(TYPES, 10) or ()
        assert event.user_id == added.id
        assert await other.mails.read_log(TYPES, 10) is None
        await unit.commit()
    async with core.store.write() as unit:
        assert await unit.mails.read_log(TYPES, 10) == []


UNKNOWN = """insert into events (type, subject_kind, subject_id, occurred_at)
  values ('user_moved', 'user', gen_random_uuid(), now() - $1::interval)"""


async def test_an_event_of_a_newer_release_is_left_to_it_for_a_minute(core: Core, settings: Settings) -> None:
    """Only the newer process knows whether it announces a mail; without one, the queue goes on."""
    first, second = await user(core), await user(core)
    for added in (first, second):
        if added is second:
            await fetch(settings, UNKNOWN, timedelta(seconds=5))
        await core.accounts.resets.request(Origin(), added.email)
        await core.mails.take_requests()
    await number_events(settings)

    async def read() -> list[UUID | None]:
        async with core.store.write() as unit:
            found = await unit.mails.read_log(TYPES, 10)
            await unit.commit()
        assert found is not None
        return [event.user_id for event in found if event.type in TYPES]

    assert await read() == [first.id]
    assert await read() == []
    await fetch(settings, "update events set occurred_at = now() - interval '61 seconds' where type = 'user_moved'")
    assert await read() == [second.id]
    assert await read() == []


async def test_mails_of_a_newer_release_are_left_to_it(core: Core, settings: Settings) -> None:
    await add(core, mail_to(uuid4()), mail_to(uuid4()))
    await fetch(settings, "update mails set kind = 'greeting' where ord = (select min(ord) from mails)")
    async with core.store.write() as unit:
        assert len(await unit.mails.claim(10, LEASE)) == 1


async def test_events_are_read_in_batches_without_a_gap(core: Core, settings: Settings) -> None:
    users = [await user(core) for _ in range(5)]
    for added in users:
        await core.accounts.resets.request(Origin(), added.email)
    await core.mails.take_requests()
    await number_events(settings)
    found: list[UUID | None] = []
    while True:
        async with core.store.write() as unit:
            events = await unit.mails.read_log(TYPES, 2) or ()
            await unit.commit()
        found += [e.user_id for e in events]
        if len(events) < 2:
            break
    assert found == [p.id for p in users]


async def test_two_processes_claim_different_mails_and_one_of_each_owner(core: Core) -> None:
    owners = [uuid4() for _ in range(4)]
    await add(core, *(mail_to(owner) for owner in owners for _ in range(2)))
    claimed = await asyncio.gather(*(core.mails.claim(1) for _ in range(8)))
    found = [mail for mails in claimed for mail in mails]
    assert len({m.id for m in found}) == len(found)
    rest = await core.mails.claim(10)
    assert {m.owner_id for m in [*found, *rest]} == set(owners)
    assert len(found) + len(rest) == len(owners)
    assert await core.mails.claim(10) == []


async def test_a_mail_is_claimed_again_once_its_lease_or_its_delay_ends(core: Core, settings: Settings) -> None:
    await add(core, mail := mail_to(uuid4()))
    (first,) = await core.mails.claim(10)
    assert first == replace(mail, attempts=1)
    await fetch(settings, "update mails set due_at = due_at - $1::interval", LEASE)
    (second,) = await core.mails.claim(10)
    assert second.attempts == 2
    async with core.store.write() as unit:
        await unit.mails.postpone(second, timedelta(seconds=-1))
        await unit.commit()
    assert [m.attempts for m in await core.mails.claim(10)] == [3]
    await core.mails.finish(second)
    assert await fetch(settings, "select * from mails") == []


async def test_a_mail_to_a_user_who_was_erased_meanwhile_is_left_out(core: Core, settings: Settings) -> None:
    added = await user(core)
    await add(core, mail_to(added.id, added.id), mail_to(unknown := uuid4(), unknown))
    assert [m.owner_id for m in await core.mails.claim(10)] == [added.id]
    await core.users.erase(system(), added.id)
    assert await fetch(settings, "select * from mails") == []


async def test_a_mail_keeps_the_address_that_its_user_had(core: Core) -> None:
    added, session_id = await user(core), uuid4()
    await add(core, replace(mail_to(added.id, added.id), subject_id=session_id))
    await core.users.update(system(), UpdateUser(added.id, email="other@example.com"))
    (claimed,) = await core.mails.claim(10)
    assert (claimed.email, claimed.subject_id) == (added.email, session_id)


async def test_what_names_an_address_of_no_user_is_forgotten(core: Core, settings: Settings) -> None:
    added, owners = await user(core), [uuid4(), uuid4()]
    async with core.store.write() as unit:
        for owner, email in zip(owners, ("a@example.com", "b@example.com"), strict=True):
            link = Link(LinkKind.EMAIL_VERIFICATION, owner, None, email, NOW, display_name="A", password_hash="h")
            await unit.links.request(link)
            await unit.mails.add([mail_to(owner)])
            await unit.mails.request(MailRequest(uuid4(), MailKind.SIGN_UP, email, None, NOW, Origin()))
        own = Link(LinkKind.EMAIL_CHANGE, added.id, added.id, "a@example.com", NOW)
        await unit.links.request(own)
        await forget_address(unit, "a@example.com")
        assert await unit.links.of_owners(LinkKind.EMAIL_CHANGE, [added.id]) == {added.id: own}
        (left,) = (await unit.links.of_owners(LinkKind.EMAIL_VERIFICATION, owners)).values()
        assert (left.owner_id, left.display_name, left.password_hash) == (owners[1], "A", "h")
        await unit.commit()
    assert [row["owner_id"] for row in await fetch(settings, "select owner_id from mails")] == [owners[1]]
    assert [row["email"] for row in await fetch(settings, "select email from mail_requests")] == ["b@example.com"]


async def test_a_link_replaces_the_earlier_one_and_loses_its_token(core: Core) -> None:
    added = await user(core)
    link = Link(LinkKind.PASSWORD_RESET, added.id, added.id, added.email, NOW, Language.DE)
    async with core.store.write() as unit:
        await unit.links.request(link)
        await unit.links.give_token(link, b"hash", NOW + timedelta(hours=1))
        assert await unit.links.find_requested(link.kind, link.owner_id) == replace(
            link, token_hash=b"hash", expires_at=NOW + timedelta(hours=1)
        )
        await unit.commit()
    async with core.store.read() as reading:
        found = await reading.links.find(link.kind, b"hash")
    assert found is not None
    newer = replace(link, requested_at=NOW + timedelta(minutes=1), language=None)
    async with core.store.write() as unit:
        await unit.links.request(newer)
        assert await unit.links.find(link.kind, b"hash") is None
        assert await unit.links.find_requested(link.kind, link.owner_id) == newer
        await unit.links.end_all(added.id)
        assert await unit.links.find_requested(link.kind, link.owner_id) is None


async def test_only_links_that_have_expired_are_pruned(core: Core, settings: Settings) -> None:
    users = [await user(core) for _ in range(4)]
    async with core.store.write() as unit:
        for added in users:
            requested = datetime.now(UTC)
            await unit.links.request(Link(LinkKind.PASSWORD_RESET, added.id, added.id, added.email, requested))
        await unit.commit()
    expired, valid, never_sent, _ = users
    await fetch(
        settings, "update links set requested_at = now() - interval '12 days' where user_id = $1", never_sent.id
    )
    await fetch(settings, "update links set expires_at = now() - interval '1 second' where user_id = $1", expired.id)
    await fetch(settings, "update links set expires_at = now() + interval '1 hour' where user_id = $1", valid.id)
    assert [count async for count in core.retention.prune_links(system())] == [2]
    left = await fetch(settings, "select user_id from links")
    assert {row["user_id"] for row in left} == {valid.id, users[3].id}


async def test_the_events_of_a_restored_log_are_not_announced(core: Core, settings: Settings) -> None:
    added = await user(core)
    await core.accounts.resets.request(Origin(), added.email)
    await core.mails.take_requests()
    await number_events(settings)
    async with core.store.read() as reading:
        entries = await reading.events.after(0, 100)
    await fetch(settings, "delete from events")
    async with core.store.write() as unit:
        await unit.restorer.begin()
        await unit.restorer.add(entries)
        await unit.restorer.finish(0, entries[-1].seq)
        await unit.commit()
    await core.mails.read_log()
    assert await core.mails.claim(10) == []
