"""The two httpOnly cookies of a session, which scripts cannot read and other sites cannot plant: names, places, and whose.

`rollcall` has the access token, `rollcall_refresh` the refresh token; both are sent with every request. A browser sends
the cookies of a host to all its ports, so the names of an instance with COOKIE_INSTANCE end with it: `rollcall.work`,
`rollcall_refresh.work`. Under https they begin with `__Host-` (RFC 6265bis section 4.1.3): no other host of the domain
and no other path can set one, so that a browser never has two. Without https there is no such guarantee: a request with
two of one name is refused, because it is not known which is the visitor's. A renewal is refused if the two cookies belong
to different sessions.

Only a token that our key can read is ours. Any other belongs to another instance, and is never deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from starlette.types import Scope

from api.scope import cookie_values
from domain.errors import TokenInvalid
from domain.services.credentials import TokenCodec

FORMER_REFRESH = "__Secure-rollcall_refresh"
"""What earlier versions called the refresh cookie under https; it is no longer read, and deleted."""
FORMER_PATHS = ("/graphql", "/api/v1/auth/refresh")
"""Where earlier versions set the refresh cookie."""
PLACES = ("/", *FORMER_PATHS, "/api", "/api/v1", "/api/v1/auth", "/api/v1/users", "/admin", "/admin/users")
"""The paths at which a cookie can stand that comes with our requests."""

Header = tuple[bytes, bytes]


class CookiesRefused(TokenInvalid):
    """A request with two cookies of one name; `headers` delete all that may be ours."""

    default = "Two session cookies of one name came with this request; sign in again"

    def __init__(self, headers: Sequence[Header] = ()) -> None:
        self.headers = list(headers)
        super().__init__()


class Names(NamedTuple):
    """The names of the access cookie and the refresh cookie."""

    access: str
    refresh: str


def cookie_names(*, secure: bool, instance: str) -> Names:
    """The names under https or not, of an instance or, if that is empty, without one."""
    prefix, suffix = "__Host-" if secure else "", f".{instance}" if instance else ""
    return Names(f"{prefix}rollcall{suffix}", f"{prefix}rollcall_refresh{suffix}")


class Tokens(NamedTuple):
    """The tokens of a request's cookies."""

    access: str | None
    refresh: str | None


class SessionCookies:
    """Which cookies are this instance's: one for each process."""

    def __init__(self, tokens: TokenCodec, *, secure: bool, instance: str) -> None:
        self._codec, self._secure, self._instance = tokens, secure, instance
        self.names = cookie_names(secure=secure, instance=instance)
        self._plain = cookie_names(secure=secure, instance="")

    def tokens(self, scope: Scope) -> Tokens:
        """The tokens of a request.

        Those of before COOKIE_INSTANCE was set are read from the names of then, until the session is renewed. Raises
        CookiesRefused for two values of one name, if one of them is ours.
        """
        access, refresh = self._values(scope, self.names)
        if not (access or refresh) and self._instance:
            plain = self._values(scope, self._plain)
            access, refresh = self._readable_access(plain[0]), self._readable_refresh(plain[1])
        twice_access = len(access) > 1 and self._readable_access(access)
        if twice_access or (len(refresh) > 1 and self._readable_refresh(refresh)):
            raise CookiesRefused(self.clearing(scope))
        return Tokens(access[0] if access else None, refresh[0] if refresh else None)

    def came(self, scope: Scope) -> bool:
        """Whether a cookie with our names or, if the token is ours, the names of before came with the request."""
        plain = self._values(scope, self._plain) if self._instance else ([], [])
        own = self._values(scope, self.names)
        return any((*own, self._readable_access(plain[0]), self._readable_refresh(plain[1])))

    def is_readable(self, access: str) -> bool:
        """Whether an access token of any age is one of ours."""
        return self._session_of_access(access) is not None

    def are_of_one_session(self, access: str, refresh: str) -> bool:
        """Whether both tokens are ours, and of the same session."""
        session = self._session_of_access(access)
        return session is not None and session == self._session_of_refresh(refresh)

    def setting(self, scope: Scope, tokens: Tokens, age: int) -> list[Header]:
        """Headers that set both cookies for `age` seconds, and delete those of earlier versions."""
        pairs = zip(self.names, tokens, strict=True)
        return [_set(name, token or "", "/", age) for name, token in pairs] + self._former(scope)

    def clearing(self, scope: Scope) -> list[Header]:
        """Headers that delete the cookies with a token of ours, at all paths that this request can show if one came twice."""
        access, refresh = self._values(scope, self.names)
        twice = not self._secure and max(len(access), len(refresh)) > 1
        paths = [p for p in PLACES if _is_within(scope.get("path", "/"), p)] if twice else ["/"]
        names = [self.names.access] if self._readable_access(access) else []
        names += [self.names.refresh] if self._readable_refresh(refresh) else []
        headers = [_set(name, "", path, 0) for path in paths for name in names]
        return headers + [h for h in self._former(scope) if h not in headers]

    def _former(self, scope: Scope) -> list[Header]:
        """Headers that delete what earlier versions set, where it came with a token of ours."""
        access, refresh = self._values(scope, self._plain)
        old: list[tuple[str, str]] = []
        if self._instance and self._readable_access(access):
            old.append((self._plain.access, "/"))
        if self._readable_refresh(refresh):
            old += [(self._plain.refresh, "/")] if self._instance else []
            old += [] if self._secure else [(self._plain.refresh, path) for path in FORMER_PATHS]
        if self._secure and self._readable_refresh(cookie_values(scope, FORMER_REFRESH)):
            old += [(FORMER_REFRESH, path) for path in ("/", *FORMER_PATHS)]
        return [_set(name, "", path, 0) for name, path in old]

    def _values(self, scope: Scope, names: Names) -> tuple[list[str], list[str]]:
        return cookie_values(scope, names.access), cookie_values(scope, names.refresh)

    def _readable_access(self, values: Sequence[str]) -> list[str]:
        return [v for v in values if self._session_of_access(v) is not None]

    def _readable_refresh(self, values: Sequence[str]) -> list[str]:
        return [v for v in values if self._session_of_refresh(v) is not None]

    def _session_of_access(self, token: str) -> UUID | None:
        try:
            return self._codec.session_of_access(token)
        except TokenInvalid:
            return None

    def _session_of_refresh(self, token: str) -> UUID | None:
        try:
            return self._codec.read_refresh(token).session_id
        except TokenInvalid:
            return None


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def _set(name: str, value: str, path: str, age: int) -> Header:
    secure = "; Secure" if name.startswith("__") else ""
    return (b"set-cookie", f"{name}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}".encode())
