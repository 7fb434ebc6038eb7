"""The signing keys as this process knows them: read at the start, after an event, every few seconds, and for an unknown name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from api.auth.sealed_keys import Jwk, OpenedKey, SealedKeys
from domain.errors import Unavailable
from domain.models.event import NewEvent
from domain.models.event_types import EventType
from domain.models.signing_key import SigningKey, ends_at, signer

CHECK_SECONDS = 5.0
"""How often the keys are read without an event: the bound within which a revoked key is refused everywhere."""
PAUSE_SECONDS = 1.0
"""The shortest time between two readings, so that made-up names of keys cost one statement a second."""

NEVER = datetime.max.replace(tzinfo=UTC)

log = structlog.get_logger(__name__)

Load = Callable[[], Awaitable[Sequence[SigningKey]]]


class KeyRing:
    """One per process; `lifetime` is that of access tokens, `load` reads the keys from the database."""

    def __init__(self, opener: SealedKeys, load: Load, lifetime: timedelta, pause: float = PAUSE_SECONDS) -> None:
        self._opener, self._load, self._lifetime, self._pause = opener, load, lifetime, pause
        self._opened: dict[str, OpenedKey] = {}
        self._keys: Sequence[SigningKey] = ()
        self._until: dict[str, datetime] = {}
        self._began = float("-inf")
        self._turn, self._wake = asyncio.Lock(), asyncio.Event()
        self.version = 0
        """Grows whenever a key was added or changed."""

    def replace(self, keys: Sequence[SigningKey]) -> None:
        """Use these keys from now on; those of another SECRET_KEY are left out."""
        if list(keys) == list(self._keys):
            return
        opened = (self._reopened(key) for key in keys)
        self._opened = {found.key.kid: found for found in opened if found is not None}
        self._keys = [found.key for found in self._opened.values()]
        live = [k for k in self._keys if k.revoked_at is None]
        self._until = {k.kid: ends_at(self._keys, k, self._lifetime) or NEVER for k in live}
        self.version += 1

    def _reopened(self, key: SigningKey) -> OpenedKey | None:
        known = self._opened.get(key.kid)
        if known is None or known.key.sealed != key.sealed:
            return self._opener.open(key)
        return OpenedKey(key, known.private, known.public, known.jwk)

    def signing(self, now: datetime) -> OpenedKey:
        """The key that signs now. Raises Unavailable while there is none."""
        key = signer(self._keys, now)
        if key is None:
            raise Unavailable("There is no key to sign tokens with")
        return self._opened[key.kid]

    def find(self, kid: str) -> OpenedKey | None:
        """The key of this name, in any state."""
        return self._opened.get(kid)

    def verifies(self, kid: str, now: datetime) -> bool:
        """Whether tokens of this key are accepted."""
        until = self._until.get(kid)
        return until is not None and now < until

    def published(self, now: datetime) -> Sequence[Jwk]:
        """The public keys whose tokens are accepted."""
        return [self._opened[k.kid].jwk for k in self._keys if self.verifies(k.kid, now)]

    async def renew(self) -> None:
        """Read the keys again: once for all callers that ask meanwhile, and at most once a second. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with self._turn:
            if self._began > asked:
                return
            await asyncio.sleep(max(0.0, self._began + self._pause - loop.time()))
            began = loop.time()
            self.replace(await self._load())
            self._began = began

    def noticed(self, events: Sequence[NewEvent]) -> None:
        """Read the keys soon if these events are about keys."""
        if any(e.type is EventType.SIGNING_KEY_ROTATED for e in events):
            self._wake.set()

    async def follow(self) -> None:
        """Read the keys after every event about them, and every CHECK_SECONDS, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self.renew()
            except Unavailable:
                log.debug("signing_keys.not_read")
