"""The first admin of a new directory."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from api.bootstrap.core import Core, open_core
from api.settings import ConfigurationError, Settings
from domain.errors import Taken, ValidationFailed
from domain.models.actor import Role, system
from domain.models.directory import UserFilter
from domain.services.user import CreateUser


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Whether the first admin was made by this call, and the password if it was generated."""

    made: bool
    generated_password: str | None = field(default=None, repr=False)


async def ensure_first_admin(settings: Settings) -> FirstAdmin:
    """Make the first admin if the directory has none of any status.

    Raises ConfigurationError where ADMIN_EMAIL or ADMIN_PASSWORD cannot be used, and Unavailable.
    """
    given = settings.admin_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12)
    command = CreateUser(settings.admin_email or "admin@example.com", "Admin", Role.ADMIN, password)
    async with open_core(settings) as core:
        if await _count_admins(core):
            return FirstAdmin(made=False)
        try:
            await core.users.create(system(), command)
        except ValidationFailed as error:
            lines = "\n".join(f"  ADMIN_{f.field.upper()}: {f.message}" for f in error.faults)
            raise ConfigurationError(f"The first admin cannot be made:\n{lines}") from None
        except Taken:
            if await _count_admins(core):  # another server that is starting now was first
                return FirstAdmin(made=False)
            raise ConfigurationError("ADMIN_EMAIL: belongs to a user who is not an admin") from None
    return FirstAdmin(made=True, generated_password=None if given else password)


async def _count_admins(core: Core) -> int:
    admins = core.users.query(system(), filter_=UserFilter(role=frozenset({Role.ADMIN})))
    return (await core.users.count(admins)).value
