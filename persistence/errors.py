"""Database failures as domain errors: no message of the database reaches a client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import asyncpg
import structlog
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi as adapted
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import Taken, Unavailable
from persistence.metadata import TAKEN, metadata

UNAVAILABLE_CLASSES = ("08", "53", "57", "40", "25", "55", "58")
"""SQLSTATE classes of a database that cannot serve now: connection, resources, operator intervention, deadlock and
serialization, read-only transaction, lock not available, system error (PostgreSQL manual, appendix A)."""
QUERY_CANCELED = "57014"
"""The SQLSTATE of a statement that `statement_timeout` has ended."""
NO_LABELS: Mapping[str, str] = {}
TOO_SLOW = "This takes too long to answer; ask for less, or for something more specific"

log = structlog.get_logger(__name__)


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind an error of the driver or of SQLAlchemy."""
    for found in (error, getattr(error, "orig", None), error.__cause__):
        code = getattr(found, "sqlstate", None) or getattr(found, "pgcode", None)
        if code:
            return str(code)
    return None


def taken_field(error: IntegrityError | asyncpg.UniqueViolationError) -> str | None:
    """The field that the violated constraint reports as taken, or None."""
    cause = error.orig.__cause__ if isinstance(error, IntegrityError) and error.orig else error
    violated = getattr(cause, "constraint_name", None)
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if violated is not None and constraint.name == violated:
                return constraint.info.get(TAKEN)
    return None


@contextmanager
def translated(labels: Mapping[str, str] = NO_LABELS) -> Iterator[None]:
    """Raise Taken and Unavailable in place of what the driver raised; everything else passes.

    `labels` say in the log which database is unavailable.
    """
    try:
        yield
    except (IntegrityError, asyncpg.UniqueViolationError) as error:
        if (field := taken_field(error)) is not None:
            raise Taken(field) from None
        raise
    except (OSError, TimeoutError, PoolTimeout, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise _unavailable(error, labels) from error
    except (InterfaceError, OperationalError) as error:
        raise _unavailable(error, labels) from error
    except (DBAPIError, adapted.Error, asyncpg.PostgresError) as error:  # its pool raises what it has adapted
        state = sqlstate(error)
        disconnected = isinstance(error, DBAPIError) and error.connection_invalidated
        original = error.orig if isinstance(error, DBAPIError) else error
        internal = isinstance(
            original.__cause__ if original else None, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError
        )
        if disconnected or internal or (state and state.startswith(UNAVAILABLE_CLASSES)):
            raise _unavailable(error, labels) from error
        raise


def _unavailable(error: BaseException, labels: Mapping[str, str]) -> Unavailable:
    log.warning("database.unavailable", **labels, error=type(error).__name__, sqlstate=sqlstate(error))
    return Unavailable(TOO_SLOW if sqlstate(error) == QUERY_CANCELED else None)
