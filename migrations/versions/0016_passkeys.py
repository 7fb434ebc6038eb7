"""Passkeys; who has one can sign in, as who has a password can, which is one of the traits of users."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BASE = (
    "((CASE status WHEN 'active' THEN 0 WHEN 'disabled' THEN 6 ELSE 12 END"
    " + CASE role WHEN 'member' THEN 0 WHEN 'auditor' THEN 2 ELSE 4 END)"
    " + CASE WHEN email_verified_at IS NULL THEN 0 ELSE 1 END)"
)
BEFORE = f"({BASE} + CASE WHEN password_hash IS NULL THEN 0 ELSE 18 END)::smallint"
AFTER = f"({BASE} + CASE WHEN password_hash IS NULL AND NOT has_passkey THEN 0 ELSE 18 END)::smallint"
WORDS_CHANGED = (
    "CREATE TRIGGER user_words_changed AFTER UPDATE OF "
    "name_key, email_key, status, role, email_verified_at, password_hash{and_more} "
    "ON users FOR EACH ROW WHEN ("
    "(OLD.name_key, OLD.email_key, OLD.traits) IS DISTINCT FROM (NEW.name_key, NEW.email_key, NEW.traits)) "
    "EXECUTE FUNCTION user_words_changed()"
)
COUNTS_CHANGED = (
    "CREATE TRIGGER user_counts_changed AFTER UPDATE OF status, role, email_verified_at, password_hash{and_more} "
    "ON users FOR EACH ROW WHEN (OLD.traits IS DISTINCT FROM NEW.traits) EXECUTE FUNCTION user_counts_changed()"
)


def upgrade() -> None:
    """Add the tables and the column. Every user is written anew: on a large directory this takes as long as copying the table."""
    op.execute("""
CREATE TABLE passkeys (
  id UUID NOT NULL,
  user_id UUID NOT NULL,
  name TEXT NOT NULL,
  credential_id BYTEA NOT NULL,
  public_key BYTEA NOT NULL,
  sign_count BIGINT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  last_used_at TIMESTAMPTZ,
  CONSTRAINT pk_passkeys PRIMARY KEY (id),
  CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id),
  CONSTRAINT fk_passkeys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)
    """)
    op.execute("CREATE INDEX ix_passkeys_user_id ON passkeys (user_id)")
    op.execute("""
CREATE TABLE used_challenges (
  challenge_hash BYTEA NOT NULL,
  expires_at TIMESTAMPTZ NOT NULL,
  CONSTRAINT pk_used_challenges PRIMARY KEY (challenge_hash)
)
    """)
    op.execute("CREATE INDEX ix_used_challenges_expires_at ON used_challenges (expires_at)")
    op.execute("ALTER TABLE users ADD COLUMN has_passkey BOOLEAN DEFAULT false NOT NULL")
    _compute(AFTER, ", has_passkey")


def downgrade() -> None:
    """Remove the passkeys: who has nothing else cannot sign in any more."""
    _compute(BEFORE, "")
    op.execute("ALTER TABLE users DROP COLUMN has_passkey")
    op.execute("DROP TABLE used_challenges")
    op.execute("DROP TABLE passkeys")


def _compute(traits: str, and_more: str) -> None:
    """Give `traits` another expression, and bring what copies and counts it into step, where it differs."""
    for statement in (
        "DROP TRIGGER user_words_changed ON users",
        "DROP TRIGGER user_counts_changed ON users",
        f"ALTER TABLE users ALTER COLUMN traits SET EXPRESSION AS ({traits})",
        "UPDATE user_words w SET traits = u.traits FROM users u WHERE u.id = w.user_id AND w.traits <> u.traits",
        "DELETE FROM user_counts",
        "INSERT INTO user_counts (traits, n) SELECT traits, count(*) FROM users GROUP BY traits",
        WORDS_CHANGED.format(and_more=and_more),
        COUNTS_CHANGED.format(and_more=and_more),
    ):
        op.execute(statement)
