"""`make bench-growth`: what lists and searches cost at 10,000 and at 1,000,000 people."""
