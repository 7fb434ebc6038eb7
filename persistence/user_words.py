"""The words of users: for each word of a name or an address a row that says whose it is, in the order of the lists.

Triggers keep both tables in step with `users`, in the transaction of every write: of an import, one user or a deletion.
The keys that they cut into words are made by `domain/models/words.py`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    func,
)

from persistence.metadata import ID, metadata
from persistence.triggers import declare

user_words = Table(
    "user_words",
    metadata,
    Column("word", Text(collation="C"), nullable=False),
    Column("name_key", Text(collation="C"), nullable=False),
    Column("user_id", ID, nullable=False),
    Column("email_key", Text(collation="C"), nullable=False),
    Column("traits", SmallInteger, nullable=False),
    Column("in_name", Boolean, nullable=False),
    # With all columns, so that a search reads the index alone.
    PrimaryKeyConstraint("word", "name_key", "user_id", postgresql_include=["email_key", "traits", "in_name"]),
)

words = Table(
    "words",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("word", Text(collation="C"), nullable=False),
)
"""The vocabulary: every word of `user_words`, and rarely one twice, where two transactions added it at once.

One that takes away the last use of a word while another adds a new one leaves it out, until it is written again: then
that word is not found by a part of it or by a slip, only by how it begins.
"""
Index("ix_words_word", words.c.word)
Index("ix_words_reversed", func.reverse(words.c.word))
Index("ix_words_trgm", words.c.word, postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"})

_WORDS_OF = """
  SELECT DISTINCT w.word, {row}.name_key, {row}.id, {row}.email_key, {row}.traits, w.in_name
  FROM {source} CROSS JOIN LATERAL (
    SELECT unnest(string_to_array({row}.name_key, ' ')), true
    UNION ALL SELECT unnest(string_to_array({row}.email_key, ' ')), false
  ) AS w(word, in_name)
"""
_ADD = """
  WITH added AS (
    INSERT INTO user_words (word, name_key, user_id, email_key, traits, in_name) {words_of} RETURNING word
  )
  INSERT INTO words (word) SELECT DISTINCT a.word FROM added a
  WHERE NOT EXISTS (SELECT FROM words known WHERE known.word = a.word);
"""
_REMOVE = """
  DELETE FROM user_words w WHERE w.name_key = OLD.name_key AND w.user_id = OLD.id
  AND w.word = ANY (string_to_array(OLD.name_key || ' ' || OLD.email_key, ' '));
  DELETE FROM words v WHERE v.word = ANY (string_to_array(OLD.name_key || ' ' || OLD.email_key, ' '))
  AND NOT EXISTS (SELECT FROM user_words w WHERE w.word = v.word);
"""

_BODIES = {
    "user_words_added": _ADD.format(words_of=_WORDS_OF.format(row="n", source="new_users n")),
    "user_words_removed": _REMOVE,
    "user_words_changed": f"""
  IF (OLD.name_key, OLD.email_key) = (NEW.name_key, NEW.email_key) THEN
    UPDATE user_words w SET traits = NEW.traits WHERE w.name_key = NEW.name_key AND w.user_id = NEW.id
    AND w.word = ANY (string_to_array(NEW.name_key || ' ' || NEW.email_key, ' '));
  ELSE {_REMOVE} {_ADD.format(words_of=_WORDS_OF.format(row="NEW", source="(SELECT 1) one"))}
  END IF;""",  # noqa: S608 - constants of this module only
}
_OCCASIONS = {
    "user_words_added": "INSERT ON users REFERENCING NEW TABLE AS new_users FOR EACH STATEMENT",
    "user_words_changed": "UPDATE OF name_key, email_key, status, role, email_verified_at, password_hash, has_passkey ON users FOR EACH ROW WHEN ("
    "(OLD.name_key, OLD.email_key, OLD.traits) IS DISTINCT FROM (NEW.name_key, NEW.email_key, NEW.traits))",
    "user_words_removed": "DELETE ON users FOR EACH ROW",
}

declare(metadata, _BODIES, _OCCASIONS)
