"""API keys: their form, who may make and see them, and how a request with one is authenticated."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api.auth.api_keys import ApiKeys
from domain.errors import (
    AccountDisabled,
    DomainError,
    Forbidden,
    NotFound,
    TokenExpired,
    TokenInvalid,
    ValidationFailed,
)
from domain.models.actor import Actor, ApiKeyScope, Role, lesser_role, system
from domain.models.api_key import FORM, KEYS_MAX, ApiKey, checksum, new_secret, public_id_of, secret_hash
from domain.models.event import Audience
from domain.models.event_types import EventType
from domain.models.session import Principal
from domain.models.user import Status
from domain.services.api_key import ApiKeyService, CreateApiKey
from domain.services.principal import PrincipalService
from domain.services.user import new_user
from tests.unit.desk import Desk, request
from tests.unit.fakes import FakeClock, FakeLive, FakeStore

INTROSPECT = frozenset({ApiKeyScope.INTROSPECT})


def test_a_key_has_a_form_that_scanners_know_and_a_checksum() -> None:
    text, public_id, hashed = new_secret()
    assert FORM.fullmatch(text)
    assert (public_id_of(text), secret_hash(text)) == (public_id, hashed)
    assert len({new_secret().text for _ in range(50)}) == 50
    for at in range(len(text)):
        changed = text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]
        assert public_id_of(changed) is None, at
    assert public_id_of(text + "\n") is None


def test_the_checksum_is_crc_32_in_base_62() -> None:
    number = 0
    for digit in checksum("123456789"):
        number = number * 62 + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(digit)
    assert number == 0xCBF43926, "the check value of CRC-32"


def test_the_lesser_role() -> None:
    order = [Role.MEMBER, Role.AUDITOR, Role.ADMIN]
    for one in order:
        for other in order:
            assert lesser_role(one, other) is order[min(order.index(one), order.index(other))]


class Directory:
    """The service over a store in memory with one user of each role."""

    def __init__(self) -> None:
        self.store, self.clock, self.live = FakeStore(), FakeClock(), FakeLive()
        self.service = ApiKeyService(self.store, self.clock, self.live)
        self.actors = {role: self._add(role) for role in Role}

    def _add(self, role: Role) -> Actor:
        user = new_user(f"{role}@example.com", "Ada", role, self.clock.now(), can_sign_in=True)
        self.store.state.users[user.id] = user
        return Actor(user.id, role, uuid4())

    async def made(self, role: Role, command: CreateApiKey) -> ApiKey:
        return (await self.service.create(self.actors[role], command)).value.key

    async def principal(self, key: ApiKey) -> Principal:
        return (await PrincipalService(self.store).get_many([key.id]))[key.id]


@pytest.fixture
def directory() -> Directory:
    return Directory()


async def test_only_the_hash_of_a_key_is_stored(directory: Directory) -> None:
    made = (await directory.service.create(directory.actors[Role.MEMBER], CreateApiKey("Key", Role.MEMBER))).value
    (stored,) = directory.store.state.api_keys.values()
    assert stored.secret_hash == secret_hash(made.secret)
    assert made.secret not in repr(made) + repr(stored)
    assert stored.hint == made.secret[:12]


@pytest.mark.parametrize("own", Role)
@pytest.mark.parametrize("wanted", Role)
async def test_a_key_may_not_have_a_higher_role(directory: Directory, own: Role, wanted: Role) -> None:
    if lesser_role(own, wanted) is wanted:
        assert (await directory.made(own, CreateApiKey("Key", wanted))).role is wanted
    else:
        with pytest.raises(Forbidden):
            await directory.made(own, CreateApiKey("Key", wanted))


async def test_the_role_of_the_directory_counts_and_not_that_of_the_request(directory: Directory) -> None:
    admin = directory.actors[Role.ADMIN]
    assert admin.user_id is not None
    demoted = replace(directory.store.state.users[admin.user_id], role=Role.MEMBER)
    directory.store.state.users[demoted.id] = demoted
    with pytest.raises(Forbidden):
        await directory.made(Role.ADMIN, CreateApiKey("Key", Role.ADMIN))


async def test_a_key_acts_with_what_its_owner_may_do_now(directory: Directory) -> None:
    key = await directory.made(Role.ADMIN, CreateApiKey("Key", Role.AUDITOR, INTROSPECT))
    found = await directory.principal(key)
    assert (found.role, found.scopes, found.user_id) == (Role.AUDITOR, INTROSPECT, key.user_id)
    owner = directory.store.state.users[key.user_id]
    directory.store.state.users[owner.id] = replace(owner, role=Role.MEMBER, status=Status.DISABLED)
    assert ((await directory.principal(key)).role, (await directory.principal(key)).status) == (
        Role.MEMBER,
        Status.DISABLED,
    )


@pytest.mark.parametrize("actor", [system(), Actor(UUID(int=1), Role.ADMIN, None, key_id=UUID(int=2))])
async def test_a_key_cannot_make_another(directory: Directory, actor: Actor) -> None:
    with pytest.raises(Forbidden):
        await directory.service.create(actor, CreateApiKey("Key", Role.MEMBER))


async def test_only_the_command_line_makes_keys_for_others(directory: Directory) -> None:
    owner = directory.actors[Role.AUDITOR].user_id
    assert owner is not None
    made = (await directory.service.create_for(system(), owner, CreateApiKey("Key", Role.AUDITOR, INTROSPECT))).value
    assert (made.key.user_id, made.key.role, made.key.scopes) == (owner, Role.AUDITOR, INTROSPECT)
    for actor in directory.actors.values():
        with pytest.raises(Forbidden, match="command line"):
            await directory.service.create_for(actor, owner, CreateApiKey("Key", Role.MEMBER))
    with pytest.raises(Forbidden, match="not be higher"):
        await directory.service.create_for(system(), owner, CreateApiKey("Key", Role.ADMIN))
    directory.store.state.users[owner] = replace(directory.store.state.users[owner], status=Status.DISABLED)
    with pytest.raises(Forbidden, match="must be active"):
        await directory.service.create_for(system(), owner, CreateApiKey("Key", Role.MEMBER))


async def test_members_may_not_ask_for_other_users_tokens(directory: Directory) -> None:
    with pytest.raises(Forbidden):
        await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER, INTROSPECT))
    await directory.made(Role.AUDITOR, CreateApiKey("Key", Role.MEMBER, INTROSPECT))


async def test_the_number_of_keys_is_limited(directory: Directory) -> None:
    keys = [await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER)) for _ in range(KEYS_MAX)]
    for name in ("Key", " "):
        with pytest.raises(ValidationFailed) as refused:
            await directory.made(Role.MEMBER, CreateApiKey(name, Role.MEMBER))
        assert [f.field for f in refused.value.faults] == ["name"]
    await directory.service.revoke(directory.actors[Role.MEMBER], keys[0].id)
    await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER))


async def test_who_sees_and_revokes_a_key(directory: Directory) -> None:
    key = await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER))
    auditor = directory.actors[Role.AUDITOR]
    assert await directory.service.get_many(auditor, [key.id]) == {}
    with pytest.raises(Forbidden):
        await directory.service.of_user(auditor, key.user_id)
    with pytest.raises(NotFound):
        await directory.service.revoke(auditor, key.id)
    admin = directory.actors[Role.ADMIN]
    assert await directory.service.of_user(admin, key.user_id) == [key]
    assert (await directory.service.revoke(admin, key.id)).position == 2
    assert directory.live.settled == [key.user_id]
    assert await directory.service.get_many(admin, [key.id]) == {}
    assert (await directory.service.revoke(admin, key.id)).position is None, "a second time is no error, and no event"


async def test_the_log_has_who_made_and_revoked_a_key_but_neither_its_secret_nor_its_name(directory: Directory) -> None:
    owner, admin = directory.actors[Role.AUDITOR], directory.actors[Role.ADMIN]
    made = (await directory.service.create(owner, CreateApiKey("Backup", Role.MEMBER, INTROSPECT))).value
    await directory.service.revoke(admin, made.key.id)
    await directory.made(Role.MEMBER, CreateApiKey("Plain", Role.MEMBER))
    created, revoked, plain = directory.store.state.events
    for entry, type_, by in [
        (created, EventType.API_KEY_CREATED, owner),
        (revoked, EventType.API_KEY_REVOKED, admin),
    ]:
        assert (entry.type, entry.subject.id, entry.user_id) == (type_, made.key.id, owner.user_id)
        assert (entry.actor_id, entry.session_id) == (by.user_id, by.session_id)
    assert [(c.field, c.before, c.after) for c in created.changes] == [
        ("role", None, "member"),
        ("scopes", None, "introspect"),
    ]
    assert [c.field for c in plain.changes] == ["role"], "nothing is said of scopes that it has not"
    assert (created.audience_before, created.audience_after) == (None, Audience.OWNER)
    assert (revoked.audience_before, revoked.audience_after) == (Audience.OWNER, None)
    assert not any(text in repr(directory.store.state.events) for text in (made.secret, "Backup"))


async def test_a_key_ends_in_the_future(directory: Directory) -> None:
    now = directory.clock.now()
    with pytest.raises(ValidationFailed) as refused:
        await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER, expires_at=now))
    assert [f.field for f in refused.value.faults] == ["expires_at"]
    later = now + timedelta(microseconds=1)
    assert (await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER, expires_at=later))).expires_at == later


async def test_a_user_lists_their_own_keys_and_who_is_no_user_has_none(directory: Directory) -> None:
    key = await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER))
    member = directory.actors[Role.MEMBER]
    assert await directory.service.of_user(member) == [key]
    assert await directory.service.get_many(member, [key.id]) == {key.id: key}
    with pytest.raises(Forbidden):
        await directory.service.of_user(system())


async def test_the_last_use_is_stored(directory: Directory) -> None:
    key = await directory.made(Role.MEMBER, CreateApiKey("Key", Role.MEMBER))
    used = directory.clock.now() + timedelta(hours=1)
    await directory.service.touch_used({key.id: used})
    found = await directory.service.find(key.public_id)
    assert found is not None
    assert found.last_used_at == used
    assert await directory.service.find("unknown") is None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def with_key(desk: Desk, **changes: object) -> str:
    """The text of a key of the desk's user, whose principal has these changes."""
    text, public_id, hashed = new_secret()
    user = desk.principal.user_id
    key = ApiKey(uuid4(), user, "Key", Role.MEMBER, INTROSPECT, public_id, hashed, desk.time)
    desk.keys[public_id] = key
    found = Principal(key.id, user, Role.MEMBER, Status.ACTIVE, desk.time + timedelta(days=1), None, None, INTROSPECT)
    desk.known[key.id] = replace(found, **changes)  # type: ignore[arg-type]
    return text


async def test_a_request_with_a_key_acts_without_a_session(desk: Desk) -> None:
    text = with_key(desk)
    for found in [await desk.auth.require(request(authorization=f"Bearer {text}")) for _ in range(3)]:
        assert (found.actor.user_id, found.actor.session_id, found.actor.role) == (
            desk.principal.user_id,
            None,
            Role.MEMBER,
        )
        assert found.scopes == INTROSPECT
    assert (desk.lookups, desk.key_lookups) == (1, 1), "remembered"
    assert list(desk.auth.used.values()) == [desk.time]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ended_at": Desk().time}, TokenInvalid),
        ({"expires_at": Desk().time - timedelta(seconds=1)}, TokenExpired),
        ({"status": Status.DISABLED}, AccountDisabled),
    ],
)
async def test_an_ended_key_is_refused(desk: Desk, changes: dict[str, object], error: type[DomainError]) -> None:
    text = with_key(desk, **changes)
    with pytest.raises(error):
        await desk.auth.require(request(authorization=f"Bearer {text}"))
    assert not desk.auth.used


async def test_a_key_with_a_wrong_secret_is_refused_and_one_with_a_wrong_checksum_not_even_looked_up(
    desk: Desk,
) -> None:
    text = with_key(desk)
    body = text[:13] + "0" * 32
    with pytest.raises(TokenInvalid):
        await desk.auth.require(request(authorization=f"Bearer {body}{checksum(body)}"))
    assert desk.key_lookups == 1
    with pytest.raises(TokenInvalid):
        await desk.auth.require(request(authorization=f"Bearer {body}000000"))
    assert desk.key_lookups == 1


async def test_the_memory_of_keys_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.auth.api_keys.KEPT", 3)
    keys = ApiKeys(desk.find_key)
    for _ in range(5):
        await keys.identify(with_key(desk))
    assert len(keys._known) == 3
