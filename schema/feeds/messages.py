"""The messages of subscriptions."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from schema.event import Event, FieldChange
from schema.marks import SHORT_LIST, price
from schema.scalars import Cursor
from schema.user import User


@strawberry.type
class Heartbeat:
    """A live position without an event, sent on quiet streams so that a client can resume from here."""

    cursor: Cursor
    at: datetime


@strawberry.type
class ResyncRequired:
    """The requested position is no longer in the log, or belongs to another log.

    Read the data again, then subscribe from `cursor`.
    """

    reason: str
    cursor: Cursor


EventMessage = Annotated[Event | Heartbeat | ResyncRequired, strawberry.union("EventMessage")]


@strawberry.type
class UserEntered:
    """A user of the snapshot, or one who now matches."""

    user: User
    cursor: Cursor


@strawberry.type
class UserChanged:
    """A user who changed and still matches."""

    user: User
    cursor: Cursor
    changes: list[FieldChange] = strawberry.field(metadata=price(items=SHORT_LIST))


@strawberry.type
class UserLeft:
    """A user who was deleted, no longer matches, or is no longer visible to the viewer."""

    user_id: strawberry.ID
    cursor: Cursor


@strawberry.type
class FeedReady:
    """The snapshot is complete; the following messages are live."""

    cursor: Cursor


FeedMessage = Annotated[
    UserEntered | UserChanged | UserLeft | FeedReady | Heartbeat | ResyncRequired, strawberry.union("FeedMessage")
]


@strawberry.type
class PresenceChange:
    """A user who came online or went offline."""

    user_id: strawberry.ID
    online: bool
    at: datetime


@strawberry.enum
class SessionNoticeKind(Enum):
    """What happened to a session."""

    ROLE_CHANGED = "ROLE_CHANGED"
    SIGNED_OUT = "SIGNED_OUT"
    DISABLED = "DISABLED"
    EXPIRING = "EXPIRING"


@strawberry.type
class SessionNotice:
    """What happened to the viewer's own session; the last message before the server closes its sockets."""

    kind: SessionNoticeKind
    message: str
