"""The jobs over a real SMTP server that refuses, stalls and dies: no mail is lost, and none is sent out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from api.jobs import mails as jobs_module
from api.jobs.mails import MailJobs
from api.mails.composing import Composer
from api.mails.sender import sender_of
from api.mails.smtp import SmtpTransport
from api.mails.templates import Templates
from domain.errors import Unavailable
from domain.models.actor import Origin
from domain.models.language import Language
from domain.models.mail import Letter, LetterNotSent
from domain.services.attempts import AttemptLimits
from tests.logged import logged
from tests.smtp import DIE, STALL, MailServer, mail_server, token_in
from tests.unit.world import World

SITE = "https://rollcall.example.com"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits(mails=(1000, 60), mails_from_network=(1000, 60), per_address=(1000, 60)))


@pytest.fixture
async def smtp() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


def transport(world: World, port: int, seconds: float = 5.0) -> SmtpTransport:
    compose = Composer(Templates(), sender_of(None, SITE), SITE, Language.EN)
    return SmtpTransport(f"smtp://127.0.0.1:{port}", compose, world.clock, seconds=seconds)


async def hurry(world: World, jobs: MailJobs) -> None:
    """Let time pass while nothing is being sent, so that what was postponed is due and no lease ends early."""
    while True:
        await asyncio.sleep(0.02)
        if not jobs._deliveries:
            world.store.time += timedelta(hours=1)


@asynccontextmanager
async def running(world: World, jobs: MailJobs) -> AsyncIterator[MailJobs]:
    """The jobs, with time passing."""
    async with jobs:
        passing = asyncio.create_task(hurry(world, jobs))
        try:
            yield jobs
        finally:
            passing.cancel()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.01)


async def request(world: World, *emails: str) -> None:
    for email in emails:
        await world.resets.request(Origin(ip_address="192.0.2.1"), email)


async def test_a_mail_is_sent_soon_after_its_request_and_leaves_the_queue(world: World, smtp: MailServer) -> None:
    await world.user()
    async with MailJobs(world.mails, transport(world, smtp.port), poll=60) as jobs:
        await request(world, "ada@example.com")
        (message,) = await smtp.until_received(1)
        await until(lambda: not world.store.state.mails)
    assert message["To"] == "ada@example.com"
    assert len(token_in(message)) == 43
    assert jobs.results["sent"] == 1


REFUSALS = [
    ("GREETING", "554 no service"),
    ("GREETING", "421 try later"),
    ("MAIL", "451 try later"),
    ("RCPT", "450 greylisted"),
    ("RCPT", "550 5.7.1 relaying denied"),
    ("DATA", "452 full"),
    ("END", "554 refused"),
    *((step, fault) for step in ("GREETING", "EHLO", "MAIL", "RCPT", "DATA", "END") for fault in (STALL, DIE)),
]


async def test_a_server_that_refuses_stalls_and_dies_loses_no_mail(world: World, smtp: MailServer) -> None:
    emails = [f"user{n}@example.com" for n in range(len(REFUSALS))]
    for email in emails:
        await world.user(email)
    smtp.faults.extend(REFUSALS)
    async with running(world, MailJobs(world.mails, transport(world, smtp.port, 1.0), poll=0.05)) as jobs:
        await request(world, *emails)
        await until(lambda: not world.store.state.mails and not world.store.state.mail_requests)
    assert {str(m["To"]) for m in smtp.received} == set(emails)
    by_id = {m["Message-ID"]: token_in(m) for m in smtp.received}
    assert len(by_id) == len(emails), "a mail that was sent twice has the same id"
    assert all(by_id[m["Message-ID"]] == token_in(m) for m in smtp.received), "and the same link"
    assert jobs.results["sent"] == len(emails)
    assert jobs.results["postponed"] >= len(REFUSALS)


async def test_an_address_that_does_not_exist_is_given_up(world: World, smtp: MailServer) -> None:
    await world.user()
    smtp.faults.append(("RCPT", "550 5.1.1 no such user"))
    async with running(world, MailJobs(world.mails, transport(world, smtp.port), poll=0.05)) as jobs:
        await request(world, "ada@example.com")
        await until(lambda: jobs.results["refused"] == 1)
    assert smtp.received == []
    assert world.store.state.mails == {}


async def test_a_superseded_mail_is_dropped_and_the_newer_one_is_sent(world: World, smtp: MailServer) -> None:
    await world.user()
    await request(world, "ada@example.com")
    world.clock.move(seconds=1)
    await request(world, "ada@example.com")
    async with running(world, MailJobs(world.mails, transport(world, smtp.port), poll=0.05)) as jobs:
        await until(lambda: jobs.results["sent"] == 1)
        await until(lambda: not world.store.state.mails)
    assert len(smtp.received) == 1
    assert jobs.results["dropped"] == 1


async def test_the_log_has_neither_address_nor_token(world: World, smtp: MailServer) -> None:
    await world.user()
    smtp.faults.extend([("RCPT", "450 ada@example.com is greylisted"), ("RCPT", "550 5.1.1 ada@example.com unknown")])
    with logged(jobs_module.log) as lines:
        async with running(world, MailJobs(world.mails, transport(world, smtp.port), poll=0.05)) as jobs:
            await request(world, "ada@example.com")
            await until(lambda: jobs.results["refused"] == 1)
    assert [line["event"] for line in lines] == ["mail.postponed", "mail.refused"]
    assert lines[0]["reason"] == "SMTPRecipientRefused 450"
    assert "ada@example.com" not in repr(lines)


class BrokenTransport:
    """Fails in a way that is not foreseen, once."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self._broken = True

    async def send(self, letter: Letter) -> None:
        """Raise RuntimeError the first time."""
        if self._broken:
            self._broken = False
            raise RuntimeError
        self.sent.append(letter)


async def test_an_unforeseen_failure_of_one_mail_loses_none(world: World) -> None:
    await world.user()
    broken = BrokenTransport()
    async with running(world, MailJobs(world.mails, broken, poll=0.05)):
        await request(world, "ada@example.com")
        await until(lambda: len(broken.sent) == 1)
        await until(lambda: not world.store.state.mails)


async def test_an_unavailable_database_loses_no_request(world: World, smtp: MailServer) -> None:
    await world.user()
    store, failed = world.store, list[bool]()
    take = world.mails.take_requests

    async def unavailable_once() -> bool:
        if not failed:
            failed.append(True)
            raise Unavailable
        return await take()

    world.mails.take_requests = unavailable_once  # type: ignore[method-assign]
    async with running(world, MailJobs(world.mails, transport(world, smtp.port), poll=0.05)):
        await request(world, "ada@example.com")
        await smtp.until_received(1)
        await until(lambda: not store.state.mails)
    assert failed


async def test_a_stopping_process_finishes_the_mail_that_it_is_sending(world: World) -> None:
    await world.user()
    begun, go = asyncio.Event(), asyncio.Event()

    class SlowTransport:
        """Sends once it may."""

        async def send(self, _letter: Letter, /) -> None:
            begun.set()
            await go.wait()

    async with MailJobs(world.mails, SlowTransport(), poll=0.05):
        await request(world, "ada@example.com")
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, go.set)
    assert world.store.state.mails == {}


@pytest.mark.parametrize("address", ["ada@example.com", "jürgen@example.com"])
async def test_a_mail_is_transferred_as_it_was_written(world: World, smtp: MailServer, address: str) -> None:
    user = await world.user(address)
    async with MailJobs(world.mails, transport(world, smtp.port), poll=60):
        await request(world, address)
        (message,) = await smtp.until_received(1)
    (begun,) = [command for command in smtp.commands if command.startswith("MAIL")]
    assert ("SMTPUTF8" in begun) is not address.isascii()
    assert user.display_name in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


async def test_with_a_password_a_server_without_tls_is_refused(world: World) -> None:
    compose = Composer(Templates(), sender_of(None, SITE), SITE, Language.EN)
    async with mail_server() as server:
        # Another name of this machine than those for which TLS is not required.
        url = f"smtp://user:secret@127.0.0.2:{server.port}"
        with pytest.raises(LetterNotSent) as refused:
            await SmtpTransport(url, compose, world.clock).send(await _letter(world))
    assert "secret" not in str(refused.value)
    assert not [command for command in server.commands if command.startswith("AUTH")]


async def _letter(world: World) -> Letter:
    await world.user()
    await request(world, "ada@example.com")
    await world.mails.take_requests()
    await world.mails.read_log()
    (mail,) = await world.mails.claim(1)
    letter = await world.mails.compose(mail)
    assert letter is not None
    return letter
