"""Which failures of the database mean that it is unavailable, however the driver, its dialect or the pool report them."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi as adapted

from domain.errors import Unavailable
from persistence.errors import translated


def caused(cause: BaseException) -> Exception:
    """What SQLAlchemy's pool raises when it cannot connect: the dialect's error, which is not one of SQLAlchemy's."""
    error: Exception = adapted.Error("refused")  # type: ignore[no-untyped-call]
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.ConnectionDoesNotExistError("closed"),
        asyncpg.InterfaceError("closed"),
        ConnectionResetError(),
    ],
    ids=lambda cause: type(cause).__name__,
)
def test_a_connection_that_cannot_be_made_is_unavailable(cause: BaseException) -> None:
    with pytest.raises(Unavailable), translated():
        raise caused(cause)


def test_what_is_wrong_with_a_statement_is_not() -> None:
    error = caused(asyncpg.UndefinedColumnError("no such column"))
    with pytest.raises(adapted.Error), translated():
        raise error
