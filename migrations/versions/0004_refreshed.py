"""When the refresh token of a session was last replaced, and an index that finds the sessions that ended long ago."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column without a value: a token that was replaced before is accepted no longer than it was."""
    op.execute("ALTER TABLE sessions ADD COLUMN refreshed_at TIMESTAMP WITH TIME ZONE")
    op.execute("CREATE INDEX ix_sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL")


def downgrade() -> None:
    """Take both out; the sessions stay."""
    op.execute("DROP INDEX ix_sessions_ended_at")
    op.execute("ALTER TABLE sessions DROP COLUMN refreshed_at")
