"""What an answer tells by the time it takes."""
