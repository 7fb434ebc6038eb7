"""The queue of mails: from requests and the log to letters, with retries, and without a token anywhere but in the letter."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.models.actor import Origin, system
from domain.models.event_types import EventType
from domain.models.language import Language, preferred_language
from domain.models.link import LinkKind, token_hash
from domain.models.mail import FIRST_RETRY, GIVE_UP_AFTER, LAST_RETRY, LEASE, Letter, Mail, MailKind, retry_delay
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.session import SetPassword
from domain.services.user import UpdateUser
from tests.unit.world import World

ORIGIN = Origin("request-1", "192.0.2.1", "test", Language.DE)


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def queued(world: World, email: str = "ada@example.com") -> list[Mail]:
    """The mails that can be sent now, after a reset was requested for an address."""
    await world.resets.request(ORIGIN, email)
    await world.mails.take_requests()
    await world.mails.read_log()
    return list(await world.mails.claim(10))


async def letter(world: World, email: str = "ada@example.com") -> Letter:
    """The letter for a request."""
    (mail,) = await queued(world, email)
    found = await world.mails.compose(mail)
    assert found is not None
    return found


async def test_a_request_becomes_an_event_and_the_event_a_letter(world: World) -> None:
    user = await world.user()
    found = await letter(world, " ADA@example.com")
    assert (found.kind, found.email, found.name, found.language) == (
        MailKind.PASSWORD_RESET,
        user.email,
        user.display_name,
        Language.DE,
    )
    (event,) = [e for e in world.store.state.events if e.type is EventType.PASSWORD_RESET_REQUESTED]
    assert (event.user_id, event.actor_id, event.ip_address, event.request_id) == (
        user.id,
        None,
        ORIGIN.ip_address,
        ORIGIN.request_id,
    )


async def test_nothing_but_the_letter_has_the_token(world: World) -> None:
    await world.user()
    found = await letter(world)
    assert found.token is not None
    (link,) = world.store.state.links.values()
    assert link.token_hash == token_hash(found.token)
    assert link.expires_at == world.clock.now() + timedelta(hours=1)
    assert found.token not in repr((found, world.store.state, world.mails))


async def test_unknown_disabled_and_deleted_users_cause_neither_event_nor_mail(world: World) -> None:
    disabled, deleted = await world.user("d@example.com"), await world.user("e@example.com")
    await world.users.set_status(system(), disabled.id, Status.DISABLED)
    await world.users.set_status(system(), deleted.id, Status.DELETED)
    before = len(world.logged)
    for email in (disabled.email, deleted.email, "nobody@example.com"):
        assert await queued(world, email) == []
    assert len(world.logged) == before
    assert world.store.state.mail_requests == []
    assert world.store.state.links == {}


async def test_a_request_does_the_same_for_known_and_unknown_addresses(world: World) -> None:
    await world.user()
    took = []
    for email in ("ada@example.com", "nobody@example.com"):
        before, commits = len(world.store.steps), world.store.commits
        await world.resets.request(ORIGIN, email)
        took.append((world.store.steps[before:], world.store.commits - commits))
    assert took[0] == took[1] == (["write"], 1)


async def test_events_of_before_are_read_once(world: World) -> None:
    await world.user()
    assert len(await queued(world)) == 1
    assert not await world.mails.read_log()
    assert len(world.store.state.mails) == 1


async def test_the_mails_of_one_user_are_sent_in_order_and_those_of_others_meanwhile(world: World) -> None:
    await world.user()
    await world.user("bo@example.com")
    for email in ("ada@example.com", "ada@example.com", "bo@example.com"):
        await world.resets.request(ORIGIN, email)
    await world.mails.take_requests()
    await world.mails.read_log()
    first, other = await world.mails.claim(10)
    assert first.owner_id != other.owner_id
    assert await world.mails.claim(10) == [], "the second waits for the first"
    await world.mails.finish(first)
    (second,) = await world.mails.claim(10)
    assert second.owner_id == first.owner_id
    assert second.id != first.id


async def test_a_mail_whose_process_died_is_sent_by_another_once_its_lease_ends(world: World) -> None:
    await world.user()
    (mail,) = await queued(world)
    world.store.time += LEASE - timedelta(seconds=1)
    assert await world.mails.claim(10) == []
    world.store.time += timedelta(seconds=1)
    (again,) = await world.mails.claim(10)
    assert (again.id, again.attempts) == (mail.id, 2)


async def test_a_retry_sends_the_same_link_and_renews_its_lifetime(world: World) -> None:
    await world.user()
    (mail,) = await queued(world)
    first = await world.mails.compose(mail)
    assert await world.mails.retry_later(mail)
    world.clock.move(hours=2)
    second = await world.mails.compose(mail)
    assert first is not None
    assert second is not None
    assert first.token == second.token
    (link,) = world.store.state.links.values()
    assert link.is_valid(world.clock.now())


async def test_another_process_sends_another_link_and_the_earlier_one_ends(world: World) -> None:
    await world.user()
    (mail,) = await queued(world)
    first = await world.mails.compose(mail)
    await world.mails.finish(mail)
    second = await world.mails.compose(mail)
    assert first is not None
    assert second is not None
    assert first.token != second.token
    (link,) = world.store.state.links.values()
    assert link.token_hash == token_hash(second.token or "")


async def test_a_newer_request_supersedes_a_mail_that_was_not_sent(world: World) -> None:
    await world.user()
    (mail,) = await queued(world)
    world.clock.move(seconds=1)
    await world.resets.request(ORIGIN, "ada@example.com")
    await world.mails.take_requests()
    assert await world.mails.compose(mail) is None


@pytest.mark.parametrize("change", ["address", "password", "status", "erased"])
async def test_a_mail_is_not_sent_after_a_change_that_ends_its_link(world: World, change: str) -> None:
    user = await world.user()
    (mail,) = await queued(world)
    match change:
        case "address":
            await world.users.update(system(), UpdateUser(user.id, email="other@example.com"))
        case "password":
            await world.sessions.set_password(system(), SetPassword(user.id, "another password"))
        case "status":
            await world.users.set_status(system(), user.id, Status.DISABLED)
        case _:
            await world.users.erase(system(), user.id)
    assert await world.mails.compose(mail) is None
    assert not [link for link in world.store.state.links.values() if link.token_hash]


async def test_erasing_a_user_removes_their_mails_and_links(world: World) -> None:
    user = await world.user()
    await letter(world)
    await world.users.erase(system(), user.id)
    assert (world.store.state.mails, world.store.state.links) == ({}, {})


async def test_a_mail_is_retried_for_four_days_and_then_given_up(world: World) -> None:
    await world.user()
    (mail,) = await queued(world)
    world.clock.move(seconds=(GIVE_UP_AFTER - timedelta(seconds=1)).total_seconds())
    assert await world.mails.retry_later(mail)
    assert mail.id in world.store.state.mails
    world.clock.move(seconds=1)
    assert not await world.mails.retry_later(mail)
    assert world.store.state.mails == {}


def test_retries_wait_twice_as_long_each_time_up_to_ten_minutes() -> None:
    assert [retry_delay(n) for n in (1, 2, 3)] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert retry_delay(10_000) == LAST_RETRY


def test_a_token_is_32_random_bytes_and_other_text_has_no_hash() -> None:
    assert token_hash("x" * 43) is not None
    assert [token_hash(text) for text in ("", "x" * 42, "x" * 44, "é" * 43)] == [None] * 4
    assert LinkKind.PASSWORD_RESET.lifetime == timedelta(hours=1)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, None),
        ("", None),
        ("de", Language.DE),
        ("de-CH, en;q=0.8", Language.DE),
        ("en;q=0.5, DE;q=0.7", Language.DE),
        ("fr-FR, fr;q=0.9, en;q=0.3", Language.EN),
        ("de;q=0", None),
        ("de;q=much", None),
        ("fr", None),
        ("*", None),
    ],
)
def test_the_language_is_the_preferred_one_of_those_that_mails_are_written_in(
    header: str | None, language: Language | None
) -> None:
    assert preferred_language(header) is language


async def test_a_finished_mail_that_is_unknown_is_no_error(world: World) -> None:
    unknown = Mail(uuid4(), MailKind.PASSWORD_RESET, uuid4(), None, world.clock.now())
    await world.mails.finish(unknown)
    assert await world.mails.compose(unknown) is None
