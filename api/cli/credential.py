"""The credential with which `rollcall tail` and `verify` use a server: an API key, or an account's password."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from api.cli.client import SignedIn, sign_in, use_key
from api.settings import LocalSettings


class Credential(Protocol):
    """Begins a session. `label` names its owner in messages."""

    @property
    def label(self) -> str: ...

    async def begin(self, http: httpx.AsyncClient) -> SignedIn:
        """Raises ServerUnavailable and Refused."""
        ...


@dataclass(frozen=True, slots=True)
class Password:
    """An account's address and password."""

    label: str
    password: str = field(repr=False)

    async def begin(self, http: httpx.AsyncClient) -> SignedIn:
        """A new session."""
        return await sign_in(http, self.label, self.password)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, which acts as its owner without a session."""

    key: str = field(repr=False)
    label: str = "The owner of the API key"

    async def begin(self, http: httpx.AsyncClient) -> SignedIn:
        """The key in place of a session."""
        return await use_key(http, self.key)


def credential_of(settings: LocalSettings, email: str = "") -> Credential:
    """ROLLCALL_API_KEY, unless an account is named; otherwise its password from ROLLCALL_PASSWORD or a prompt."""
    if settings.rollcall_api_key is not None and not email:
        return ApiKey(settings.rollcall_api_key.get_secret_value())
    given = settings.rollcall_password
    address = email or settings.rollcall_email or settings.admin_email or "admin@example.com"
    return Password(address, given.get_secret_value() if given else getpass.getpass("Password: "))
