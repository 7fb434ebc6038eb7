"""How quickly off means off."""
