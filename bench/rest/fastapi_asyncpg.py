"""FastAPI over asyncpg's own pool: text of SQL in, records out, which the response model validates."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, HTTPException, Query, Request, Response

from bench.rest.fastapi_shapes import Envelope, User, decode, encode, link_next

COLUMNS = "select id, email, display_name, role, status, created_at, updated_at, version from peers.users"
ONE = f"{COLUMNS} where id = $1"
FIRST = f"{COLUMNS} order by created_at, id limit $1"
AFTER = f"{COLUMNS} where (created_at, id) > ($2, $3) order by created_at, id limit $1"


@asynccontextmanager
async def lifespan(started: FastAPI) -> AsyncIterator[None]:
    """The pool, for as long as the server runs."""
    size = int(os.environ["POOL_SIZE"])
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=size, max_size=size) as pool:
        started.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/api/v1/users/{user_id}", response_model=Envelope[User])
async def one(request: Request, user_id: UUID) -> dict[str, Any]:
    """One user."""
    row = await request.app.state.pool.fetchrow(ONE, user_id)
    if row is None:
        raise HTTPException(404)
    return {"data": dict(row), "message": "User retrieved successfully"}


@app.get("/api/v1/users", response_model=Envelope[list[User]])
async def page(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: str | None = None,
) -> dict[str, Any]:
    """A page, in the order of creation."""
    statement, marks = (FIRST, ()) if after is None else (AFTER, decode(after))
    rows = await request.app.state.pool.fetch(statement, limit + 1, *marks)
    if len(rows) > limit:
        link_next(request, response, encode(rows[limit - 1]["created_at"], rows[limit - 1]["id"]))
    return {"data": [dict(row) for row in rows[:limit]], "message": "Users retrieved successfully"}
