"""The contract's table of routes: the parameters, response and errors of each v1 route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from api.rest.refusals import EMAIL_TAKEN, SESSION, Codes, Raised, codes_of
from api.rest.requests import (
    ChangedUser,
    ExportQuery,
    ImportQuery,
    Login,
    NewUser,
    Parameters,
    Refresh,
    UserListQuery,
)
from domain import errors

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the contract's table of routes."""

    method: str
    path: str
    id: str
    summary: str
    message: str
    data: Json
    status: int = 200
    body: type[BaseModel] | None = None
    body_required: bool = True
    raises: tuple[Raised, ...] = SESSION
    """The errors of its use case and of the session check; the documented codes follow from them."""
    parameters: tuple[str, ...] = ()
    """Its parameters in the path and the headers."""
    query: type[Parameters] | None = Parameters
    """Its query parameters; all others are refused, unless this is None."""
    headers: tuple[str, ...] = ()
    public: bool = False
    not_modified: bool = False
    waits: str = ""
    """The message of a 202, if it has one: what was asked for waits to be confirmed."""
    takes: tuple[str, ...] = ()
    """The media types of a file that it reads instead of JSON."""
    gives: tuple[str, ...] = ()
    """The media types of a file that it answers with instead of the envelope; `data` describes a line of it."""

    @property
    def refusals(self) -> Codes:
        """Its error codes by status."""
        return codes_of(self.raises, body=self.body is not None, file=bool(self.takes), query=self.query is not None)


def ref(name: str) -> Json:
    """A reference to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}


USERS: Json = {"type": "array", "items": ref("User"), "maxItems": 100}


def _list(path: str, name: str, summary: str) -> Operation:
    return Operation(
        "get",
        path,
        name,
        summary,
        "Users retrieved successfully",
        USERS,
        raises=(*SESSION, errors.ValidationFailed),
        query=UserListQuery,
        headers=("Link", "X-Total-Count", "X-Total-Count-Exact"),
    )


OPERATIONS = (
    _list("/api/v1/users", "listUsers", "List the users whom the viewer may see, oldest first"),
    Operation(
        "post",
        "/api/v1/users",
        "createUser",
        "Create a user; admins only",
        "User created successfully",
        ref("User"),
        status=201,
        body=NewUser,
        raises=(*SESSION, EMAIL_TAKEN, errors.IdempotencyMismatch),
        parameters=("Idempotency-Key",),
        headers=("Location", "ETag"),
    ),
    Operation(
        "post",
        "/api/v1/users/import",
        "importUsers",
        "Import a file of users, CSV or NDJSON, row by row; admins only. What a row does not say stays as it is",
        "One JSON object a line: the start, each row, progress after each transaction, and a summary",
        ref("ImportLine"),
        takes=("text/csv", "text/tab-separated-values", "application/x-ndjson", "application/octet-stream"),
        gives=("application/x-ndjson",),
        query=ImportQuery,
    ),
    Operation(
        "get",
        "/api/v1/users/export",
        "exportUsers",
        "Export the users whom the viewer may see as a file that can be imported; without a status, all but deleted users",
        "CSV with a header, or one JSON object a line; incomplete if the connection ends early",
        {"type": "string"},
        raises=(*SESSION, errors.ValidationFailed),
        gives=("text/csv", "application/x-ndjson"),
        query=ExportQuery,
        headers=("Content-Disposition",),
    ),
    Operation(
        "get",
        "/api/v1/users/{id}",
        "getUser",
        "Get one user",
        "User retrieved successfully",
        ref("User"),
        raises=(*SESSION, errors.NotFound),
        parameters=("id", "If-None-Match"),
        headers=("ETag", "Vary"),
        not_modified=True,
    ),
    Operation(
        "put",
        "/api/v1/users/{id}",
        "updateUser",
        "Change fields of a user and leave the others; users may only change their own e-mail and display name, admins everything",
        "User updated successfully",
        ref("User"),
        body=ChangedUser,
        raises=(*SESSION, errors.NotFound, EMAIL_TAKEN, errors.LastAdmin, errors.VersionConflict),
        parameters=("id", "If-Match"),
        headers=("ETag",),
        waits="Confirmation sent",
    ),
    Operation(
        "delete",
        "/api/v1/users/{id}",
        "deleteUser",
        "Delete a user, who can be restored; admins only",
        "User deleted successfully",
        {"type": "null"},
        raises=(*SESSION, errors.NotFound, errors.LastAdmin, errors.VersionConflict),
        parameters=("id", "If-Match"),
    ),
    Operation(
        "post",
        "/api/v1/auth/login",
        "signIn",
        "Sign in; the tokens are returned in the response or in httpOnly cookies",
        "Signed in successfully",
        ref("SignedIn"),
        body=Login,
        raises=(
            errors.InvalidCredentials,
            errors.SecondFactorRequired,
            errors.AccountDisabled,
            errors.Forbidden,
            errors.RateLimited,
        ),
        headers=("Set-Cookie",),
        public=True,
    ),
    Operation(
        "post",
        "/api/v1/auth/refresh",
        "refreshSession",
        "Exchange a refresh token, from the body or the cookie, for new tokens; it stays valid for another 30 seconds",
        "Session refreshed successfully",
        ref("SignedIn"),
        body=Refresh,
        body_required=False,
        raises=(
            errors.TokenInvalid,
            errors.TokenExpired,
            errors.SessionRevoked,
            errors.AccountDisabled,
            errors.Forbidden,
        ),
        headers=("Set-Cookie",),
        public=True,
    ),
    Operation(
        "post",
        "/api/v1/auth/logout",
        "signOut",
        "End the session and remove its cookies; after the access token has expired, with the refresh token (body or cookie)",
        "Signed out successfully",
        {"type": "null"},
        query=None,
        headers=("Set-Cookie",),
    ),
    _list("/admin/users", "listAllUsers", "List users of every status; admins only"),
)
