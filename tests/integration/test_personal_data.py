"""Everything about one user: exported whole, without a secret; and after they were erased, found nowhere."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pyotp
import pytest

from api.bootstrap.core import Core
from domain.models.actor import Actor, Origin, Role, system
from domain.services.api_key import CreateApiKey
from domain.services.personal_data import PersonalDataService
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser, UpdateUser
from persistence.personal_data import HOLDINGS
from persistence.tables import metadata
from tests.api.conftest import PASSWORD, settings_for
from tests.integration.signing import signing_core

MARK = "zyxmark"
"""In everything that the user is known by, and in nothing else."""
EMAIL, ADDRESS = f"{MARK}@example.com", "203.0.113.77"
ORIGIN = Origin("some-request", ADDRESS, f"{MARK}/1.0")
HASH = b"\x7a\x79\x78" * 10
KEPT = {"id", "subject_id", "user_id", "actor_id"}
"""What the log keeps: the ids."""


class Held:
    """A user of whom every table knows something, and the database that holds it."""

    def __init__(self, core: Core, database: asyncpg.Connection[asyncpg.Record]) -> None:
        self.core, self.database = core, database
        self.id, self.other = uuid4(), uuid4()
        self.secrets: list[str] = []

    async def fill(self) -> None:
        """Write something about the user into every table that can hold it."""
        core = self.core
        user = (await core.users.create(system(), CreateUser(EMAIL, f"{MARK} Doe", Role.ADMIN, PASSWORD))).value
        self.id = user.id
        signed_in = await core.sessions.sign_in(ORIGIN, SignIn(EMAIL, PASSWORD))
        actor = Actor(user.id, Role.ADMIN, signed_in.session.id, ORIGIN)
        enrolment = await core.second_factors.begin(actor, PASSWORD)
        codes = (await core.second_factors.confirm(actor, pyotp.TOTP(enrolment.secret).now())).value
        key = (await core.api_keys.create(actor, CreateApiKey(f"{MARK} key", Role.MEMBER))).value
        self.secrets += [signed_in.refresh_token, enrolment.secret, *codes, key.secret]
        created = CreateUser("other@example.com", "Other", idempotency_key=f"{MARK}-key")
        self.other = (await core.users.create(actor, created)).value.id
        await core.users.update(actor, UpdateUser(self.other, display_name="Somebody Else"))
        await core.users.update(actor, UpdateUser(user.id, display_name=f"{MARK} Roe"))
        await self._queue()

    async def _queue(self) -> None:
        """A passkey, and mails and links that wait, with and without a reference to the user's row."""
        now, run = datetime.now(UTC), self.database.execute
        columns = "kind, owner_id, user_id, email, requested_at, language, token_hash, expires_at"
        link = f"insert into links ({columns}) values ($1, $2, $3, $4, $5, 'en', $6, $7)"  # noqa: S608
        await run(link, "reset-password", self.id, self.id, EMAIL, now, HASH, now + timedelta(hours=1))
        await run(link, "verify-email", uuid4(), None, EMAIL, now, HASH[:9], now + timedelta(hours=1))
        mail = "insert into mails (id, kind, owner_id, user_id, occurred_at) values ($1, 'password_reset', $2, $2, $3)"
        await run(mail, uuid4(), self.id, now)
        passkey = "insert into passkeys values ($1, $2, $3, $4, $4, 0, $5)"
        await run(passkey, uuid4(), self.id, f"{MARK} phone", HASH, now)
        invited = "insert into invitations values ($1, $2, $3, 'member', $4, $5, $6)"
        await run(invited, uuid4(), "guest@example.com", "Guest", now, now + timedelta(days=7), self.id)
        columns = "id, kind, email, language, requested_at, request_id, ip_address"
        request = f"insert into mail_requests ({columns}) values ($1, 'password_reset', $2, 'en', $3, $4, $5)"  # noqa: S608
        await run(request, uuid4(), EMAIL, now, ORIGIN.request_id, ADDRESS)

    async def found(self) -> dict[str, list[str]]:
        """Per table, the rows that name the user."""
        rows = {}
        for table in metadata.sorted_tables:
            texts = [str(r[0]) for r in await self.database.fetch(f"select t::text from {table.name} t")]  # noqa: S608
            rows[table.name] = [t for t in texts if MARK in t.casefold() or str(self.id) in t or ADDRESS in t]
        return {name: found for name, found in rows.items() if found}


@pytest.fixture
async def held(fresh_database_url: str, redis_url: str) -> AsyncIterator[Held]:
    settings = settings_for(fresh_database_url, redis_url)
    async with signing_core(settings) as core:
        await core.users.create(system(), CreateUser("root@example.com", "Root", Role.ADMIN, PASSWORD))
        database = await asyncpg.connect(settings.database_url.dsn)
        try:
            one = Held(core, database)
            await one.fill()
            yield one
        finally:
            await database.close()


async def test_a_user_gets_everything_and_no_secret(held: Held) -> None:
    data = await PersonalDataService(held.core.store, held.core.clock).own(Actor(held.id, Role.MEMBER))
    assert [h.kind for h in HOLDINGS if not data[h.kind]] == [], "this test has put something into every table"
    assert data["incomplete"] == []
    (account,), (session,) = data["account"], data["sessions"]
    assert (account["email"], account["displayName"], account["hasPassword"]) == (EMAIL, f"{MARK} Roe", True)
    assert (session["ipAddress"], session["userAgent"]) == (ADDRESS, f"{MARK}/1.0")
    assert datetime.fromisoformat(session["createdAt"]).tzinfo == UTC
    assert data["events"][0]["type"] == "user_updated", "the newest first"
    assert {UUID(action["userId"]) for action in data["actions"]} == {held.other}
    text = json.dumps(data)
    assert "Somebody Else" not in text, "the data of others is not theirs"
    assert "guest@example.com" not in text
    assert [secret for secret in held.secrets if secret in text] == []
    hashes = await held.database.fetchrow("select password_hash from users where id = $1", held.id)
    assert hashes is not None
    assert hashes[0] not in text


async def test_only_the_newest_rows_are_given(held: Held) -> None:
    async with held.core.store.read() as unit:
        records = await unit.personal_data.of_user(await unit.users.get(held.id), 2)
    assert max(len(rows) for rows in records.values()) == 2
    assert records["events"][0]["type"] == "user_updated"


async def test_nothing_names_an_erased_user_but_the_ids_in_the_log(held: Held) -> None:
    before = await held.found()
    tables = {h.table.name for h in HOLDINGS} | {"user_words", "words"}
    assert before.keys() == tables, "this test has put something into every table"
    await held.core.users.erase(system(), held.id)
    after = await held.found()
    assert after.keys() == {"events"}
    for row in await held.database.fetch("select * from events"):
        named = {name for name, value in row.items() if str(held.id) in str(value)}
        assert named <= KEPT
        assert MARK not in str(dict(row)).casefold()
        assert row["ip_address"] != ADDRESS
