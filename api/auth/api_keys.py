"""From the text of an API key to its id: verified keys are remembered by digest, and what they may do is asked each time."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.errors import TokenInvalid
from domain.models.api_key import ApiKey, public_id_of, secret_hash

KEPT = 10_000

Find = Callable[[str], Awaitable[ApiKey | None]]


class ApiKeys:
    """One per process; `find` reads a key by the part that names it."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._known: OrderedDict[bytes, UUID] = OrderedDict()

    async def identify(self, text: str) -> UUID:
        """The id of the key, in any state. Raises TokenInvalid, for a wrong checksum without a look-up, and Unavailable."""
        public_id = public_id_of(text)
        if public_id is None:
            raise TokenInvalid("This is not an API key")
        digest = secret_hash(text)
        known = self._known.get(digest)
        if known is not None:
            return known
        key = await self._find(public_id)
        if key is None or not hmac.compare_digest(key.secret_hash, digest):
            raise TokenInvalid("This API key is not known")
        self._known[digest] = key.id
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return key.id
