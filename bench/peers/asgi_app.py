"""The limit of ASGI: one Redis reader, one serialized text for each event, `await send()` for each socket.

No GraphQL, no authentication, no limits: only uvicorn is measured.
"""

from __future__ import annotations

import asyncio
import json
import os
from typing import Any

import redis.asyncio as aioredis
from starlette.types import Receive, Scope, Send

CHANNEL = "userChanged"
ACK = '{"type":"connection_ack"}'

subscribers: dict[Send, str] = {}


async def pump(ready: asyncio.Event) -> None:
    """Forward messages from Redis to every socket."""
    stream = aioredis.from_url(os.environ["REDIS_URL"]).pubsub(ignore_subscribe_messages=True)
    await stream.subscribe(CHANNEL)
    ready.set()
    async for message in stream.listen():
        tail = ',"type":"next","payload":{"data":{"userChanged":' + message["data"].decode() + "}}}"
        for send, id_ in list(subscribers.items()):
            await send({"type": "websocket.send", "text": '{"id":' + id_ + tail})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the lifespan and the sockets; any other request gets an empty response."""
    if scope["type"] == "lifespan":
        await live(receive, send)
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
    else:
        await serve(receive, send)


async def live(receive: Receive, send: Send) -> None:
    """Run the pump from startup to shutdown."""
    await receive()
    ready = asyncio.Event()
    task = asyncio.create_task(pump(ready))
    await ready.wait()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    task.cancel()
    await send({"type": "lifespan.shutdown.complete"})


async def serve(receive: Receive, send: Send) -> None:
    """Speak as much of graphql-transport-ws as the load client needs."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "graphql-transport-ws"})
    try:
        while (event := await receive())["type"] == "websocket.receive":
            message: dict[str, Any] = json.loads(event["text"])
            if message["type"] == "connection_init":
                await send({"type": "websocket.send", "text": ACK})
            elif message["type"] == "subscribe":
                subscribers[send] = json.dumps(message["id"])
    finally:
        subscribers.pop(send, None)
