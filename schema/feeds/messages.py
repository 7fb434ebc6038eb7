"""What subscriptions say."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from schema.event import Event, FieldChange
from schema.scalars import Cursor
from schema.user import User


@strawberry.type(
    description="A live position with nothing to tell: lets a client resume from here. Sent on quiet streams."
)
class Heartbeat:
    """See the description."""

    cursor: Cursor
    at: datetime


@strawberry.type(
    description="The position asked for is no longer in the log, or belongs to another log: "
    "read again, then subscribe from `cursor`."
)
class ResyncRequired:
    """See the description."""

    reason: str
    cursor: Cursor


EventMessage = Annotated[Event | Heartbeat | ResyncRequired, strawberry.union("EventMessage")]


@strawberry.type(description="A user of the snapshot, or one that came into view.")
class UserEntered:
    """See the description."""

    user: User
    cursor: Cursor


@strawberry.type
class UserChanged:
    """A user that stays in view."""

    user: User
    cursor: Cursor
    changes: list[FieldChange]


@strawberry.type(description="Deleted, filtered out, or no longer visible to the viewer.")
class UserLeft:
    """See the description."""

    user_id: strawberry.ID
    cursor: Cursor


@strawberry.type(description="The snapshot is complete: what follows is live.")
class FeedReady:
    """See the description."""

    cursor: Cursor


FeedMessage = Annotated[
    UserEntered | UserChanged | UserLeft | FeedReady | Heartbeat | ResyncRequired, strawberry.union("FeedMessage")
]


@strawberry.type
class PresenceChange:
    """A user who came or went."""

    user_id: strawberry.ID
    online: bool
    at: datetime


@strawberry.enum
class SessionNoticeKind(Enum):
    """What became of a session."""

    ROLE_CHANGED = "ROLE_CHANGED"
    SIGNED_OUT = "SIGNED_OUT"
    DISABLED = "DISABLED"
    EXPIRING = "EXPIRING"


@strawberry.type(
    description="What became of the viewer's own session; the last message before the server closes its sockets."
)
class SessionNotice:
    """See the description."""

    kind: SessionNoticeKind
    message: str
