"""The v1 envelope and its contents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.files.reader import Form
from api.files.vendors import Vendor
from domain import policies
from domain.models.actor import Actor, Role
from domain.models.directory import UserFilter, UserSort
from domain.models.session import Session
from domain.models.user import Status, User
from domain.services.sign_in import SignedIn
from schema.scalars import write_time


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, ending in Z."""
    return None if value is None else write_time(value)


def success(data: Any, message: str) -> dict[str, Any]:
    """The envelope of a success: four keys."""
    return {"success": True, "data": data, "message": message, "timestamp": moment(datetime.now(UTC))}


def failure(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The envelope of a failure: three keys."""
    error = {"code": code, "message": message, "details": dict(details or {})}
    return {"success": False, "error": error, "timestamp": moment(datetime.now(UTC))}


def user_shape(user: User, viewer: Actor) -> dict[str, Any]:
    """A user; `email` is null if the viewer may not see it."""
    return {
        "id": str(user.id),
        "email": user.email if policies.can_see_email(viewer, user.id) else None,
        "display_name": user.display_name,
        "role": str(user.role),
        "status": str(user.status),
        "created_at": moment(user.created_at),
        "updated_at": moment(user.updated_at),
        "version": user.version,
    }


def session_shape(session: Session) -> dict[str, Any]:
    """A session of one's own."""
    return {
        "id": str(session.id),
        "user_agent": session.user_agent,
        "ip_address": session.ip_address,
        "current": True,
        "created_at": moment(session.created_at),
        "last_seen_at": moment(session.last_seen_at),
        "expires_at": moment(session.expires_at),
    }


def signed_in_shape(signed_in: SignedIn, viewer: Actor, *, cookie: bool) -> dict[str, Any]:
    """SessionPayload in snake case; with `cookie`, without tokens."""
    return {
        "user": user_shape(signed_in.user, viewer),
        "session": session_shape(signed_in.session),
        "access_token": None if cookie else signed_in.access_token,
        "refresh_token": None if cookie else signed_in.refresh_token,
        "access_token_expires_at": moment(signed_in.access_expires_at),
    }


class Body(BaseModel):
    """A request body: no unknown fields, no type conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class NewUser(Body):
    """POST /api/v1/users."""

    email: str
    display_name: str
    password: str | None = Field(default=None, repr=False)
    role: Literal["member", "auditor", "admin"] = "member"


class ChangedUser(Body):
    """PUT /api/v1/users/{id}; fields left out stay as they are."""

    email: str | None = None
    display_name: str | None = None
    password: str | None = Field(default=None, repr=False)
    role: Literal["member", "auditor", "admin"] | None = None
    status: Literal["active", "disabled"] | None = None


class Login(Body):
    """POST /api/v1/auth/login."""

    email: str
    password: str = Field(repr=False)
    totp_code: str | None = Field(default=None, repr=False)
    cookie: bool = False


class Refresh(Body):
    """POST /api/v1/auth/refresh."""

    refresh_token: str | None = Field(default=None, repr=False)


class Parameters(BaseModel):
    """Query parameters, converted from text."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Selection(Parameters):
    """The query parameters that select users."""

    search: str | None = None
    email: str | None = None
    role: Literal["member", "auditor", "admin"] | None = None
    status: Literal["active", "disabled", "deleted"] | None = None

    def filter(self, statuses: frozenset[Status] | None = None) -> UserFilter:
        """The filter; without a status, users with these."""
        return UserFilter(
            status=frozenset({Status(self.status)}) if self.status else statuses,
            role=frozenset({Role(self.role)}) if self.role else None,
            email=self.email,
        )


class UserListQuery(Selection):
    """The query parameters of the user list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None
    count: bool = False


class ImportQuery(Parameters):
    """The query parameters of an import."""

    format: Form | None = None
    encoding: str | None = Field(default=None, max_length=40)
    vendor: Vendor | None = Field(default=None, alias="from")
    start: Annotated[int, Field(ge=0, le=10**9)] = 0
    dry_run: bool = False


class ExportQuery(Selection):
    """The query parameters of an export."""

    format: Form = Form.CSV
    online: bool | None = None
    email_verified: bool | None = None
    sort: UserSort | None = None
    descending: bool = False

    def filter(self, statuses: frozenset[Status] | None = None) -> UserFilter:
        """The filter; without a status, users with these."""
        return replace(super().filter(statuses), online=self.online, email_verified=self.email_verified)
