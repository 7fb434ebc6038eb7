"""An authenticator over a directory of one user, and ASGI scopes to authenticate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from starlette.types import Scope

from api.auth.api_keys import ApiKeys
from api.auth.authenticator import Authenticator
from api.auth.principals import PrincipalCache
from api.settings import Settings
from domain.errors import DomainError
from domain.models.actor import Role
from domain.models.api_key import ApiKey
from domain.models.session import Principal
from domain.models.user import Status
from tests.unit.keys import tokens_of

PROXY_TOKEN = "the token of the front proxy"

OWN, PARTNER = "https://rollcall.example.com", "https://intranet.example.com"


@dataclass
class Desk:
    """An authenticator, its directory of one user and the clock that they share."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    lookups: int = 0
    key_lookups: int = 0
    public_url: str = OWN

    def __post_init__(self) -> None:
        session, user, later = uuid4(), uuid4(), self.time + timedelta(days=1)
        self.principal = Principal(session, user, Role.AUDITOR, Status.ACTIVE, later, None, None)
        self.known: dict[UUID, Principal] = {session: self.principal}
        self.keys: dict[str, ApiKey] = {}
        self.settings = Settings.load(
            _env_file=None,
            database_url="postgresql://u@localhost/db",
            redis_url="redis://localhost",
            secret_key="x1y2z3k4l5m6n7o8p9q0r1s2t3u4v5w6x7y8",
            public_url=self.public_url,
            cors_origins=PARTNER,
            trusted_proxies="10.0.0.0/8, ::1",
            proxy_token=PROXY_TOKEN,
        )
        self.tokens = tokens_of(self.settings.secret_key.get_secret_value(), self.time)
        self.principals = PrincipalCache(self.find)
        self.auth = Authenticator(self.settings, self.tokens, ApiKeys(self.find_key), self.principals, self)
        self.token = self.tokens.issue_access(session, user, self.time)[0]
        self.cookie = f"{'__Host-' if self.settings.secure else ''}rollcall={self.token}"

    def now(self) -> datetime:
        return self.time

    async def find(self, session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        self.lookups += 1
        return {s: self.known[s] for s in session_ids if s in self.known}

    async def find_key(self, public_id: str) -> ApiKey | None:
        self.key_lookups += 1
        return self.keys.get(public_id)

    def change_user(self, **changes: Any) -> None:
        """Change the user in the directory, and notify the authenticator."""
        self.known[self.principal.session_id] = replace(self.principal, **changes)
        self.principals.forget(self.principal.user_id)


def request(method: str = "GET", client: str = "192.0.2.1", **headers: str) -> Scope:
    """The scope of a request; an underscore in a header's name stands for a dash."""
    raw = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in headers.items()]
    return {"type": "http", "method": method, "headers": raw, "client": (client, 1234), "state": {"request_id": "r1"}}


def socket(**headers: str) -> Scope:
    """A WebSocket's scope."""
    return {**request(**headers), "type": "websocket"}


async def outcome(desk: Desk, scope: Scope) -> type[DomainError] | None:
    """The type of the error that `require` raises; None if it raises none."""
    try:
        await desk.auth.require(scope)
    except DomainError as error:
        return type(error)
    return None
