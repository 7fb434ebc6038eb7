"""Rollcall as it is run for availability, on one machine: `make stack` starts it and causes faults while clients are at work."""
