"""What every table is declared with. The tables stand beside their repositories; `tables.py` has them all."""

from __future__ import annotations

from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = UUID(as_uuid=True)
TIME = DateTime(timezone=True)

TAKEN = "taken"
"""In the `info` of a unique constraint: the field that a violation reports as taken (`persistence.errors`)."""
