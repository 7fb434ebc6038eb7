"""Hashes of passwords: Argon2id on threads of its own, never on the event loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

from api.auth.foreign_hashes import verifier_of
from domain.errors import RateLimited

T = TypeVar("T")

MEMORY_KIB, PASSES, LANES = 19456, 2, 1
"""OWASP's minimum for Argon2id (Password Storage Cheat Sheet): about 28 ms of one core."""
OWN = "$argon2id$"
"""How the hashes that are made here begin."""
WAITING_MAX = 64
"""The longest queue for each thread; one more request is refused, to be tried again in a second."""


class Argon2Hasher:
    """Argon2id (RFC 9106) on a pool of its own, with a bounded queue in front; tests have cheaper `passes` and `memory_kib`."""

    def __init__(self, threads: int = 1, passes: int = PASSES, memory_kib: int = MEMORY_KIB) -> None:
        self._argon2 = Argon2(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._room = WAITING_MAX * threads
        self.waiting = 0
        self._dummy_hash = self._argon2.hash(secrets.token_hex(16))

    async def hash(self, password: str) -> str:
        """The hash in PHC string format. Raises RateLimited when too many wait."""
        return await self._run(lambda: self._argon2.hash(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it fits; without a hash the same time is spent and the answer is no. Raises RateLimited."""
        fits = await self._run(lambda: self._fits(password, password_hash or self._dummy_hash))
        return fits and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the parameters have been raised since, or the hash was made elsewhere."""
        try:
            return self._argon2.check_needs_rehash(password_hash)
        except InvalidHashError:
            return True

    def accepts(self, password_hash: str) -> bool:
        """Whether a hash that was made elsewhere can be verified here, at a bounded cost."""
        return verifier_of(password_hash) is not None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password: str, password_hash: str) -> bool:
        if not password_hash.startswith(OWN):
            verifier = verifier_of(password_hash)
            return verifier is not None and verifier(password)
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self.waiting >= self._room:
            raise RateLimited(1)
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self.waiting -= 1
