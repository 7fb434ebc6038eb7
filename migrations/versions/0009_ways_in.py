"""Whether a user can sign in, as another of the traits by which users are listed, found and counted."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = (
    "(CASE status WHEN 'active' THEN 0 WHEN 'disabled' THEN 6 ELSE 12 END"
    " + CASE role WHEN 'member' THEN 0 WHEN 'auditor' THEN 2 ELSE 4 END)"
    " + CASE WHEN email_verified_at IS NULL THEN 0 ELSE 1 END"
)
AFTER = f"(({BEFORE}) + CASE WHEN password_hash IS NULL THEN 0 ELSE 18 END)::smallint"
WORDS_CHANGED = (
    "CREATE TRIGGER user_words_changed AFTER UPDATE OF name_key, email_key, status, role, email_verified_at{and_more} "
    "ON users FOR EACH ROW WHEN ("
    "(OLD.name_key, OLD.email_key, OLD.traits) IS DISTINCT FROM (NEW.name_key, NEW.email_key, NEW.traits)) "
    "EXECUTE FUNCTION user_words_changed()"
)
COUNTS_CHANGED = (
    "CREATE TRIGGER user_counts_changed AFTER UPDATE OF status, role, email_verified_at{and_more} "
    "ON users FOR EACH ROW WHEN (OLD.traits IS DISTINCT FROM NEW.traits) EXECUTE FUNCTION user_counts_changed()"
)


def upgrade() -> None:
    """Compute it. Every user is written anew: on a large directory this takes as long as copying the table."""
    _compute(AFTER, ", password_hash")


def downgrade() -> None:
    """Compute the traits without it."""
    _compute(f"({BEFORE})::smallint", "")


def _compute(traits: str, and_more: str) -> None:
    """Give `traits` another expression, and bring what copies and counts it into step."""
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
