"""When the refresh token of a session was last replaced."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column without a value: a token that was replaced before is accepted no longer than it was."""
    op.execute("ALTER TABLE sessions ADD COLUMN refreshed_at TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    """Drop the column; the sessions stay."""
    op.execute("ALTER TABLE sessions DROP COLUMN refreshed_at")
