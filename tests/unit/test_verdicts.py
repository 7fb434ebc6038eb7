"""Which sockets may stay open: those with a valid credential, and the system's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from api.sockets.revocation import Bounds, Revocation
from domain.models.actor import Actor, Role, system
from domain.models.session import EndReason, Principal
from domain.models.user import Status
from tests.unit.fakes import FakeClock

CLOCK = FakeClock()
PRINCIPAL = Principal(
    uuid4(), uuid4(), Role.ADMIN, Status.ACTIVE, CLOCK.now() + timedelta(days=1), ended_at=None, end_reason=None
)
ACTOR = Actor(PRINCIPAL.user_id, PRINCIPAL.role, PRINCIPAL.session_id)


def stays(actor: Actor | None, principal: Principal | None = PRINCIPAL) -> bool:
    """Whether a socket of this actor may stay."""
    unused: Any = None
    connection: Any = SimpleNamespace(actor=actor)
    found = {} if principal is None else {principal.session_id: principal}
    return Revocation(unused, unused, CLOCK, Bounds())._verdict(connection, found) is None


def test_a_valid_session_and_the_system_stay() -> None:
    assert stays(ACTOR)
    assert stays(system())
    assert stays(None), "not authenticated yet: the handshake has a deadline of its own"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.DISABLED},
        {"status": Status.DELETED},
        {"role": Role.MEMBER},
        {"expires_at": CLOCK.now()},
        {"ended_at": CLOCK.now(), "end_reason": EndReason.REVOKED},
    ],
)
def test_a_session_that_ended_or_lost_a_right_is_closed(changes: dict[str, Any]) -> None:
    assert not stays(ACTOR, replace(PRINCIPAL, **changes))


def test_an_unknown_session_is_closed() -> None:
    assert not stays(ACTOR, None)


def test_a_user_whose_credential_cannot_be_checked_is_disconnected() -> None:
    assert not stays(replace(ACTOR, session_id=None))
