"""What subscriptions say."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from schema.event import Event, FieldChange
from schema.price import SHORT_LIST, price
from schema.scalars import Cursor
from schema.user import User


@strawberry.type
class Heartbeat:
    """A live position with nothing to tell: lets a client resume from here. Sent on quiet streams."""

    cursor: Cursor
    at: datetime


@strawberry.type
class ResyncRequired:
    """The position asked for is no longer in the log, or belongs to another log.

    Read again, then subscribe from `cursor`.
    """

    reason: str
    cursor: Cursor


EventMessage = Annotated[Event | Heartbeat | ResyncRequired, strawberry.union("EventMessage")]


@strawberry.type
class UserEntered:
    """A user of the snapshot, or one that came into view."""

    user: User
    cursor: Cursor


@strawberry.type
class UserChanged:
    """A user that stays in view."""

    user: User
    cursor: Cursor
    changes: list[FieldChange] = strawberry.field(metadata=price(items=SHORT_LIST))


@strawberry.type
class UserLeft:
    """Deleted, filtered out, or no longer visible to the viewer."""

    user_id: strawberry.ID
    cursor: Cursor


@strawberry.type
class FeedReady:
    """The snapshot is complete: what follows is live."""

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


@strawberry.type
class SessionNotice:
    """What became of the viewer's own session; the last message before the server closes its sockets."""

    kind: SessionNoticeKind
    message: str
