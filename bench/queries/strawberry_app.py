"""Strawberry's own ASGI app over SQLAlchemy's ORM, with a database session for each resolver, as documented."""

from __future__ import annotations

import base64
import os
from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
    pool_size=int(os.environ["POOL_SIZE"]),
    max_overflow=0,
)
Session = async_sessionmaker(engine, expire_on_commit=False)


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


@strawberry.enum
class Role(Enum):
    """What the user may do."""

    MEMBER = "member"
    AUDITOR = "auditor"
    ADMIN = "admin"


@strawberry.enum
class Status(Enum):
    """Whether the account is in use."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"


@strawberry.type
class User:
    """The six selected fields."""

    id: strawberry.ID
    email: str
    display_name: str
    role: Role
    status: Status
    created_at: datetime

    @classmethod
    def of(cls, row: UserRow) -> User:
        """A row as the schema shows it."""
        return cls(
            id=strawberry.ID(str(row.id)),
            email=row.email,
            display_name=row.display_name,
            role=Role(row.role),
            status=Status(row.status),
            created_at=row.created_at,
        )


@strawberry.type
class PageInfo:
    """Whether there are more."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class UserEdge:
    """A user in a page."""

    cursor: str
    node: User


@strawberry.type
class UserConnection:
    """A page of users."""

    edges: list[UserEdge]
    page_info: PageInfo

    @classmethod
    def of(cls, rows: list[UserRow], first: int) -> UserConnection:
        """The first rows; one more says that there is another page."""
        edges = [UserEdge(cursor=encode(row), node=User.of(row)) for row in rows[:first]]
        return cls(
            edges=edges,
            page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=edges[-1].cursor if edges else None),
        )


def encode(row: UserRow) -> str:
    """The cursor of a row."""
    return base64.urlsafe_b64encode(f"{row.created_at.isoformat()} {row.id}".encode()).decode()


def decode(cursor: str) -> tuple[datetime, UUID]:
    """The key in a cursor."""
    moment, _, number = base64.urlsafe_b64decode(cursor).decode().partition(" ")
    return datetime.fromisoformat(moment), UUID(number)


@strawberry.type
class Query:
    """The reads."""

    @strawberry.field
    async def user(self, id: strawberry.ID) -> User | None:
        """One user."""
        async with Session() as session:
            row = await session.get(UserRow, UUID(id))
        return None if row is None else User.of(row)

    @strawberry.field
    async def users(self, first: int = 20, after: str | None = None, search: str | None = None) -> UserConnection:
        """A page, in the order of creation."""
        statement = select(UserRow).order_by(UserRow.created_at, UserRow.id).limit(first + 1)
        if search:
            found = text("search @@ to_tsquery('simple', :search)").bindparams(search=search + ":*")
            statement = statement.where(found)
        if after:
            statement = statement.where(tuple_(UserRow.created_at, UserRow.id) > tuple_(*decode(after)))
        async with Session() as session:
            return UserConnection.of(list(await session.scalars(statement)), first)


@strawberry.type
class Mutation:
    """The write."""

    @strawberry.mutation
    async def update_user(self, id: strawberry.ID, display_name: str) -> User | None:
        """Rename a user."""
        async with Session() as session:
            row = await session.get(UserRow, UUID(id))
            if row is None:
                return None
            row.display_name = display_name
            row.updated_at = func.now()
            await session.commit()
            return User.of(row)


graphql: GraphQL[None, None] = GraphQL(strawberry.Schema(Query, Mutation))
app = Starlette(routes=[Route("/graphql", graphql)])
