"""The identity of the database that the log's epoch belongs to, and the epochs before it."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; the identity is written by the first process that numbers entries."""
    op.execute("ALTER TABLE log_state ADD COLUMN identity TEXT")
    op.execute("ALTER TABLE log_state ADD COLUMN ancestors JSONB DEFAULT '[]'::jsonb NOT NULL")


def downgrade() -> None:
    """Drop the columns; positions of earlier epochs are then refused."""
    op.execute("ALTER TABLE log_state DROP COLUMN ancestors")
    op.execute("ALTER TABLE log_state DROP COLUMN identity")
