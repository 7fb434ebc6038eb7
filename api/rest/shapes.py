"""The v1 envelope and its contents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain import policies
from domain.models.actor import Actor
from domain.models.session import Session
from domain.models.user import User
from domain.services.sign_in import SignedIn
from domain.times import write_time


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
    """A user; `email` is null if the viewer may not see it. The times are in UTC, and are written by the encoder."""
    return {
        "id": str(user.id),
        "email": user.email if policies.can_see_email(viewer, user.id) else None,
        "display_name": user.display_name,
        "role": user.role,
        "status": user.status,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
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
