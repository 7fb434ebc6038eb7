"""What goes wrong locally, in a module of its own: every command reports it, and few load the engines."""

from __future__ import annotations


class EngineError(Exception):
    """An engine could not be started or stopped; the message says why, with the end of its log."""
