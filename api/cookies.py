"""The session of a browser: two httpOnly cookies that no script can read.

`rollcall` has the access token and goes everywhere; `rollcall_refresh` has the refresh token and is sent only to where
it is used, `/graphql` and `/api/v1/auth/refresh`, which needs one cookie for each path. Under https the access cookie
is `__Host-rollcall` and the refresh cookie `__Secure-rollcall_refresh` (`__Host-` would force the path `/`;
RFC 6265bis section 4.1.3).
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import cookie_parser
from starlette.types import Scope

from domain.commands import SignedIn
from domain.errors import ValidationFailed

REFRESH_PATHS = ("/graphql", "/api/v1/auth/refresh")


def cookie(scope: Scope, name: str) -> str | None:
    """A cookie of a request, or None.

    Read as browsers write them: a strict parser would stop at the first odd cookie of another application on the host,
    and lose ours.
    """
    for key, value in scope["headers"]:
        if key == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(name)
            if found is not None:
                return found
    return None


class CookieCarrier:
    """The cookies of one exchange: what came with the request, and what goes back in `headers`.

    `check_origin` raises Forbidden for a page of somebody else, which could sign a visitor in as another.
    """

    def __init__(self, scope: Scope, *, secure: bool, check_origin: Callable[[Scope], None] = lambda _: None) -> None:
        self._scope, self._secure, self._check_origin = scope, secure, check_origin
        self.headers: list[tuple[bytes, bytes]] = []

    @staticmethod
    def access_name(*, secure: bool) -> str:
        """The name of the access cookie."""
        return "__Host-rollcall" if secure else "rollcall"

    @staticmethod
    def refresh_name(*, secure: bool) -> str:
        """The name of the refresh cookies."""
        return "__Secure-rollcall_refresh" if secure else "rollcall_refresh"

    @property
    def refresh_token(self) -> str | None:
        """The refresh token that came with the request."""
        return cookie(self._scope, self.refresh_name(secure=self._secure)) or None

    @property
    def came(self) -> bool:
        """Whether a session's cookie came with the request."""
        access = cookie(self._scope, self.access_name(secure=self._secure))
        return bool(access) or self.refresh_token is not None

    def check(self) -> None:
        """Raise Forbidden where the request comes from a page of somebody else."""
        self._check_origin(self._scope)

    def set_session(self, signed_in: SignedIn) -> None:
        """Send the tokens; both cookies live as long as the session does."""
        age = int((signed_in.session.expires_at - signed_in.session.last_seen_at).total_seconds())
        self._set(self.access_name(secure=self._secure), signed_in.access_token, "/", age)
        for path in REFRESH_PATHS:
            self._set(self.refresh_name(secure=self._secure), signed_in.refresh_token, path, age)

    def clear(self) -> None:
        """Take the cookies back."""
        self._set(self.access_name(secure=self._secure), "", "/", 0)
        for path in REFRESH_PATHS:
            self._set(self.refresh_name(secure=self._secure), "", path, 0)

    def _set(self, name: str, value: str, path: str, age: int) -> None:
        text = f"{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax"
        self.headers.append((b"set-cookie", (text + ("; Secure" if self._secure else "")).encode()))


class NoCookies:
    """The carrier of a socket: it has no way to set a cookie."""

    refresh_token = None

    def check(self) -> None:
        """Refuse: a cookie cannot be set over a socket."""
        raise ValidationFailed.one("cookie", "A cookie cannot be set over a socket; sign in over HTTP")

    def set_session(self, signed_in: SignedIn) -> None:  # noqa: ARG002 - the port's signature
        """Refuse, as `check` does."""
        self.check()

    def clear(self) -> None:
        """There is nothing to take back."""
