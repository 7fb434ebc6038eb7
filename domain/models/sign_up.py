"""Who may make an account for themselves."""

from __future__ import annotations

from enum import StrEnum

CLOSED = "Signing up is closed here; ask an admin for an account"


class SignUpMode(StrEnum):
    """How somebody becomes a user without being created by an admin."""

    OPEN = "open"
    """Everyone may sign up, and is signed in at once."""
    VERIFIED = "verified"
    """Everyone may sign up, and has an account once they have proved their address."""
    INVITATION = "invitation"
    """Only those who were invited."""
    CLOSED = "closed"
    """Nobody."""

    @property
    def is_public(self) -> bool:
        """Whether everyone may sign up."""
        return self in (SignUpMode.OPEN, SignUpMode.VERIFIED)
