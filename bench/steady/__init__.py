"""`make bench-steady`: how long a server takes to start, its memory at rest, and whether that stays flat."""
