"""What the log costs a writer."""
