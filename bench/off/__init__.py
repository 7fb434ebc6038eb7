"""How soon off means off."""
