"""Sends a socket notices about its own session, through its `sessionNotices` subscriptions."""

from __future__ import annotations

from api.sockets.connection import Connection
from schema.feeds.events import NoticeProjection
from schema.feeds.messages import SessionNotice, SessionNoticeKind


async def send_notice(connection: Connection, kind: SessionNoticeKind, text: str) -> None:
    """Write a notice to each of the socket's subscriptions that asks for them."""
    for operation in list(connection.operations.values()):
        subscriber = operation.subscriber
        if subscriber is None or subscriber.group is None:
            continue
        group = subscriber.group
        if isinstance(group.projection, NoticeProjection):
            payload = await group.payload(SessionNotice(kind=kind, message=text), subscriber.actor)
            subscriber.sink.write(subscriber.sink.encode([payload]), 1)
