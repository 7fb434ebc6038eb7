"""The words of users in tables of their own, orders that begin with the traits, and the keys of names anew."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from alembic import op
from sqlalchemy import text

from domain.models.words import email_key, name_key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 5000
"""Users in one statement of the backfill."""
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NEVER = "'1970-01-01 00:00:00+00'::timestamptz"
TRAITS = (
    "((CASE status WHEN 'active' THEN 0 WHEN 'disabled' THEN 6 ELSE 12 END"
    " + CASE role WHEN 'member' THEN 0 WHEN 'auditor' THEN 2 ELSE 4 END)"
    " + CASE WHEN email_verified_at IS NULL THEN 0 ELSE 1 END)::smallint"
)
AT_DOMAIN = "substr((email)::text, strpos((email)::text, '@'::text))"
SEARCH = (
    "setweight(to_tsvector('simple'::regconfig, name_key), 'A'::\"char\") || "
    "setweight(to_tsvector('simple'::regconfig, translate((email)::text, '@._+-'::text, '     '::text)), 'B'::\"char\")"
)
OLD_INDEXES = {
    "created_at_id": "(created_at, id)",
    "updated_at_id": "(updated_at, id)",
    "email_id": "(email, id)",
    "name_key_id": "(name_key, id)",
    "last_seen_at_id": f"(COALESCE(last_seen_at, {NEVER}), id)",
    "search": "USING gin (search)",
    "name_key_trgm": "USING gin (name_key gin_trgm_ops)",
    "email_trgm": "USING gin (email gin_trgm_ops)",
}
NEW_INDEXES = {
    "traits_created_at_id": "(traits, created_at, id)",
    "traits_updated_at_id": "(traits, updated_at, id)",
    "traits_email": "(traits, email)",
    "traits_name_key_id_at_domain": f"(traits, name_key, id, {AT_DOMAIN})",
    "traits_last_seen_at_id": f"(traits, COALESCE(last_seen_at, {NEVER}), id)",
    "domain": "(split_part((email)::text, '@'::text, 2))",
}
WORDS_OF = """
  SELECT DISTINCT w.word, {row}.name_key, {row}.id, {row}.email_key, {row}.traits, w.in_name
  FROM {source} CROSS JOIN LATERAL (
    SELECT unnest(string_to_array({row}.name_key, ' ')), true
    UNION ALL SELECT unnest(string_to_array({row}.email_key, ' ')), false
  ) AS w(word, in_name)
"""
ADD = """
  WITH added AS (
    INSERT INTO user_words (word, name_key, user_id, email_key, traits, in_name) {words_of} RETURNING word
  )
  INSERT INTO words (word) SELECT DISTINCT a.word FROM added a
  WHERE NOT EXISTS (SELECT FROM words known WHERE known.word = a.word);
"""
REMOVE = """
  DELETE FROM user_words w WHERE w.name_key = OLD.name_key AND w.user_id = OLD.id
  AND w.word = ANY (string_to_array(OLD.name_key || ' ' || OLD.email_key, ' '));
  DELETE FROM words v WHERE v.word = ANY (string_to_array(OLD.name_key || ' ' || OLD.email_key, ' '))
  AND NOT EXISTS (SELECT FROM user_words w WHERE w.word = v.word);
"""
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
FUNCTIONS = {
    "user_words_added": ADD.format(words_of=WORDS_OF.format(row="n", source="new_users n")),
    "user_words_removed": REMOVE,
    "user_words_changed": f"""
  IF (OLD.name_key, OLD.email_key) = (NEW.name_key, NEW.email_key) THEN
    UPDATE user_words w SET traits = NEW.traits WHERE w.name_key = NEW.name_key AND w.user_id = NEW.id
    AND w.word = ANY (string_to_array(NEW.name_key || ' ' || NEW.email_key, ' '));
  ELSE {REMOVE} {ADD.format(words_of=WORDS_OF.format(row="NEW", source="(SELECT 1) one"))}
  END IF;""",  # noqa: S608 - constants of this module only
}
TRIGGERS = {
    "user_words_added": "INSERT ON users REFERENCING NEW TABLE AS new_users FOR EACH STATEMENT",
    "user_words_changed": "UPDATE OF name_key, email_key, status, role, email_verified_at ON users FOR EACH ROW WHEN ("
    "(OLD.name_key, OLD.email_key, OLD.traits) IS DISTINCT FROM (NEW.name_key, NEW.email_key, NEW.traits))",
    "user_words_removed": "DELETE ON users FOR EACH ROW",
}
UPGRADE = [
    "ALTER TABLE users DROP COLUMN search",
    "ALTER TABLE users ADD COLUMN email_key TEXT COLLATE \"C\" DEFAULT '' NOT NULL",
    f"ALTER TABLE users ADD COLUMN traits SMALLINT GENERATED ALWAYS AS ({TRAITS}) STORED NOT NULL",
    """
CREATE TABLE user_words (
  word TEXT COLLATE "C" NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  user_id UUID NOT NULL,
  email_key TEXT COLLATE "C" NOT NULL,
  traits SMALLINT NOT NULL,
  in_name BOOLEAN NOT NULL
)
    """,
    """
CREATE TABLE words (
  id BIGINT GENERATED ALWAYS AS IDENTITY,
  word TEXT COLLATE "C" NOT NULL,
  CONSTRAINT pk_words PRIMARY KEY (id)
)
    """,
]
FILLED = [
    f"INSERT INTO user_words (word, name_key, user_id, email_key, traits, in_name) {WORDS_OF.format(row='users', source='users')}",
    "INSERT INTO words (word) SELECT DISTINCT word FROM user_words",
    """
ALTER TABLE user_words ADD CONSTRAINT pk_user_words
  PRIMARY KEY (word, name_key, user_id) INCLUDE (email_key, traits, in_name)
    """,
    "CREATE INDEX ix_words_word ON words (word)",
    "CREATE INDEX ix_words_reversed ON words (reverse(word))",
    "CREATE INDEX ix_words_trgm ON words USING gin (word gin_trgm_ops)",
    *(FUNCTION.format(name=name, body=body) for name, body in FUNCTIONS.items()),
    *(f"CREATE TRIGGER {name} AFTER {occasion} EXECUTE FUNCTION {name}()" for name, occasion in TRIGGERS.items()),
]
DOWNGRADE = [
    *(f"DROP TRIGGER {name} ON users" for name in FUNCTIONS),
    *(f"DROP FUNCTION {name}()" for name in FUNCTIONS),
    "DROP TABLE words",
    "DROP TABLE user_words",
    "ALTER TABLE users DROP COLUMN email_key, DROP COLUMN traits",
]
Keys = tuple[str, str]


def upgrade() -> None:
    """Add them. Every user is written anew: on a large directory this takes as long as copying the table twice."""
    _indexes("DROP INDEX ix_users_{}", [n for n in OLD_INDEXES if n != "search"])
    for statement in UPGRADE:
        op.execute(statement)
    _write_keys(lambda name, email: (name_key(name), email_key(email, name_key(name))), "name_key", "email_key")
    for statement in FILLED:
        op.execute(statement)
    _indexes("CREATE INDEX ix_users_{} ON users {}", NEW_INDEXES)


def downgrade() -> None:
    """Go back to one index of words, with the keys that it was made of."""
    _indexes("DROP INDEX ix_users_{}", NEW_INDEXES)
    for statement in DOWNGRADE:
        op.execute(statement)
    _write_keys(lambda name, _: (_old_key(name), ""), "name_key")
    op.execute(f"ALTER TABLE users ADD COLUMN search TSVECTOR GENERATED ALWAYS AS ({SEARCH}) STORED")
    _indexes("CREATE INDEX ix_users_{} ON users {}", OLD_INDEXES)


def _indexes(statement: str, names: Any) -> None:
    for name in names:
        op.execute(statement.format(name, names[name] if isinstance(names, dict) else ""))


def _write_keys(keys: Callable[[str, str], Keys], *columns: str) -> None:
    """Write the columns that differ from what the function gives for a name and an address."""
    values = dict(zip(("name_key", "email_key"), ("n", "e"), strict=True))
    changed = text(
        f"UPDATE users u SET {', '.join(f'{c} = k.{values[c]}' for c in columns)} "  # noqa: S608 - constants of this module
        "FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:emails AS text[])) AS k(id, n, e) WHERE u.id = k.id"
        f" AND ({', '.join('u.' + c for c in columns)}) IS DISTINCT FROM ({', '.join('k.' + values[c] for c in columns)})"
    )
    for rows in _users():
        found = [keys(name, email) for _, name, email in rows]
        parameters = {"ids": [r[0] for r in rows], "names": [f[0] for f in found], "emails": [f[1] for f in found]}
        op.get_bind().execute(changed, parameters)


def _users() -> Iterator[Sequence[Any]]:
    """Everybody's id, name and address, batch by batch; nobody where the statements are only written down."""
    if op.get_context().as_sql:
        return
    page = text("SELECT id, display_name, email FROM users WHERE id > :after ORDER BY id LIMIT :size")
    after: Any = "00000000-0000-0000-0000-000000000000"
    while rows := list(islice(op.get_bind().execute(page, {"after": after, "size": BATCH}), BATCH)):
        yield rows
        after = rows[-1][0]


def _old_key(display_name: str) -> str:
    """The key of before: folded, with its signs, and with the letters that do not decompose."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", display_name).casefold())
    kept = unicodedata.normalize("NFKC", "".join(c for c in decomposed if not unicodedata.combining(c)))
    shown = "".join(c for c in kept.replace("\0", " ") if unicodedata.category(c) not in INVISIBLE)
    return " ".join(shown.split())
