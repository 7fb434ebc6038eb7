"""The session of a browser: two httpOnly cookies that scripts cannot read and other sites cannot plant.

`rollcall` has the access token, `rollcall_refresh` the refresh token; both go everywhere. Under https their names begin
with `__Host-` (RFC 6265bis section 4.1.3): no other host of the domain and no other path can set one, so that a browser
never has two. Without https there is no such guarantee: a request with two of one name is refused, because which of them
is whose cannot be known. A renewal is refused if the two cookies belong to different sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.types import Scope

from api.scope import cookie_values
from domain.errors import TokenInvalid, ValidationFailed
from domain.services.sign_in import SignedIn

ACCESS, REFRESH = "rollcall", "rollcall_refresh"
FORMER_REFRESH = "__Secure-rollcall_refresh"
"""What earlier versions called the refresh cookie under https; it is no longer read, and taken back."""
FORMER_PATHS = ("/graphql", "/api/v1/auth/refresh")
"""Where earlier versions set the refresh cookie."""
PLACES = ("/", *FORMER_PATHS, "/api", "/api/v1", "/api/v1/auth", "/api/v1/users", "/admin", "/admin/users")
"""The paths at which a cookie can stand that comes with our requests."""

Header = tuple[bytes, bytes]


class CookiesRefused(TokenInvalid):
    """A request with two cookies of one name; `headers` take back all that may be ours."""

    default = "Two session cookies of one name came with this request; sign in again"

    def __init__(self, headers: Sequence[Header] = ()) -> None:
        self.headers = list(headers)
        super().__init__()


def cookie(scope: Scope, name: str) -> str | None:
    """A cookie of a request, or None. Raises CookiesRefused if there are two of this name."""
    found = cookie_values(scope, name)
    if len(found) > 1:
        raise CookiesRefused(_clearing(scope, secure=name.startswith("__")))
    return found[0] if found else None


class CookieCarrier:
    """The cookies of one exchange: what came with the request, and what goes back in `headers`.

    `check_origin` raises Forbidden for a page of another origin, which could sign a visitor in as another user;
    `same_session` tells whether an access token (of any age) and a refresh token are of one session, `is_readable`
    whether an access token is one of ours at all.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        secure: bool,
        check_origin: Callable[[Scope], None],
        same_session: Callable[[str, str], bool],
        is_readable: Callable[[str], bool],
    ) -> None:
        self._scope, self._secure = scope, secure
        self._check_origin, self._same_session, self._is_readable = check_origin, same_session, is_readable
        self.headers: list[Header] = []

    @staticmethod
    def access_name(*, secure: bool) -> str:
        """The name of the access cookie."""
        return f"__Host-{ACCESS}" if secure else ACCESS

    @staticmethod
    def refresh_name(*, secure: bool) -> str:
        """The name of the refresh cookie."""
        return f"__Host-{REFRESH}" if secure else REFRESH

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
        return self._matched(access if access and self._is_readable(access) else None, refresh)

    def _tokens(self) -> tuple[str | None, str | None]:
        """The access and the refresh token that came; raises CookiesRefused, and takes them back, for two of one name."""
        try:
            access = cookie(self._scope, self.access_name(secure=self._secure))
            return access, cookie(self._scope, self.refresh_name(secure=self._secure))
        except CookiesRefused:
            self.clear()
            raise

    def _matched(self, access: str | None, refresh: str | None) -> str | None:
        if access and refresh and not self._same_session(access, refresh):
            self.clear()
            raise TokenInvalid("The session cookies of this request do not belong together; sign in again")
        return refresh

    @property
    def came(self) -> bool:
        """Whether a session's cookie came with the request."""
        names = self.access_name(secure=self._secure), self.refresh_name(secure=self._secure)
        return any(cookie_values(self._scope, name) for name in names)

    def check(self) -> None:
        """Raise Forbidden if the request comes from a page of another origin."""
        self._check_origin(self._scope)

    def set_session(self, signed_in: SignedIn) -> None:
        """Send the tokens; both cookies live as long as the session does."""
        age = int((signed_in.session.expires_at - signed_in.session.last_seen_at).total_seconds())
        kept = self.access_name(secure=self._secure), self.refresh_name(secure=self._secure)
        tokens = signed_in.access_token, signed_in.refresh_token
        self.headers += [_set(name, token, "/", age) for name, token in zip(kept, tokens, strict=True)]
        self.headers += _former(self._scope, secure=self._secure)

    def clear(self) -> None:
        """Take the cookies back."""
        self.headers = _clearing(self._scope, secure=self._secure)


def _clearing(scope: Scope, *, secure: bool) -> list[Header]:
    """Headers that take back both cookies, and others of their names at the paths that this request can show."""
    names = CookieCarrier.access_name(secure=secure), CookieCarrier.refresh_name(secure=secure)
    twice = any(len(cookie_values(scope, name)) > 1 for name in names)
    paths = [p for p in PLACES if _is_within(scope.get("path", "/"), p)] if twice and not secure else ["/"]
    headers = [_set(name, "", path, 0) for path in paths for name in names]
    return headers + [h for h in _former(scope, secure=secure) if h not in headers]


def _former(scope: Scope, *, secure: bool) -> list[Header]:
    """Headers that take back what earlier versions set, where such a cookie may have come."""
    name = FORMER_REFRESH if secure else REFRESH
    paths = ("/", *FORMER_PATHS) if secure else FORMER_PATHS
    return [_set(name, "", path, 0) for path in paths] if cookie_values(scope, name) else []


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def _set(name: str, value: str, path: str, age: int) -> Header:
    secure = "; Secure" if name.startswith("__") else ""
    return (b"set-cookie", f"{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}".encode())


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
        """There is nothing to take back."""
