"""Strawberry's own ASGI app with broadcaster, as documented: an async generator for each subscriber.

The stock Redis backend delivers nothing with redis-py 8, because its listener wakes before SUBSCRIBE is done and then
sleeps forever; and the first subscribers, if concurrent, overwrite each other. Both are worked around here, so that
there is something to measure.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import strawberry
from broadcaster import Broadcast
from broadcaster._backends.redis import RedisBackend
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

CHANNEL = "userChanged"


class WorkingRedisBackend(RedisBackend):
    """The stock backend, which wakes its listener only after the subscription was sent."""

    async def subscribe(self, channel: str) -> None:
        """Subscribe first, then listen."""
        await self._pubsub.subscribe(channel)
        self._ready.set()


broadcast = Broadcast(backend=WorkingRedisBackend(os.environ["REDIS_URL"]))


@strawberry.type
class User:
    """The six selected fields."""

    id: strawberry.ID
    email: str
    display_name: str
    role: str
    status: str
    updated_at: datetime


@strawberry.type
class UserEvent:
    """The payload of the channel."""

    cursor: str
    type: str
    user: User

    @classmethod
    def of(cls, data: dict[str, Any]) -> UserEvent:
        """Parse the channel's JSON."""
        user = data["user"]
        return cls(
            cursor=data["cursor"],
            type=data["type"],
            user=User(
                id=user["id"],
                email=user["email"],
                display_name=user["displayName"],
                role=user["role"],
                status=user["status"],
                updated_at=datetime.fromisoformat(user["updatedAt"]),
            ),
        )


@strawberry.type
class Query:
    """A schema needs a query type."""

    ok: bool = True


@strawberry.type
class Subscription:
    """The subscription under load."""

    @strawberry.subscription
    async def user_changed(self) -> AsyncGenerator[UserEvent, None]:
        """Every event of the channel."""
        async with broadcast.subscribe(CHANNEL) as stream:
            async for event in stream:  # type: ignore[union-attr]
                yield UserEvent.of(json.loads(event.message))  # type: ignore[union-attr]


async def hold(ready: asyncio.Event) -> None:
    """Keep one subscription open, so that no subscriber is a channel's first."""
    async with broadcast.subscribe(CHANNEL) as stream:
        ready.set()
        async for _ in stream:  # type: ignore[union-attr]
            pass


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Connect, and keep the channel open."""
    async with broadcast:
        ready = asyncio.Event()
        task = asyncio.create_task(hold(ready))
        await ready.wait()
        yield
        task.cancel()


graphql: Any = GraphQL(strawberry.Schema(Query, subscription=Subscription))
app = Starlette(routes=[Route("/graphql", graphql), WebSocketRoute("/graphql", graphql)], lifespan=lifespan)
