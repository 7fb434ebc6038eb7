"""What logging costs a writer."""
