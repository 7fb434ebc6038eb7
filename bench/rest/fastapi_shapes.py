"""What both FastAPI peers answer with: v1's envelope and users as response models, and cursors."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")


class User(BaseModel):
    """A user."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    display_name: str
    role: str
    status: str
    created_at: datetime
    updated_at: datetime
    version: int


class Envelope(BaseModel, Generic[T]):
    """A success."""

    success: bool = True
    data: T
    message: str
    timestamp: datetime = Field(default_factory=lambda: datetime.now(UTC))


def encode(created_at: datetime, user_id: UUID) -> str:
    """The cursor of a row."""
    return base64.urlsafe_b64encode(f"{created_at.isoformat()} {user_id}".encode()).decode()


def decode(cursor: str) -> tuple[datetime, UUID]:
    """The key in a cursor."""
    moment, _, number = base64.urlsafe_b64decode(cursor).decode().partition(" ")
    return datetime.fromisoformat(moment), UUID(number)


def link_next(request: Request, response: Response, cursor: str) -> None:
    """The header that leads to the next page."""
    response.headers["link"] = f'<{request.url.include_query_params(after=cursor)}>; rel="next"'
