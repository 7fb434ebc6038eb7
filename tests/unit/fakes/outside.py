"""Fakes of outside systems: a clock that a test moves, a hasher that hashes nothing, readable tokens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.errors import TokenExpired, TokenInvalid
from domain.services.credentials import AccessClaims, RefreshClaims


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The time that the test set."""
        return self.time

    def move(self, **by: float) -> None:
        """Move the clock forward."""
        self.time += timedelta(**by)


class FakeHasher:
    """Readable hashes; it records each verification."""

    def __init__(self) -> None:
        self.strength = 1
        self.verified: list[tuple[str, str | None]] = []

    async def hash(self, password: str) -> str:
        """The password, prefixed with the current strength."""
        return f"hash{self.strength}:{password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches the hash, whatever its strength."""
        self.verified.append((password, password_hash))
        return password_hash is not None and password_hash.partition(":")[2] == password

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with another strength."""
        return not password_hash.startswith(f"hash{self.strength}:")

    def accepts(self, password_hash: str) -> bool:
        """Whether it has the form of these hashes."""
        return password_hash.startswith("hash")


class FakeTokens:
    """Readable tokens."""

    def issue_access(
        self,
        session_id: UUID,
        user_id: UUID,
        now: datetime,
        until: datetime | None = None,
        *,
        enrolling: bool = False,
    ) -> tuple[str, datetime]:
        """The token and its expiry."""
        end = now + timedelta(minutes=10)
        kind = "enrolment" if enrolling else "access"
        return f"{kind} {session_id} {user_id}", end if until is None else min(end, until)

    def read_access(self, token: str, now: datetime) -> AccessClaims:
        """The claims of the token."""
        kind, session_id, user_id = token.split()
        if not user_id:
            raise TokenExpired
        return AccessClaims(UUID(session_id), UUID(user_id), now + timedelta(minutes=10), kind == "enrolment")

    async def verify_access(self, token: str, now: datetime) -> AccessClaims:
        """The same."""
        return self.read_access(token, now)

    def claims_of(self, token: str) -> Mapping[str, Any]:
        """The token itself."""
        return {"token": token}

    def session_of_access(self, token: str) -> UUID:
        """The session that the token names."""
        return UUID(token.split()[1])

    def issue_refresh(self, session_id: UUID, generation: int) -> tuple[str, bytes]:
        """The token and its hash."""
        token = f"refresh {session_id} {generation}"
        return token, self.refresh_hash(token)

    def successor(self, token: str, known: bytes = b"") -> tuple[str, bytes]:
        """The token of the next generation, and its hash."""
        claims = self.read_refresh(token)
        return self.issue_refresh(claims.session_id, claims.generation + 1)

    def read_refresh(self, token: str) -> RefreshClaims:
        """The claims of the token. Raises TokenInvalid."""
        kind, *rest = token.split()
        if kind != "refresh" or len(rest) != 2:
            raise TokenInvalid
        return RefreshClaims(UUID(rest[0]), int(rest[1]))

    def refresh_hash(self, token: str) -> bytes:
        """The token as bytes."""
        return token.encode()

    def fingerprint(self, data: bytes) -> bytes:
        return data

    def has_fingerprint(self, data: bytes, fingerprint: bytes) -> bool:
        return data == fingerprint


class FakeLimiter:
    """Counts without a time window, and records every hit by bucket and key."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.hits: list[tuple[str, str, int, int]] = []

    async def hit(self, bucket: str, key: str, limit: int, window: int) -> int | None:
        self.hits.append((bucket, key, limit, window))
        self.counts[bucket, key] = self.counts.get((bucket, key), 0) + 1
        return window if self.counts[bucket, key] > limit else None

    async def reset(self, bucket: str, key: str) -> None:
        self.counts.pop((bucket, key), None)


class FakePresence:
    """Only the users that a test adds are online."""

    def __init__(self) -> None:
        self.online: frozenset[UUID] = frozenset()

    def online_ids(self) -> frozenset[UUID]:
        """The users that the test added."""
        return self.online

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Register nothing: presence never changes here."""
        return lambda: None


class FakeLive:
    """Records the users whose sockets a service waited for."""

    def __init__(self) -> None:
        self.settled: list[UUID] = []

    async def settle(self, user_id: UUID) -> None:
        self.settled.append(user_id)


class FakeResultStore:
    """Keeps texts without end; `puts` has what was kept: kind, key and seconds."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], str] = {}
        self.puts: list[tuple[str, str, int]] = []

    async def get(self, kind: str, key: str) -> str | None:
        return self.texts.get((kind, key))

    async def put(self, kind: str, key: str, text: str, seconds: int) -> None:
        self.texts[kind, key] = text
        self.puts.append((kind, key, seconds))
