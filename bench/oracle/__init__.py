"""What the time of a response reveals."""
