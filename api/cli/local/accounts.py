"""Finding the account that a command names."""

from __future__ import annotations

from api.bootstrap.core import Core
from domain.errors import NotFound
from domain.models.text import canonical_email
from domain.models.user import User


async def user_of(core: Core, email: str) -> User:
    """The user with this address. Raises NotFound and ValidationFailed."""
    async with core.store.read() as unit:
        user = await unit.users.find_by_email(canonical_email(email))
    if user is None:
        raise NotFound(f"There is no account with the address {email}")
    return user
