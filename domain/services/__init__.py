"""Use cases: each write of the product goes through exactly one function here."""
