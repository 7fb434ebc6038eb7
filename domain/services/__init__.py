"""Use cases: every write goes through exactly one function here."""
