"""The session of a browser in one exchange: the tokens that came in cookies, and the cookies that are sent back."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import Scope

from api.auth.session_cookies import CookiesRefused, Header, SessionCookies, Tokens
from domain.errors import TokenInvalid, ValidationFailed
from domain.services.sign_in import SignedIn


class CookieCarrier:
    """The cookies of one exchange: what came with the request, and what is sent back in `headers`.

    `check_origin` raises Forbidden for a page of another origin, which could sign a visitor in as another user.
    """

    def __init__(self, scope: Scope, cookies: SessionCookies, check_origin: Callable[[Scope], None]) -> None:
        self._scope, self._cookies, self._check_origin = scope, cookies, check_origin
        self.headers: list[Header] = []

    @property
    def refresh_token(self) -> str | None:
        """The refresh token that came with the request.

        Raises TokenInvalid, and clears the cookies, if it belongs to another session than the access cookie, or if
        one of them came twice: a planted cookie must not decide who the visitor is.
        """
        access, refresh = self._tokens()
        return self._matched(access, refresh)

    @property
    def ending_token(self) -> str | None:
        """The refresh token whose session may be ended: the same, but an unreadable access cookie is ignored.

        The token is proof enough to end its own session, and does not give access as another user. Raises as
        `refresh_token` does.
        """
        access, refresh = self._tokens()
        return self._matched(access if access and self._cookies.is_readable(access) else None, refresh)

    def _tokens(self) -> Tokens:
        """The tokens that came; raises CookiesRefused, and clears the cookies, for two of one name."""
        try:
            return self._cookies.tokens(self._scope)
        except CookiesRefused:
            self.clear()
            raise

    def _matched(self, access: str | None, refresh: str | None) -> str | None:
        if access and refresh and not self._cookies.are_of_one_session(access, refresh):
            self.clear()
            raise TokenInvalid("The session cookies of this request do not belong together; sign in again")
        return refresh

    @property
    def came(self) -> bool:
        """Whether a session's cookie came with the request."""
        return self._cookies.came(self._scope)

    def check(self) -> None:
        """Raise Forbidden if the request comes from a page of another origin."""
        self._check_origin(self._scope)

    def set_session(self, signed_in: SignedIn) -> None:
        """Send the tokens; both cookies live as long as the session does."""
        age = int((signed_in.session.expires_at - signed_in.session.last_seen_at).total_seconds())
        self.headers += self._cookies.setting(self._scope, Tokens(signed_in.access_token, signed_in.refresh_token), age)

    def clear(self) -> None:
        """Delete the cookies that have a token of ours."""
        self.headers = self._cookies.clearing(self._scope)


class NoCookies:
    """The carrier of a socket: it has no way to set a cookie."""

    refresh_token = None
    ending_token = None

    def check(self) -> None:
        """Refuse: a cookie cannot be set over a socket."""
        raise ValidationFailed.one("cookie", "A cookie cannot be set over a socket; sign in over HTTP")

    def set_session(self, signed_in: SignedIn) -> None:  # noqa: ARG002 - the port's signature
        """Refuse, as `check` does."""
        self.check()

    def clear(self) -> None:
        """There is nothing to delete."""
