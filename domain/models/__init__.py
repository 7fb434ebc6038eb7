"""Frozen entities and value objects."""
