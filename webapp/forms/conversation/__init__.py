"""What clients write, and our answers."""
