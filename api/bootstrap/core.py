"""The connections and use cases, without the live parts: enough for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import cached_property
from typing import Any

from api.auth.access_tokens import TokenRules
from api.auth.authenticator_app import AuthenticatorApp
from api.auth.challenges import Challenges
from api.auth.key_ring import KeyRing
from api.auth.relying_party import WebAuthn
from api.auth.sealed_keys import SealedKeys
from api.auth.tokens import SignedTokens
from api.bootstrap.accounts import Accounts, session_rules
from api.bootstrap.outgoing import Outgoing
from api.settings import Settings
from domain.services.api_key import ApiKeyService
from domain.services.event import EventService
from domain.services.history import HistoryService
from domain.services.importing import ImportService
from domain.services.passkey import PasskeyService
from domain.services.passkey_check import PasskeyCheck, RelyingParty
from domain.services.reauthentication import Reauthentication
from domain.services.restoring import RestoreService
from domain.services.results import Results
from domain.services.retention import RetentionService
from domain.services.second_factor import SecondFactorService
from domain.services.session import SessionService
from domain.services.signing_key import SigningKeyService
from domain.services.user import UserService


class Core(Outgoing):
    """One per process."""

    def in_order(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """See Parts: those with connections and threads, and the queue that is written with them."""
        return self.database, self.hasher, self.limiter, self.result_store, self.failures

    @cached_property
    def tokens(self) -> SignedTokens:
        """Makes and reads access and refresh tokens."""
        settings = self.settings
        rules = TokenRules(settings.public_url, settings.token_audience, self.access_lifetime)
        return SignedTokens(settings.every_secret_key, self.key_ring, rules)

    @cached_property
    def access_lifetime(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(seconds=self.settings.access_token_seconds)

    @cached_property
    def sealed_keys(self) -> SealedKeys:
        """Makes signing keys, and encrypts them."""
        return SealedKeys(self.settings.every_secret_key)

    @cached_property
    def signing_keys(self) -> SigningKeyService:
        """The use cases of signing keys."""
        return SigningKeyService(
            self.store, self.clock, self.sealed_keys, self.access_lifetime, self.settings.token_algorithm
        )

    @cached_property
    def api_keys(self) -> ApiKeyService:
        """The use cases of API keys."""
        return ApiKeyService(self.store, self.clock, self.revocation)

    @cached_property
    def key_ring(self) -> KeyRing:
        """The signing keys as this process knows them; a command reads none."""
        return KeyRing(self.sealed_keys, self.signing_keys.usable, self.access_lifetime)

    async def read_signing_keys(self) -> None:
        """Read the signing keys, after making the first one if there is none: no token is issued without. Raises Unavailable."""
        self.key_ring.replace(await self.signing_keys.ensure())

    @cached_property
    def users(self) -> UserService:
        """The use cases of the directory."""
        return UserService(
            self.store,
            self.clock,
            self.hasher,
            self.tokens,
            self.presence,
            self.revocation,
            self.attempts,
            confirms_email=self.settings.smtp_url is not None,
        )

    @cached_property
    def sessions(self) -> SessionService:
        """The use cases of sessions."""
        return SessionService(
            self.store,
            self.clock,
            self.hasher,
            self.tokens,
            self.attempts,
            self.failures,
            session_rules(self.settings),
            self.revocation,
            self.second_factors,
            self.mails.wake,
        )

    @cached_property
    def second_factors(self) -> SecondFactorService:
        """The use cases of second factors."""
        check = PasskeyCheck(self.relying_party, self.clock)
        return SecondFactorService(
            self.store,
            self.clock,
            self.authenticator_app,
            self.attempts,
            self.revocation,
            self.reauthentication,
            check,
            self.settings.require_second_factor,
        )

    @cached_property
    def authenticator_app(self) -> AuthenticatorApp:
        """TOTP secrets, encrypted."""
        return AuthenticatorApp(self.settings.every_secret_key, self.settings.app_name)

    @cached_property
    def reauthentication(self) -> Reauthentication:
        """Proof that a signed-in user is still there."""
        return Reauthentication(self.store, self.clock, self.hasher, self.attempts)

    @cached_property
    def relying_party(self) -> RelyingParty:
        """WebAuthn, for passkeys."""
        settings = self.settings
        challenges = Challenges(settings.every_secret_key)
        return WebAuthn(settings.public_url, settings.app_name, challenges)

    @cached_property
    def passkeys(self) -> PasskeyService:
        """The use cases of passkeys."""
        given = self.store, self.clock, self.relying_party, self.attempts, self.reauthentication
        return PasskeyService(*given, self.settings.require_second_factor)

    @cached_property
    def accounts(self) -> Accounts:
        """What happens by links in mails."""
        return Accounts.over(
            self.store, self.clock, self.hasher, self.attempts, self.revocation, self.sessions, self.mails
        )

    @cached_property
    def results(self) -> Results:
        """Dear results that are kept for a while; a command follows no log, and keeps none."""
        return Results(self.result_store)

    @cached_property
    def events(self) -> EventService:
        """The audit trail."""
        return EventService(self.store, self.clock, self.results)

    @cached_property
    def imports(self) -> ImportService:
        """Users and events from files."""
        return ImportService(self.store, self.clock, self.hasher)

    @cached_property
    def retention(self) -> RetentionService:
        """Pruning the log, and deleting old sessions."""
        return RetentionService(self.store)

    @cached_property
    def restoring(self) -> RestoreService:
        """Reading exported events back."""
        return RestoreService(self.store)

    @cached_property
    def history(self) -> HistoryService:
        """The log against the directory."""
        return HistoryService(self.store)


def open_core(settings: Settings, **replaced: Any) -> AbstractAsyncContextManager[Core]:
    """The use cases for a command, which may read for as long as it takes. Raises TypeError for a name that is not a part."""
    return Core(settings, **replaced).running()
