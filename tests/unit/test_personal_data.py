"""No table with a user's data is forgotten, by their own export or by their erasure, and no secret is in the export."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, Table

from domain.errors import Forbidden, NotFound
from domain.models.actor import Actor, Role, system
from domain.services.personal_data import ROWS_MAX, PersonalDataService
from domain.services.user import new_user
from persistence.personal_data import HOLDINGS, Holding
from persistence.tables import metadata
from tests.unit.fakes import FakeClock, FakeStore

WITHOUT_USERS = {
    "event_counts": "numbers of events",
    "log_state": "the position of the log",
    "mail_position": "a position in the log",
    "signing_keys": "the deployment's own",
    "used_challenges": "random numbers of sign-ins with passkeys",
    "user_counts": "numbers of users",
    "user_words": "the search index of users, which a trigger derives from their rows",
    "webhook_deliveries": "which event was sent where, by the event's id; the event itself is exported from the log",
    "webhook_endpoints": "the deployment's own, of no user",
    "webhook_position": "a position in the log",
    "words": "the vocabulary of all names, which a trigger derives from them",
}
"""Tables without a user's own data; what is derived from it goes with the row."""
OF_OTHERS = ["user_words", "webhook_deliveries"]
"""Those of them that name a user by id."""
SECRET = ("hash", "sealed", "secret", "token", "fingerprint")
HELD = {h.table.name for h in HOLDINGS}


def names_a_user(table: Table) -> bool:
    """Whether a table has a user's id or address, or belongs to a user."""
    about = {"user_id", "actor_id", "owner_id", "email", "ip_address"}
    keys = {k.target_fullname for k in table.foreign_keys}
    return bool(about & set(table.c.keys())) or "users.id" in keys


def test_every_table_is_exported_or_has_no_users() -> None:
    """A new table: say in persistence/personal_data.py what of it is a user's own, or here why nothing is."""
    assert {*HELD, *WITHOUT_USERS} == {t.name for t in metadata.sorted_tables}
    assert HELD.isdisjoint(WITHOUT_USERS)
    assert [t.name for t in metadata.sorted_tables if names_a_user(t) and t.name not in HELD] == OF_OTHERS


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda h: str(h.kind))
def test_of_every_column_it_is_said_whether_it_is_shown(holding: Holding) -> None:
    """A new column: show it to its user or, with a reason, hide it."""
    assert {*holding.shown, *holding.hidden} == set(holding.table.c.keys())
    assert set(holding.shown).isdisjoint(holding.hidden)
    shown = [holding.table.c[name] for name in holding.shown]
    assert [c.name for c in shown if isinstance(c.type, LargeBinary) or any(s in c.name for s in SECRET)] == []


async def test_an_actor_gets_their_own_data_and_learns_what_is_incomplete() -> None:
    store, clock = FakeStore(), FakeClock()
    service = PersonalDataService(store, clock)
    user = new_user("ada@example.com", "Ada", Role.MEMBER, clock.now(), can_sign_in=True)
    store.state.users[user.id] = user
    data = await service.own(Actor(user.id, Role.MEMBER))
    assert data["account"] == [{"email": "ada@example.com"}]
    assert data["incomplete"] == []
    assert str(data["exportedAt"]).endswith("Z")
    store.state.records = {"events": [{}] * ROWS_MAX, "sessions": [{}] * (ROWS_MAX - 1)}
    assert (await service.own(Actor(user.id, Role.MEMBER)))["incomplete"] == ["events"]


async def test_an_actor_who_is_no_user_has_no_data() -> None:
    service = PersonalDataService(FakeStore(), FakeClock())
    with pytest.raises(Forbidden):
        await service.own(system())
    with pytest.raises(NotFound):
        await service.own(Actor(uuid4(), Role.ADMIN))
