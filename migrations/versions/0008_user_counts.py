"""How many users have each value of `traits`, kept by triggers as rows that are added up."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ADD = """
  WITH added AS (INSERT INTO user_counts (traits, n) {changes} RETURNING id)
  SELECT count(*) INTO due FROM added WHERE id % 128 = 0;
  IF due > 0 THEN
    WITH gone AS (
      DELETE FROM user_counts WHERE id = ANY (ARRAY(SELECT id FROM user_counts FOR UPDATE SKIP LOCKED))
      RETURNING traits, n
    )
    INSERT INTO user_counts (traits, n) SELECT traits, sum(n) FROM gone GROUP BY traits HAVING sum(n) <> 0;
  END IF;
"""
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE due BIGINT; BEGIN {body} RETURN NULL; END $$"
FUNCTIONS = {
    "user_counts_added": ADD.format(changes="SELECT traits, count(*) FROM new_users GROUP BY traits"),
    "user_counts_changed": ADD.format(changes="VALUES (OLD.traits, -1), (NEW.traits, 1)"),
    "user_counts_removed": ADD.format(changes="SELECT traits, -count(*) FROM old_users GROUP BY traits"),
    "user_counts_emptied": " DELETE FROM user_counts;",
}
TRIGGERS = {
    "user_counts_added": "INSERT ON users REFERENCING NEW TABLE AS new_users FOR EACH STATEMENT",
    "user_counts_changed": "UPDATE OF status, role, email_verified_at ON users FOR EACH ROW "
    "WHEN (OLD.traits IS DISTINCT FROM NEW.traits)",
    "user_counts_removed": "DELETE ON users REFERENCING OLD TABLE AS old_users FOR EACH STATEMENT",
    "user_counts_emptied": "TRUNCATE ON users FOR EACH STATEMENT",
}
UPGRADE = [
    """
CREATE TABLE user_counts (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  traits SMALLINT NOT NULL,
  n BIGINT NOT NULL,
  CONSTRAINT pk_user_counts PRIMARY KEY (id)
)
    """,
    *(FUNCTION.format(name=name, body=body) for name, body in FUNCTIONS.items()),
    # Before the users are counted: from here on no other transaction writes any until this one ends.
    *(f"CREATE TRIGGER {name} AFTER {occasion} EXECUTE FUNCTION {name}()" for name, occasion in TRIGGERS.items()),
    "INSERT INTO user_counts (traits, n) SELECT traits, count(*) FROM users GROUP BY traits",
]
DOWNGRADE = [
    *(f"DROP TRIGGER {name} ON users" for name in TRIGGERS),
    *(f"DROP FUNCTION {name}()" for name in FUNCTIONS),
    "DROP TABLE user_counts",
]


def upgrade() -> None:
    """Add them, and count once."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Count anew each time."""
    for statement in DOWNGRADE:
        op.execute(statement)
