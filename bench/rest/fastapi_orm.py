"""FastAPI over SQLAlchemy's ORM, with a session for each request as a dependency, as documented."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.rest.fastapi_shapes import Envelope, User, decode, encode, link_next

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=int(os.environ["POOL_SIZE"]),
    max_overflow=0,
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase):
    """The declarative base."""


class UserRow(Base):
    """A row of the peers' table."""

    __tablename__ = "users"
    __table_args__ = {"schema": "peers"}  # noqa: RUF012 - as SQLAlchemy documents it
    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    display_name: Mapped[str]
    role: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int]


async def open_session() -> AsyncIterator[AsyncSession]:
    """The session of a request."""
    async with sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(open_session)]


@app.get("/api/v1/users/{user_id}", response_model=Envelope[User])
async def one(user_id: UUID, session: Session) -> object:
    """One user."""
    row = await session.get(UserRow, user_id)
    if row is None:
        raise HTTPException(404)
    return {"data": row, "message": "User retrieved successfully"}


@app.get("/api/v1/users", response_model=Envelope[list[User]])
async def page(
    request: Request,
    response: Response,
    session: Session,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: str | None = None,
) -> object:
    """A page, in the order of creation."""
    statement = select(UserRow).order_by(UserRow.created_at, UserRow.id).limit(limit + 1)
    if after is not None:
        statement = statement.where(tuple_(UserRow.created_at, UserRow.id) > tuple_(*decode(after)))
    rows = list(await session.scalars(statement))
    if len(rows) > limit:
        link_next(request, response, encode(rows[limit - 1].created_at, rows[limit - 1].id))
    return {"data": rows[:limit], "message": "Users retrieved successfully"}
