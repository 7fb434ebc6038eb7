"""Invitations, sign-ups that wait for a proved address, the address of a mail without a link, and languages of sessions."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

UPGRADE = (
    """
CREATE TABLE invitations (
  id UUID NOT NULL,
  email TEXT NOT NULL,
  display_name TEXT,
  role VARCHAR(16) NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  invited_by UUID,
  CONSTRAINT pk_invitations PRIMARY KEY (id),
  CONSTRAINT uq_invitations_email UNIQUE (email),
  CONSTRAINT fk_invitations_invited_by FOREIGN KEY (invited_by) REFERENCES users (id) ON DELETE CASCADE
)
    """,
    "CREATE INDEX ix_invitations_created_at_id ON invitations (created_at, id)",
    "CREATE INDEX ix_invitations_expires_at ON invitations (expires_at)",
    "CREATE INDEX ix_invitations_invited_by ON invitations (invited_by)",
    "ALTER TABLE links ADD COLUMN display_name TEXT, ADD COLUMN password_hash TEXT",
    "CREATE INDEX ix_links_email ON links (email)",
    "ALTER TABLE mail_requests ADD COLUMN display_name TEXT, ADD COLUMN password_hash TEXT",
    "ALTER TABLE mails ADD COLUMN email TEXT, ADD COLUMN subject_id UUID",
    "ALTER TABLE sessions ADD COLUMN language VARCHAR(8)",
)
DOWNGRADE = (
    "ALTER TABLE sessions DROP COLUMN language",
    # Mails and links of kinds that are not known any more.
    "DELETE FROM mails WHERE kind NOT IN ('password-reset', 'email-verification') OR user_id IS NULL",
    "ALTER TABLE mails DROP COLUMN subject_id, DROP COLUMN email",
    "DELETE FROM mail_requests WHERE kind NOT IN ('password-reset', 'email-verification')",
    "ALTER TABLE mail_requests DROP COLUMN password_hash, DROP COLUMN display_name",
    "DELETE FROM links WHERE kind NOT IN ('reset-password', 'verify-email') OR user_id IS NULL",
    "DROP INDEX ix_links_email",
    "ALTER TABLE links DROP COLUMN password_hash, DROP COLUMN display_name",
    "DROP TABLE invitations",
)


def upgrade() -> None:
    """Add them; nothing that exists changes."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Remove them: invitations and waiting sign-ups end, and mails about them are not sent."""
    for statement in DOWNGRADE:
        op.execute(statement)
